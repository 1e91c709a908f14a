"""Day one and after: what a centre brings along in files, what it carries away, what it has forgotten."""
