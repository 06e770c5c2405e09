"""One file per kind: a page that a plugin author can read instead of the engine."""
