"""Scheduled outages: planning them, their calendar, their templates, what is owed about them."""
