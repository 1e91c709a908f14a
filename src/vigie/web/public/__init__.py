"""The public site, live."""
