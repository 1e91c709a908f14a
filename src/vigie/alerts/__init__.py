"""Alarms coming in: one deletable folder each."""
