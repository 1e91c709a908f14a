"""Persons, groups, roles, and the tokens that scripts carry."""
