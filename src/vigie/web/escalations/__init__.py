"""Who is called, who answered: the list, one escalation, the link in a call, and how a duty is called."""
