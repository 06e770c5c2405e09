"""Whether the parts of a pipeline fit each other and the head of its data."""
