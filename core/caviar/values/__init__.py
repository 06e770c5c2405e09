"""Frozen values that cross interfaces. Nothing here knows a plugin, a file or a store."""
