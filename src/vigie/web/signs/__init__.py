"""How duty is seen beside the desk's own pages: signs at doors, and calendars of shifts."""
