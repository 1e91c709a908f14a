"""Libraries that import nothing of ours, no Django."""
