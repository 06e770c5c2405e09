"""Samplers: ranges on the right scale."""
