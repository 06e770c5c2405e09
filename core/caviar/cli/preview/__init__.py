"""What a run of a pipeline will do, before it starts: `pipe check`, and in part `pipe init`."""
