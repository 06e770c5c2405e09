"""From a data plugin's table to the arrays that trainers see; every "auto" resolved."""
