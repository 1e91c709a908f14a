"""The one escalation engine: who is called about something owed, until somebody answers and it is done."""
