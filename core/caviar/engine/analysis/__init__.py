"""Reading a recorded study: results, importance, its trials as frames; and what a run will cost."""
