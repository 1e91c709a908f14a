"""Vigie, the operations desk of a scientific computing centre."""
