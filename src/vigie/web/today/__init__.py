"""The day page and the wall screen."""
