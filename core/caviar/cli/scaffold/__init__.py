"""Files that `pipe init` writes."""
