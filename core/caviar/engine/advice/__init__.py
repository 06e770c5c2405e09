"""Advice that needs results: one rule a file."""
