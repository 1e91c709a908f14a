"""Jobs: what is wrong on the farm, whose it is, and the rows behind every number."""
