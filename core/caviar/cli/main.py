"""The `pipe` command. Command bodies import what they need, so that `pipe --help` is fast."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from caviar.cli.check import check
from caviar.cli.doctor import doctor
from caviar.cli.export import export
from caviar.cli.failures import guarded
from caviar.cli.fill import fill
from caviar.cli.init import init
from caviar.cli.plugins import plugins
from caviar.cli.predict import predict
from caviar.cli.report import report
from caviar.cli.results import results
from caviar.cli.retest import retest
from caviar.cli.run import run
from caviar.cli.schema import schema
from caviar.cli.split import split

app = typer.Typer(
    name="pipe",
    help="Search hyperparameters and train whole populations of networks from one TOML file.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (run, check, fill, init, plugins, results, report, retest, predict, export, doctor, split, schema):
    app.command()(guarded(command))


def _version(asked: bool) -> None:
    if asked:
        from caviar import __version__

        typer.echo(f"caviar {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    gc.set_threshold(10_000)  # from 700: a tenth of a run's start went into looking for garbage among loaded modules
