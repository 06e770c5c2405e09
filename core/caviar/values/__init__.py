"""Frozen values that cross interfaces. Nothing here depends on a plugin, a file or a store."""
