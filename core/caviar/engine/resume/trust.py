"""Trust: the programs of a file that the user has let start, remembered in the run's folder."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.programs import programs_of
from caviar.support.files import open_plain, write_atomically
from caviar.values.problem import Problem

_NAME = "trusted.json"


class Untrusted(Problem):
    """A file names programs, and nobody has said that they may be started; `programs` are those."""

    def __init__(self, programs: Collection[str], how: str = "load(…, trust=True)") -> None:
        told = ", ".join(text.replace("\n", ", ") for text in programs)
        super().__init__(f"the file starts a program: {told}; if you trust it, and the file, run it with {how}")
        self.programs = tuple(programs)


def check_trusted(pipeline: Pipeline) -> None:
    """Raises Untrusted for a pipeline of a file with programs that the user has not let start."""
    if not pipeline.trusted and (programs := programs_of(pipeline)):
        raise Untrusted(programs)


def remember(folder: Path, programs: Collection[str]) -> None:
    """Notes in a run's folder that these programs may be started, each by its exact text.

    The note is signed with a key of this user and holds for this folder: one that came along with a run from elsewhere
    is worth nothing. Where the user has no place for a key, nothing is remembered.
    """
    key = _key()
    if programs and key is not None:
        note = {"programs": sorted(programs), "signature": _signature(key, folder, programs)}
        write_atomically(folder / _NAME, (json.dumps(note, indent=1) + "\n").encode())


def remembered(folder: Path) -> frozenset[str]:
    """The programs that the user has let start in a run's folder."""
    key = _key()
    with suppress(OSError, ValueError, KeyError, TypeError):
        with open_plain(folder / _NAME) as file:
            note = json.loads(file.read())
        programs = frozenset(map(str, note["programs"]))
        if key is not None and hmac.compare_digest(note["signature"], _signature(key, folder, programs)):
            return programs
    return frozenset()


def _signature(key: bytes, folder: Path, programs: Collection[str]) -> str:
    return hmac.digest(key, json.dumps([str(folder.resolve()), sorted(programs)]).encode(), "sha256").hex()


def _key() -> bytes | None:
    """This user's key, made when it is first needed; None where it cannot be kept."""
    with suppress(OSError, RuntimeError):  # there may be no home
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        file = home / "caviar" / "trust.key"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = file.with_name(f"{file.name}.{os.getpid()}")
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                opened.write(token_bytes(32))
            with suppress(FileExistsError):  # another process was faster: its key counts
                os.link(part, file)
            part.unlink()
        with open_plain(file) as opened_plain:
            key = opened_plain.read()
        return key if len(key) == 32 else None
    return None
