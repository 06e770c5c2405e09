"""Analysis of a recorded study: results, importance, narrower ranges, advice."""
