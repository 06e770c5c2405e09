"""Artifacts as safetensors files in models/, named by trial and content, complete or absent."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from errno import ELOOP
from hashlib import sha256
from pathlib import Path

from caviar.engine.storage.artifacts import Artifacts
from caviar.interfaces.store import Artifact, Damaged, file_errors
from caviar.support.files import open_plain, sync_folder, write_atomically
from caviar.values.arrays import Array

_NAME = re.compile(r"models/trial-[0-9]+-[0-9a-f]{16}\.safetensors", re.ASCII)
NOTHING = Artifact("", 0, "")
"""Of a trial whose trainer has no weights: no file."""


def file_name(trial: int, digest: str) -> str:
    """The name of a file of arrays, by its trial and its content."""
    return f"trial-{trial}-{digest[:16]}.safetensors"


class ArtifactFolder(Artifacts):
    """The files of one run. A name contains its content's checksum, so no file ever overwrites a different one.

    Raises StoreError if models/ is a link, which could lead out of the run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._models = folder, folder / "models"
        with file_errors(self._models):
            if self._models.is_symlink():
                raise OSError(ELOOP, os.strerror(ELOOP))

    def write(self, arrays: Mapping[int, Mapping[str, Array]]) -> dict[int, Artifact]:
        from safetensors.numpy import save

        artifacts = {trial: NOTHING for trial, named in arrays.items() if not named}
        arrays = {trial: named for trial, named in arrays.items() if named}
        with file_errors(self._models):
            if arrays and not self._models.is_dir():
                self._models.mkdir()
                sync_folder(self._folder)
        for trial, named in arrays.items():
            content = save(dict(named))
            digest = sha256(content).hexdigest()
            artifact = Artifact(f"models/{file_name(trial, digest)}", len(content), digest)
            with file_errors(self._folder / artifact.path):
                write_atomically(self._folder / artifact.path, content)
            artifacts[trial] = artifact
        with file_errors(self._models):
            if arrays:
                sync_folder(self._models)
        return artifacts

    def read(self, trial: int, artifact: Artifact) -> dict[str, Array]:
        from safetensors.numpy import load

        if artifact == NOTHING:
            return {}
        if not _NAME.fullmatch(artifact.path) or not artifact.path.startswith(f"models/trial-{trial}-"):
            raise Damaged(
                self._folder, self._folder, f"the study gives trial {trial} a file '{artifact.path}': damaged"
            )
        path = self._folder / artifact.path
        with file_errors(path), open_plain(path) as file:
            content = file.read() if os.fstat(file.fileno()).st_size == artifact.size else b""
        if sha256(content).hexdigest() != artifact.sha256:
            raise Damaged(path, self._folder, "not as it was written (size or checksum differ)")
        return dict(load(content))

    def sweep(self, keep: Collection[str]) -> None:
        with suppress(OSError):
            for file in self._models.iterdir():
                path = f"models/{file.name}"
                if path not in keep and _NAME.fullmatch(path.removesuffix(".part")):
                    file.unlink(missing_ok=True)
