"""Ranges in the light of trials: which trials lie at their ends, wider and narrower ones."""
