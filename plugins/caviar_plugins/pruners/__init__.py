"""Pruners: which trials of a round continue."""
