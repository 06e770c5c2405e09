"""Tables and numbers as text for people."""
