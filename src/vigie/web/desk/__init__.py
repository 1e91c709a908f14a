"""The desk: what I must do now."""
