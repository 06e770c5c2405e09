"""Recipes: published sets of defaults and ranges that fill a pipeline file, key by key."""
