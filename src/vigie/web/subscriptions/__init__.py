"""Subscribing, managing and stopping, for people without an account."""
