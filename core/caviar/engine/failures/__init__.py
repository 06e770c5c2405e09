"""Whose fault a failure is, and what becomes of the trials: a plugin's, the machine's, everybody's."""
