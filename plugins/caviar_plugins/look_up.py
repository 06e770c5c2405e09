"""How often what waits looks up."""

LOOK_UP = 0.1
"""Seconds between two looks at whether the user wants to stop."""
