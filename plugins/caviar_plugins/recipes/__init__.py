"""Recipes: one TOML file each, with the source and the date of its values in its first comment."""
