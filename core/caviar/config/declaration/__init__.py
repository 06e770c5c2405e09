"""What a pipeline declares: the pipeline, the walk over its parts, its space, its tiers, its text."""
