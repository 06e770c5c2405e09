"""Revalidation: a finished run's winner and rivals, trained again on today's data and system, and what that answers."""
