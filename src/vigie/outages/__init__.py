"""Outages: declare, log, follow, recover, end, review."""
