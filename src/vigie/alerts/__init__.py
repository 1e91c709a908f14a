"""Alarms coming in: one deletable folder each, found by the entry point group `vigie.alarms`."""
