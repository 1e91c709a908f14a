"""The catalogue: names in plain words, dependencies, and what alerts call them."""
