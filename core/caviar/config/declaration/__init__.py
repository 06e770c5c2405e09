"""What a pipeline declares: the pipeline, its space, its tiers, its text."""
