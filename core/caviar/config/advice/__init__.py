"""Advice where a file goes against the practice: one rule a file, off by `[check] silence`."""
