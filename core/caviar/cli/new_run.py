"""`pipe run --new`: a dated run beside earlier ones of the same pipeline, which starts from the latest of them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from caviar.cli.advice import path_of

_DATE = re.compile(r"-\d{4}-\d\d-\d\d$", re.ASCII)


def dated(name: str, runs: Path, settings: list[str], today: date) -> list[str]:
    """The settings of today's run of a pipeline: its name, and the run that it starts from, if there is one.

    A start_from of the user's own is left as it is. Today's run is resumed where it has begun.
    """
    stem = _DATE.sub("", name)
    new = f"{stem}-{today.isoformat()}"
    earlier = [runs / stem, *sorted(each for each in runs.glob(f"{stem}-*") if _DATE.sub("", each.name) == stem)]
    known = [each for each in earlier if each.name != new and (each / "pipeline.toml").exists()]
    chosen = [each for each in settings if path_of(each) != "name"] + [f"name={new}"]
    if known and not any(path_of(each) == "search.start_from" for each in settings):
        chosen.append(f"search.start_from={known[-1].absolute()}")
    return chosen
