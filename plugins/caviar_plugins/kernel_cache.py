"""The kernel cache: compiled kernels on disk, one file each, with a checksum; its errors make no trial fail."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from caviar.plugin import say_once

from caviar_plugins.kernel_lock import compiling_alone
from caviar_plugins.numba_access import NumbaCache, pickled, said_to_compile

_SIZE = sha256().digest_size


class KernelCache(NumbaCache):
    """Numba's cache of one function, in the folder that numba chooses.

    Numba lets every error of its cache through to the caller, does not sync its files, and uses a damaged file that
    can still be read. Here a file counts only if its checksum is right; otherwise, and after any error, the function is
    compiled anew and the file replaced. Raises RuntimeError where numba finds no folder that can be written to.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function, _Files)
        self._function = function
        self.meanwhile: Callable[[Any], None] = lambda signature: None
        """Called where another process compiles this function, before it is waited for: may compile parts of it."""

    def turn(self, signature: Any, target: Any) -> AbstractContextManager[None]:
        """A context to load the function, or to compile and save it: in one process at a time unless it is on disk."""

        @contextmanager
        def waiting() -> Iterator[None]:
            with said_to_compile(self._function):  # as the time that compiling takes, this is none of a trial's
                self.meanwhile(signature)
                yield

        key = self.key(signature, target)
        if self.files.fits(key):
            return nullcontext()
        return compiling_alone(self.files.file(key).with_suffix(".lock"), waiting)

    def load_overload(self, signature: Any, target: Any) -> Any:
        try:
            return self.load(signature, target)
        except Exception:  # files may hold anything
            say_once(
                f"{self._place}: compiled kernels there are damaged or cannot be read; they are compiled anew and "
                "replaced. If this is reported at every run, delete the files *.kernel there"
            )
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        try:
            self.save(signature, compiled)
        except Exception as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            say_once(
                f"{self._place}: compiled kernels cannot be kept there ({why}); every process compiles its own, in "
                "some 10 seconds. Free some space, or set NUMBA_CACHE_DIR to a folder that can be written to"
            )

    def on_disk(self) -> bool:
        """Whether any form of the function is on disk, perhaps of an older source."""
        return bool(self.files.kept())

    @property
    def _place(self) -> Path:
        """A folder above the files that is the same for all kernels, so that a line about it is logged once."""
        folder, package = Path(self.cache_path), Path(__file__).parent
        return package if folder.is_relative_to(package) else folder.parent


class _Files:
    """The files of one function, one for each signature and processor; takes the place of numba's index and data.

    A file is a SHA-256 of the rest, one of what it was made from, and the pickled code. It is unpickled only if both
    are right, so neither damage nor another version of numba can come to light later.
    """

    def __init__(self, folder: Path, name: str, made_from: str) -> None:
        self._folder, self._name, self._made_from = folder, name, made_from

    def load(self, key: Any) -> Any:
        """The saved kernel; None if there is none, or only one of another source."""
        try:
            content = self.file(key).read_bytes()
        except FileNotFoundError:
            return None
        checksum, rest = content[:_SIZE], content[_SIZE:]
        if sha256(rest).digest() != checksum:
            raise ValueError(f"{self.file(key)}: damaged")
        return pickle.loads(rest[_SIZE:]) if rest[:_SIZE] == self._origin(key) else None

    def fits(self, key: Any) -> bool:
        """Whether the saved kernel is of the present source and version of numba; `load` finds damage."""
        try:
            with self.file(key).open("rb") as stream:
                return stream.read(2 * _SIZE)[_SIZE:] == self._origin(key)
        except OSError:
            return False

    def save(self, key: Any, data: Any) -> None:
        """Replaces the file and syncs it, so that a power loss leaves the old one or the new one."""
        rest = self._origin(key) + pickled(data)
        file = self.file(key)
        part = file.with_name(f"{file.name}.{token_hex(8)}")  # other processes may save the same kernel now
        try:
            with part.open("xb") as stream:
                stream.write(sha256(rest).digest() + rest)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def flush(self) -> None:
        """Deletes the saved files."""
        for file in self.kept():
            file.unlink()

    def kept(self) -> list[Path]:
        """The files of all forms that were saved."""
        return list(self._folder.glob(f"{self._name}.*.kernel"))

    def file(self, key: Any) -> Path:
        """The path of the file for this key."""
        signature, processor, _ = key  # not the code: what was compiled from older code is replaced
        return self._folder / f"{self._name}.{_digest((signature, processor)).hex()[:16]}.kernel"

    def _origin(self, key: Any) -> bytes:
        return _digest((self._made_from, key))


def _digest(value: Any) -> bytes:
    return sha256(repr(value).encode()).digest()
