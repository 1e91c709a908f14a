"""What happens by itself: a list of modules, each with its interval, its lock, its time limit, its own failure."""
