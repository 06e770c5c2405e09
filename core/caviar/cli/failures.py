"""The end of a command: one line per mistake on standard error, an exit code, a traceback only with --debug."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from caviar.cli.terminal.output import show
from caviar.cli.terminal.signals import INTERRUPTED
from caviar.support.files import FULL, ROOM
from caviar.support.raised import sentence
from caviar.values.problem import Problem, Stopped

_Debug = Annotated[bool, typer.Option("--debug", help="Show Python's traceback of a failure.")]


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a --debug option; it prints its failures as sentences. A command may take `debug` itself too."""

    @wraps(command)
    def run(*values: Any, debug: bool, **options: Any) -> None:
        if "debug" in signature.parameters:
            options["debug"] = debug
        try:
            command(*values, **options)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BaseException as error:
            if debug or isinstance(error, (SystemExit, GeneratorExit)):
                raise
            raise typer.Exit(report(error, resumes=command.__name__ == "run")) from None

    hints = get_type_hints(command, include_extras=True)
    signature = inspect.signature(command)
    others = (each for name, each in signature.parameters.items() if name != "debug")
    parameters = [each.replace(annotation=hints[each.name]) for each in others]
    debug = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_Debug)
    run.__signature__ = signature.replace(parameters=[*parameters, debug], return_annotation=None)  # type: ignore[attr-defined]
    run.__annotations__ = {**hints, "debug": _Debug}
    return run


def report(error: BaseException, resumes: bool = False) -> int:
    """Prints the reason why a command failed, and returns the exit code; `resumes`: it continues when run again."""
    if isinstance(error, (KeyboardInterrupt, Stopped)):
        show(f"interrupted{'; run the same command again to resume' if resumes else ''}", err=True)
        return INTERRUPTED
    if isinstance(error, Problem):
        show(*_lines(error), err=True)
        return error.exit_code
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        show(f"{where}{error.strerror}{f'; {ROOM}' if error.errno in FULL else ''}", err=True)
        return 1
    show(f"unexpected {sentence(error)}; --debug shows where", err=True)
    return 1


def _lines(problem: Problem) -> Iterator[str]:
    """A problem's message, with the command's options if it concerns settings or one's own plugins."""
    from caviar.config.reading.errors import Mistakes
    from caviar.registry.index import UnknownPlugin, with_own_plugin
    from caviar.text.printable import printable_line

    code = "--code FILE.py"
    if isinstance(problem, Mistakes):
        for each in problem.mistakes:
            yield printable_line(each.told("--set", with_own_plugin(each.text, code)))
    elif isinstance(problem, UnknownPlugin) and problem.own:
        yield with_own_plugin(problem.sentence, code)
    else:
        yield from problem.lines
