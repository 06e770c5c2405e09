"""Weight files: safetensors in models/, named by trial and content, complete or absent."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from caviar.plugin import Array, StoreError, open_plain, sync_folder, write_atomically

from caviar_plugins.stores.store_errors import DAMAGED, store_errors

_NAME = re.compile(r"models/trial-[0-9]+-[0-9a-f]{16}\.safetensors", re.ASCII)
_MEMORY = "memory:"


@dataclass(frozen=True)
class Artifact:
    """A file as the study knows it; `path` is relative to the run's folder."""

    trial: int
    path: str
    size: int
    sha256: str


class Weights:
    """The weight files of one run. A name holds its content's checksum, so no file is ever overwritten by another.

    Arrays that are added stay in memory, and their artifacts without a file, until `write`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models = folder / "models"
        self._new = dict[str, Mapping[str, Array]]()
        self._added = count()

    @property
    def waiting(self) -> int:
        """How many bytes are in memory."""
        return sum(array.nbytes for arrays in self._new.values() for array in arrays.values())

    def add(self, trial: int, arrays: Mapping[str, Array]) -> Artifact:
        """Arrays of a trial, copied: most of those that wait at a rung never become a file."""
        artifact = Artifact(trial, f"{_MEMORY}{next(self._added)}", 0, "")
        self._new[artifact.path] = {name: array.copy() for name, array in arrays.items()}
        return artifact

    def write(self, named: Mapping[str, int]) -> list[Artifact]:
        """Files for those that the study names, path -> trial, on the disk for good when it returns."""
        from safetensors.numpy import save

        artifacts = []
        new = {trial: self._new[path] for path, trial in named.items() if path in self._new}
        with store_errors(self._models):
            if new and not self._models.is_dir():
                self._models.mkdir()
                sync_folder(self._folder)
        for trial, arrays in new.items():
            content = save(dict(arrays))
            digest = sha256(content).hexdigest()
            artifacts.append(Artifact(trial, f"models/trial-{trial}-{digest[:16]}.safetensors", len(content), digest))
            with store_errors(self._folder / artifacts[-1].path):
                write_atomically(self._folder / artifacts[-1].path, content)
        with store_errors(self._models):
            if new:
                sync_folder(self._models)
        return artifacts

    def forget(self) -> None:
        """Nothing is in memory any more."""
        self._new.clear()

    def read(self, artifact: Artifact) -> dict[str, Array]:
        """The arrays of a file that is what it was when it was written."""
        from safetensors.numpy import load

        if artifact.path in self._new:
            return dict(self._new[artifact.path])
        if not _NAME.fullmatch(artifact.path) or not artifact.path.startswith(f"models/trial-{artifact.trial}-"):
            raise StoreError(
                f"{self._folder / 'study.sqlite'}: gives trial {artifact.trial} a file '{artifact.path}': {DAMAGED}"
            )
        path = self._folder / artifact.path
        with store_errors(path), open_plain(path) as file:
            content = file.read() if os.fstat(file.fileno()).st_size == artifact.size else b""
        if sha256(content).hexdigest() != artifact.sha256:
            raise StoreError(
                f"{path}: not as it was written (size or checksum differ); put back a copy of the file, "
                "or move the run's folder away and run again"
            )
        return dict(load(content))

    def sweep(self, keep: Collection[str]) -> None:
        """Removes files of ours that the study does not name: superseded ones, and leftovers of a killed process.

        Never fails: what cannot be removed now is removed next time.
        """
        with suppress(OSError):
            for file in self._models.iterdir():
                path = f"models/{file.name}"
                if path not in keep and _NAME.fullmatch(path.removesuffix(".part")):
                    file.unlink(missing_ok=True)
