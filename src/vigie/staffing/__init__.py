"""What a departure or an arrival changes, and everything that hangs on somebody who leaves. No tables of its own."""
