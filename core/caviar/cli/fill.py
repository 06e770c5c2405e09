"""`pipe fill`: a pipeline file with every default written out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caviar.cli.shared import Code, File, using_code
from caviar.cli.terminal.output import give, show


def fill(
    file: File,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file, which may be FILE itself.", show_default=False)
    ] = None,
    code: Code = None,
) -> None:
    """Print FILE with every default written out.

    Each stands where it belongs; comments and order stay. Of a Python file, the pipeline of its training function.

    Example: pipe fill my.toml --out my.toml
    """
    from caviar.config.declaration.dump import to_toml
    from caviar.config.fill import fill as filled
    from caviar.config.load import load
    from caviar.config.reading.document import python_part, text_of

    with using_code(code, file):
        text = to_toml(load(file)) if python_part(str(file)) else filled(text_of(str(file)), str(file))
    if out is None:
        give(text)
    else:
        out.write_text(text, encoding="utf-8")
        show(f"{out}: every default is written out", err=True)
