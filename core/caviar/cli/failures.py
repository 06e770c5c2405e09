"""How a command ends: one line a mistake on standard error, an exit code, a traceback only with --debug."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

# By name: importing the classes would cost every command, `pipe --help` too, the libraries behind them.
_EXITS = {
    "DataError": 2,
    "Mistakes": 2,
    "NoBackend": 2,
    "NotAModel": 2,
    "PluginError": 2,
    "Refused": 2,
    "StoreError": 1,
    "UnknownMetric": 2,
}
_INTERRUPTED = ("KeyboardInterrupt", "Stopped")

_Debug = Annotated[bool, typer.Option("--debug", help="Show Python's traceback of a failure.")]


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a --debug option, its failures told as sentences."""

    @wraps(command)
    def run(*values: Any, debug: bool, **options: Any) -> None:
        try:
            command(*values, **options)
        except (typer.Exit, typer.Abort):
            raise
        except BaseException as error:
            if debug or isinstance(error, (SystemExit, GeneratorExit)):
                raise
            raise typer.Exit(report(error)) from None

    hints = get_type_hints(command, include_extras=True)
    signature = inspect.signature(command)
    parameters = [each.replace(annotation=hints[each.name]) for each in signature.parameters.values()]
    debug = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_Debug)
    run.__signature__ = signature.replace(parameters=[*parameters, debug], return_annotation=None)  # type: ignore[attr-defined]
    run.__annotations__ = {**hints, "debug": _Debug}
    return run


def report(error: BaseException) -> int:
    """Prints why a command failed and gives the exit code."""
    names = [cls.__name__ for cls in type(error).__mro__]
    if any(name in _INTERRUPTED for name in names):
        typer.echo("interrupted; the same command goes on from here", err=True)
        return 130
    code = next((_EXITS[name] for name in names if name in _EXITS), None)
    if code is not None:
        typer.echo(str(error), err=True)
        return code
    reason = " ".join(str(error).split()) or "no message"
    typer.echo(f"unexpected {type(error).__name__}: {reason}; --debug shows where", err=True)
    return 1
