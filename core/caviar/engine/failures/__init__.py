"""What caused a failure (a plugin, the machine, all trials alike), and what happens to the trials."""
