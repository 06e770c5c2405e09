"""Saved models: the winner, its file, and prediction."""
