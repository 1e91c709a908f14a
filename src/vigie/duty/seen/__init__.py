"""How duty is seen without an account: door signs and calendars, and who is on duty as one board for all of them."""
