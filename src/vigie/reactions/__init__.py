"""When outages says X, notices does Y: the only place where news travels upward."""
