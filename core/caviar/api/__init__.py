"""What Python programs type: Pipeline, Study, and data frames as tables."""
