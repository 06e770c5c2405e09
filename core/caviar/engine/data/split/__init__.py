"""Which rows are in which part: at random, by group, by time, or as a column says."""
