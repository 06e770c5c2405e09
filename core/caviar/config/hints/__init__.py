"""What to write instead: suggestions for names, notations and TOML mistakes."""
