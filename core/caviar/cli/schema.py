"""`pipe schema`: the JSON Schema of pipeline files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from caviar.cli.shared import Code, using_code
from caviar.cli.terminal.output import give, show


def schema(
    out: Annotated[Path | None, typer.Option(help="Write here instead of printing.", show_default=False)] = None,
    code: Code = None,
) -> None:
    """Print the JSON Schema of files, for editors.

    It knows the plugins on this machine. In an editor with taplo (Even Better TOML), after
    `pipe schema --out caviar.json`, a file whose first line is `#:schema caviar.json` is completed and checked while
    it is written.

    Example: pipe schema --out caviar.json
    """
    from caviar.config.schema import schema as whole

    with using_code(code):
        text = json.dumps(whole(), indent=1, ensure_ascii=False)
    if out is None:
        give(text + "\n")
    else:
        out.write_text(text + "\n", encoding="utf-8")
        show(f"{out}: written; start a pipeline file with `#:schema {out}`", err=True)
