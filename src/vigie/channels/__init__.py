"""Ways out: one deletable folder each, loaded by entry point."""
