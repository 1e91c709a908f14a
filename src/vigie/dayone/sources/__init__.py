"""Where farm accounts come from by themselves: each source gives a table, or says why it can't."""
