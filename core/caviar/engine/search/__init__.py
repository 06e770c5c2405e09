"""The search: rounds proposed, trained, pruned, re-tested and recorded."""
