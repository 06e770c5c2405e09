"""Weight files: safetensors in models/, named by trial and content, complete or not there at all."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from caviar.plugin import Array, StoreError, open_plain, sync_folder, write_atomically

from caviar_plugins.stores.store_errors import DAMAGED, store_errors

_NAME = re.compile(r"models/trial-[0-9]+-[0-9a-f]{16}\.safetensors", re.ASCII)


@dataclass(frozen=True)
class Artifact:
    """A file as the study knows it; `path` is relative to the run's folder."""

    trial: int
    path: str
    size: int
    sha256: str


class Weights:
    """The weight files of one run. A name holds its content's checksum, so no file is ever overwritten by another.

    New files are kept in memory until `write`; what is read may be one of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models = folder / "models"
        self._new = dict[str, bytes]()

    @property
    def waiting(self) -> int:
        """How many bytes are in memory."""
        return sum(map(len, self._new.values()))

    def add(self, weights: Sequence[tuple[int, Mapping[str, Array]]]) -> list[Artifact]:
        """New files for these trials."""
        from safetensors.numpy import save

        artifacts = []
        for trial, arrays in weights:
            content = save(dict(arrays))
            digest = sha256(content).hexdigest()
            artifacts.append(Artifact(trial, f"models/trial-{trial}-{digest[:16]}.safetensors", len(content), digest))
            self._new[artifacts[-1].path] = content
        return artifacts

    def write(self, named: Collection[str]) -> None:
        """Those of the new files that the study names are on the disk for good when it returns, and still in memory."""
        new = {path: content for path, content in self._new.items() if path in named}
        with store_errors(self._models):
            if new and not self._models.is_dir():
                self._models.mkdir()
                sync_folder(self._folder)
        for path, content in new.items():
            with store_errors(self._folder / path):
                write_atomically(self._folder / path, content)
        with store_errors(self._models):
            if new:
                sync_folder(self._models)

    def forget(self) -> None:
        """New files are no longer in memory."""
        self._new.clear()

    def read(self, artifact: Artifact) -> dict[str, Array]:
        """The arrays of a file that is what it was when it was written."""
        from safetensors.numpy import load

        if not _NAME.fullmatch(artifact.path) or not artifact.path.startswith(f"models/trial-{artifact.trial}-"):
            raise StoreError(
                f"{self._folder / 'study.sqlite'}: gives trial {artifact.trial} a file '{artifact.path}': {DAMAGED}"
            )
        if artifact.path in self._new:
            return dict(load(self._new[artifact.path]))
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

        Never fails: what cannot be removed now will be the next time.
        """
        with suppress(OSError):
            for file in self._models.iterdir():
                path = f"models/{file.name}"
                if path not in keep and _NAME.fullmatch(path.removesuffix(".part")):
                    file.unlink(missing_ok=True)
