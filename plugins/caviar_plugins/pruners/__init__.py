"""Pruners: who of a round trains on."""
