"""Advice where a file goes against the practice: one rule a file, off by --quiet or `[check] silence`."""
