"""A training function as a trainer: its parameters are fields, its yields epochs, its state what it yields."""
