"""Standard streams, signals and lines for people."""
