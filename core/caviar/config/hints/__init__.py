"""Suggestions of what to write instead, for names, notations and TOML mistakes."""
