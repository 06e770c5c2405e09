"""Ensembles: the mean of several trials of a search as one model."""
