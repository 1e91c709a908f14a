"""The past: search over everything, statistics per service."""
