"""The `pipe` command: one file a command."""
