"""Reads over findings and the jobs behind them; each file of this folder by its own name."""
