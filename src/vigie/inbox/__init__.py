"""The ways in for mail: one deletable folder each, loaded by entry point."""
