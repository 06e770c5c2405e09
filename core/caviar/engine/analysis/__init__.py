"""Reading a study after the fact: results, importance, narrower ranges, advice."""
