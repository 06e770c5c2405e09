"""Running a pipeline: rounds, populations, resume."""
