"""Hand-overs: what one shift passes to the next, given, accepted, then frozen."""
