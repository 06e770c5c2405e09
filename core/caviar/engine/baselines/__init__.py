"""Baselines: models of a few seconds, trained and measured on the rows of a winner."""
