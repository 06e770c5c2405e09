"""Advice on the result of a search: one file for each rule."""
