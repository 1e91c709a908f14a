"""Clock, audit, events, lifecycle, access, intents: no word of the domain in it."""
