"""Artifacts at an address, such as a bucket of S3: read and written by fsspec, checked as those in a folder are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from caviar.engine.storage.artifacts import Artifacts, Unreachable
from caviar.engine.storage.folder import NOTHING, ArtifactFolder, file_name
from caviar.interfaces.store import Artifact, Damaged, Store, StoreError, file_errors
from caviar.registry.extras import install_line
from caviar.registry.index import own_distribution
from caviar.support.study_id import FILE, known_study_id, study_id
from caviar.values.arrays import Array

_BELOW = r"/[0-9a-f]{12}/trial-[0-9]+-[0-9a-f]{16}\.safetensors"
"""Of each study in a part of its own, so that none removes what belongs to another one."""


class ArtifactAddress(Artifacts):
    """The artifacts of one run below an address that several runs may share.

    An object there is complete or absent, and lasts when it has been written. Nothing is connected before the first
    artifact is read or written, because connecting starts a thread.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self._folder, self._address = folder, address
        with _id_errors(folder):
            known_study_id(folder)  # now, and not when the first trials have been trained
        self._found: set[str] | None = None  # those there, and those of a process that was killed

    def write(self, arrays: Mapping[int, Mapping[str, Array]]) -> dict[int, Artifact]:
        from safetensors.numpy import save

        artifacts = {trial: NOTHING for trial, named in arrays.items() if not named}
        contents = {trial: save(dict(named)) for trial, named in arrays.items() if named}
        if not contents:
            return artifacts
        place = self._place
        for trial, content in contents.items():
            digest = sha256(content).hexdigest()
            artifacts[trial] = Artifact(f"{place}/{file_name(trial, digest)}", len(content), digest)
        with self._errors(place, "written"):
            self._files.pipe({artifacts[trial].path: content for trial, content in contents.items()})
        if self._found is None:
            self._found = set()
            with suppress(Exception):
                self._found = {self._files.unstrip_protocol(path) for path in self._files.find(place)}
        self._found |= {artifacts[trial].path for trial in contents}
        return artifacts

    def read(self, trial: int, artifact: Artifact) -> dict[str, Array]:
        from safetensors.numpy import load

        if artifact == NOTHING:
            return {}
        path = artifact.path
        if not re.fullmatch(re.escape(self._address) + _BELOW, path, re.ASCII) or f"/trial-{trial}-" not in path:
            raise Damaged(
                self._folder,
                self._folder,
                f"the study gives trial {trial} a file '{path}', which is not at store.artifacts = '{self._address}'",
            )
        with self._errors(path, "read"):
            content = self._files.cat_file(path, start=0, end=artifact.size + 1)
        if sha256(content).hexdigest() != artifact.sha256:
            raise Damaged(path, self._folder, "not as it was written (size or checksum differ)")
        return dict(load(content))

    def sweep(self, keep: Collection[str]) -> None:
        for path in (self._found or set()) - set(keep):
            with suppress(Exception):
                self._files.rm_file(path)
                self._found.discard(path)  # type: ignore[union-attr]

    @cached_property
    def _place(self) -> str:
        with _id_errors(self._folder):
            return f"{self._address}/{study_id(self._folder)}"

    @cached_property
    def _files(self) -> Any:
        """The file system that the address is of. Raises Unreachable."""
        kind = self._address.partition("://")[0]
        try:
            from fsspec import filesystem, get_filesystem_class
            from fsspec.registry import known_implementations
        except ImportError:
            raise self._missing("fsspec") from None
        try:
            get_filesystem_class(kind)
        except ValueError:
            raise Unreachable(f"{self._address}: no library knows addresses that begin with {kind}://") from None
        except ImportError:
            package = str(known_implementations.get(kind, {}).get("class", kind)).partition(".")[0]
            raise self._missing(package) from None
        with self._errors(self._address, "opened"):
            return filesystem(kind, use_listings_cache=False, skip_instance_cache=True)

    def _missing(self, package: str) -> Unreachable:
        line = install_line(own_distribution(), package)
        return Unreachable(f"{self._address}: weights at this address need '{package}', which is missing; {line}")

    @contextmanager
    def _errors(self, place: str, what: str) -> Iterator[None]:
        """Turns errors of the library, which may be of any class, into a StoreError.

        Only what the library says is not there is lost.
        """
        try:
            yield
        except FileNotFoundError:
            raise StoreError(
                f"{place}: missing there; put it back, or run the same command again to train it again"
                if what == "read"
                else f"{place}: cannot be {what}, for there is no such place; create the bucket and run again"
            ) from None
        except Exception as error:
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise Unreachable(
                f"{place}: cannot be {what} ({why}); check the address, the network and the credentials in the "
                "environment, then run the same command again: what was recorded is safe"
            ) from None


@contextmanager
def _id_errors(folder: Path) -> Iterator[None]:
    """Turns errors of the file with the study's name into a StoreError."""
    try:
        with file_errors(folder / FILE):
            yield
    except ValueError as error:
        raise StoreError(str(error)) from error


def artifacts_of(store: Store, folder: Path) -> Artifacts:
    """Where a store says that the arrays of a run are. Raises StoreError."""
    return ArtifactFolder(folder) if store.artifacts is None else ArtifactAddress(folder, store.artifacts)
