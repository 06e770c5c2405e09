"""Reading a run's folder: its pipeline, from the file there and from its study."""

from __future__ import annotations

from datetime import date
from itertools import count
from pathlib import Path
from zlib import crc32

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.reading.resolved import loads
from caviar.config.reading.without_code import BuilderWithoutCode, FunctionWithoutCode
from caviar.interfaces.store import StoreError, StudyRecord
from caviar.support.files import open_plain, sync_folder, why_unreadable, write_atomically
from caviar.values.problem import Problem

_AGAIN = "`pipe run` of its pipeline writes it again"


class NoRun(Problem):
    """The folder contains no run."""


def pipeline_file(folder: Path) -> Pipeline:
    """The pipeline of the file in the folder, used only to locate the study.

    Raises NoRun, StoreError, and Mistakes where it is no pipeline.
    """
    return _readable(pipeline_text(folder), str(folder / "pipeline.toml"))


def pipeline_text(folder: Path) -> str:
    """The file in the folder. Raises NoRun and StoreError."""
    file = folder / "pipeline.toml"
    try:
        with open_plain(file) as opened:
            return opened.read().decode()
    except (FileNotFoundError, NotADirectoryError):
        raise NoRun(
            f"{folder}: no run here (there is no pipeline.toml); runs are folders such as runs/digits"
        ) from None
    except UnicodeDecodeError:
        raise StoreError(f"{file}: damaged, for it is not UTF-8 text; {_AGAIN}") from None
    except OSError as error:
        raise StoreError(f"{file}: {why_unreadable(error)}") from None


def begun_with(folder: Path, study: StudyRecord | None) -> Pipeline:
    """The pipeline recorded in a study; the file beside it may have been edited since.

    Raises StoreError where nothing was recorded yet, and Mistakes.
    """
    if study is None:
        raise StoreError(f"{folder}: contains no study; `pipe run` of its pipeline starts one")
    pipeline = _readable(study.file, f"{folder} (its study)")
    if not isinstance(pipeline.trainer, FunctionWithoutCode):
        return pipeline
    return pipeline.model_copy(update={"search": pipeline.search.model_copy(update={"goal": study.goal})})


def keep_file(folder: Path, text: str, today: date) -> str:
    """Keeps the pipeline that a study had before in its folder, under a dated name, which is returned; once if it was.

    The file may be kept already by a run that was killed before it went on.
    """
    content = _kept(text)
    for number in count(1):
        name = f"pipeline-{today.isoformat()}{'' if number == 1 else f'-{number}'}.toml"
        try:
            with open_plain(folder / name) as file:
                same = file.read() == content
        except FileNotFoundError:
            write_atomically(folder / name, content)
            sync_folder(folder)
            return name
        except OSError:
            same = False
        if same:
            return name
    raise AssertionError("numbers do not end")


def kept_files(folder: Path) -> dict[str, bool]:
    """The names of the pipelines that a study had before, and whether each is as it was written."""
    found = {}
    for file in sorted(folder.glob("pipeline-*.toml")):
        try:
            with open_plain(file) as opened:
                content = opened.read()
            text = content.decode().rpartition("# crc32 ")[0]
            found[file.name] = bool(text) and content == _kept(text)
        except (OSError, UnicodeDecodeError):
            found[file.name] = False
    return found


def _kept(text: str) -> bytes:
    return f"{text}# crc32 {crc32(text.encode()):08x} of the lines above\n".encode()


def _readable(text: str, file: str) -> Pipeline:
    """The pipeline without its backend and the code of its function, which are not needed to read a run."""
    return loads(text, file, without=("backend",), build=BuilderWithoutCode)
