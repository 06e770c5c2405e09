"""Training one segment of trials, in this process or another."""
