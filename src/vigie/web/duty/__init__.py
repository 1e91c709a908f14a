"""Duties and shifts."""
