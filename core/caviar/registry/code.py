"""`--code FILE.py`: makes the plugin classes of one file usable by name, for trying out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from inspect import isabstract, isclass
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from caviar.interfaces.plugin import Plugin
from caviar.registry.index import Entry, PluginError, add, entries, forget
from caviar.support.raised import sentence

_files: dict[str, tuple[Path, bytes]] = {}


def registered() -> Mapping[Path, bytes]:
    """The files whose plugins are known, as they were then: workers get the same code though a file has changed."""
    modules = {entry.target.partition(":")[0] for entry in entries()}
    return dict(file for module, file in _files.items() if module in modules)


def file_of(cls: type[Plugin]) -> Path | None:
    """The file that brought a plugin, if it was such a one."""
    known = _files.get(cls.__module__)
    return known and known[0]


def register(path: Path, content: bytes | None = None) -> tuple[Entry, ...]:
    """Imports a file and adds the plugins it defines; its content is their version, so that a resume sees a change.

    It may import modules that lie beside it, which are no part of that version, while it is itself imported.
    A class that lacks methods is added too, to be reported where it is named, unless others of the file extend it.
    """
    if content is None:
        content = _read(path)
    version = sha256(content).hexdigest()[:12]
    place = f"caviar_code_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    module = f"{place}_{version}"
    if module not in sys.modules:
        _run(path, content, module)
    classes = [
        cls
        for cls in vars(sys.modules[module]).values()
        if isclass(cls) and issubclass(cls, Plugin) and hasattr(cls, "kind") and cls.__module__ == module
    ]
    if classes and all(map(isabstract, classes)):
        raise PluginError(f"{path}: {classes[0].__name__} lacks {', '.join(sorted(classes[0].__abstractmethods__))}")
    if not classes:
        raise PluginError(f"{path}: defines no plugin: no class extends one of caviar's, such as caviar.Sampler")
    found = tuple(
        Entry(cls.kind, cls.name or cls.__name__.lower(), f"{module}:{cls.__qualname__}", path.name, version)
        for cls in classes
        if not (isabstract(cls) and any(issubclass(each, cls) for each in classes if each is not cls))
    )
    forget(place)  # an older version of the same file
    for entry in found:
        add(entry)
    _files[module] = path.resolve(), content
    return found


def _read(path: Path) -> bytes:
    if path.suffix != ".py":
        raise PluginError(f"{path}: not a Python file; its name must end in .py")
    try:
        return path.read_bytes()
    except OSError as error:
        raise PluginError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """The modules of a folder can be imported, as those beside a script can."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with suppress(ValueError):  # the file may have taken it out
            sys.path.remove(str(folder))


def _run(path: Path, content: bytes, module: str) -> None:
    made = ModuleType(module)
    made.__file__ = str(path)
    sys.modules[module] = made
    try:
        with _importable(path.resolve().parent):
            exec(compile(content, path.resolve(), "exec"), made.__dict__)  # resolved: reasons name it, in workers too
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        del sys.modules[module]
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path.resolve())]
        line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
        where = f"{path}:{line}" if line else str(path)
        raise PluginError(f"{where}: importing it failed: {sentence(error)}") from error
