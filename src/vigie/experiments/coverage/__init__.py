"""Which support person covers which experiment, since when and until when; holes before they open; what changes hands."""
