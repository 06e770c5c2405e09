"""`python -m caviar` is `pipe`."""

from caviar.cli.entry import main

main()
