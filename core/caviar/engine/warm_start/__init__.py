"""What a search starts with: given points, and trials of earlier runs mapped to its space."""
