"""`python -m caviar` is `pipe`."""

from caviar.cli.main import app

app()
