"""Fields of plugins: their types, bounds, coercion and errors."""
