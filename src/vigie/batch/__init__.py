"""Adapters of batch systems, one deletable folder each, loaded by entry point; they know contracts only."""
