"""The entry point of `pipe`. It imports little: a signal before signals are handled prints a traceback."""

from caviar.cli.terminal.signals import INTERRUPTED, end_on_signals, heed_no_more


def main() -> None:
    """The `pipe` command, with its exit code."""
    end_on_signals()
    from caviar.cli.terminal.streams import standard_streams

    with standard_streams():
        from caviar.cli.main import app

        try:
            app()
        except SystemExit as end:
            if end.code == INTERRUPTED:
                heed_no_more()
            raise
