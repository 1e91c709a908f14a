"""Test suites that an adapter inherits: ours and a stranger's pass the same."""
