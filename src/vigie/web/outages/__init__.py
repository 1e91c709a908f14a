"""Outages: list, declare, log, roles, recovery, report."""
