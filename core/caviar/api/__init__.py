"""What Python programs type: Pipeline, Study, open_run."""
