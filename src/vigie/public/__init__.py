"""The public site: the same pages live and as a static folder."""
