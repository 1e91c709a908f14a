"""The hand-over of a shift: one page for three in the morning, and the list of what was."""
