"""Finding plugins: an index from metadata that imports nothing, loading of one, and the observers' hooks."""
