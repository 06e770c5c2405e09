"""How tables are read: where their cells lie, in which form numbers and dates are written, what each column holds."""
