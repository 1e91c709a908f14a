"""Files in and out: a look at what a file would change, then it is done."""
