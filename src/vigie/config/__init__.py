"""Settings, URLs, entry points and the table of reactions: the one place that knows everything."""
