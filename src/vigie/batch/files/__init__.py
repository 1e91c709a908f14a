"""Files that batch systems leave behind: one reader per format, loaded by the entry point group `vigie.jobfiles`."""
