"""The example pipelines and functions: in `pipelines/` of a checkout, inside the package where pip installed it."""

from __future__ import annotations

import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

from caviar.config.hints.suggestions import closest
from caviar.values.problem import Problem


class NoExample(Problem):
    """There is no such example, or it would overwrite a file."""


def examples() -> dict[str, str]:
    """Name -> what it shows, its first comment."""
    files = sorted((*_folder().glob("*.toml"), *_folder().glob("*.py")))
    return {file.stem: file.read_text().splitlines()[0].lstrip("# ") for file in files}


def copy_example(name: str, folder: Path) -> list[Path]:
    """Writes an example, its bundled data and its program; the files that were written."""
    if name not in examples():
        raise NoExample(f"no example is called '{name}'{closest(name, examples())}")
    source = next(each for each in (_folder() / f"{name}.toml", _folder() / f"{name}.py") if each.is_file())
    target = folder / source.name
    if target.exists():
        raise NoExample(f"{target}: already exists; rename or remove it first")
    shutil.copyfile(source, target)
    written = [target]
    file = tomllib.loads(source.read_text()) if source.suffix == ".toml" else {}
    trainer = file.get("trainer", {})
    for path in (file.get("data", {}).get("path", ""), *trainer.get("command", ())):
        if path and (source.parent / path).is_file() and not (folder / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source.parent / path, folder / path)
            written.append(folder / path)
    return written


def needs_trust(file: Path) -> bool:
    """Whether an example starts a program, which a run does with `--trust` only."""
    return file.suffix == ".toml" and "command" in tomllib.loads(file.read_text()).get("trainer", {})


def _folder() -> Path:
    package = Path(str(files("caviar")))
    bundled = package / "_pipelines"
    return bundled if bundled.is_dir() else package.parent.parent / "pipelines"
