"""Who covers which experiment, where holes will open, what changes hands, and who leaves."""
