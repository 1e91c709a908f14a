"""Look for what is due, do one, again."""
