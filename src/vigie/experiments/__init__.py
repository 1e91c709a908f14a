"""Experiments, their contacts, and the services they use."""
