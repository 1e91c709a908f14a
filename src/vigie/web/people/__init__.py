"""People, their groups and tokens."""
