"""What a search begins with: given points, and trials of earlier runs mapped to its space."""
