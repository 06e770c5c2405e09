"""Whether a run's files are as they were written, and what of a damaged run can be recovered."""
