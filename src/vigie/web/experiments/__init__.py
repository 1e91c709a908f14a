"""Experiments and their contacts."""
