"""Code files: the plugin classes and training functions of one Python file, usable by name in one run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from inspect import isabstract, isclass
from pathlib import Path
from threading import RLock
from traceback import extract_tb
from types import ModuleType

from caviar.function.importable import CODE
from caviar.function.parameters import WrongFunction
from caviar.function.trial import TrialFunction
from caviar.function.version import version_of_code
from caviar.interfaces.plugin import Plugin
from caviar.registry.imports_beside import imports_beside
from caviar.registry.index import CodeFile, Entry, PluginError, Registry, current
from caviar.support.raised import sentence

_importing = RLock()


class _WrongFunctions(PluginError):
    """A function of a file cannot be searched; the message has a line for each mistake."""

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(str(self).split("\n"))


class _CodeModule(ModuleType):
    """The module of a code file; Python keeps it by a name that the file's path and content determine.

    `code` has no entries while the file is being imported. What it keeps lies in slots, so that the globals of the file
    may have the same names.
    """

    __slots__ = ("after", "before", "code")

    def __init__(self, name: str, code: CodeFile) -> None:
        super().__init__(name)
        self.code = code
        self.before = frozenset(sys.modules)
        self.after: frozenset[str] | None = None
        """All modules when its import began, and when it ended."""

    @property
    def beside(self) -> set[str]:
        """The modules of its own folder that it was the first to import, so far."""
        new = (self.after or frozenset(sys.modules)) - self.before
        return {each for each in new if each in sys.modules and _lies_in(self.code.path.parent, each)}


def file_of(cls: type[Plugin]) -> CodeFile | None:
    """The code file that defines a class, of whichever run; None where no code file does."""
    module = sys.modules.get(cls.__module__)
    return module.code if isinstance(module, _CodeModule) else None


def with_code(path: Path | None, registry: Registry | None = None) -> Registry:
    """The registry (None: the current one) with the plugins of a file, as it is now. Raises PluginError."""
    known = registry or current()
    return known if path is None else known.with_file(read_code(path))


def read_code(path: Path, content: bytes | None = None) -> CodeFile:
    """Imports a file once for each content; the code there is its plugins' version, so a resumed run sees a change.

    While it is imported it may import modules that lie beside it, which are not part of that version.
    A class that lacks methods is listed too, to be reported where it is named, unless others of the file extend it.
    """
    if content is None:
        content = _read(path)
    name = f"{CODE}{_checksum(str(path.resolve()).encode())}_{_checksum(content)}"
    with _importing:  # the path of imports is the whole process's
        module = sys.modules.get(name)
        if not isinstance(module, _CodeModule):
            module = _run(path, content, name)
            try:
                module.code = replace(module.code, entries=_entries(path, module, version_of_code(content)))
            except PluginError:
                del sys.modules[name]
                raise
        elif not module.code.entries:
            raise PluginError(f"{path}: loads itself while it is imported; do that in another file")
    return module.code


def _checksum(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


def _entries(path: Path, module: _CodeModule, version: str) -> tuple[Entry, ...]:
    name = module.__name__
    found = [each.trainer if isinstance(each, TrialFunction) else each for each in vars(module).values()]
    classes = [
        cls
        for cls in dict.fromkeys(each for each in found if isclass(each))
        if issubclass(cls, Plugin) and hasattr(cls, "kind") and cls.__module__ == name
    ]
    if classes and all(map(isabstract, classes)):
        raise PluginError(f"{path}: {classes[0].__name__} lacks {', '.join(sorted(classes[0].__abstractmethods__))}")
    if not classes:
        text = "no class extends one of caviar's, such as caviar.Sampler, and no function is a caviar.trial"
        raise PluginError(f"{path}: defines no plugin: {text}")
    return tuple(
        Entry(cls.kind, cls.name or cls.__name__.lower(), f"{name}:{cls.__qualname__}", path.name, version)
        for cls in classes
        if not (isabstract(cls) and any(issubclass(each, cls) for each in classes if each is not cls))
    )


def _read(path: Path) -> bytes:
    if path.suffix != ".py":
        raise PluginError(f"{path}: not a Python file; its name must end in .py")
    try:
        return path.read_bytes()
    except OSError as error:
        raise PluginError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Makes the modules of a folder importable, as those beside a script are."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with suppress(ValueError):  # the file may have removed it
            sys.path.remove(str(folder))


def _run(path: Path, content: bytes, name: str) -> _CodeModule:
    _refuse_others_modules(path, content)
    made = _CodeModule(name, CodeFile(path.resolve(), content, ()))
    made.__file__ = str(path)
    sys.modules[name] = made
    try:
        with _importable(path.resolve().parent):
            exec(compile(content, path.resolve(), "exec"), made.__dict__)  # resolved: reasons name it, in workers too
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        del sys.modules[name]
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path.resolve())]
        line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
        where = f"{path}:{line}" if line else str(path)
        if isinstance(error, WrongFunction):
            raise _WrongFunctions("\n".join(f"{where}: {each}" for each in error.mistakes)) from error
        raise PluginError(f"{where}: importing it failed: {sentence(error)}") from error
    made.after = frozenset(sys.modules)
    return made


def _lies_in(folder: Path, module: str) -> bool:
    file = getattr(sys.modules[module], "__file__", None)
    return file is not None and Path(file).resolve().is_relative_to(folder)


def _refuse_others_modules(path: Path, content: bytes) -> None:
    """Python has one module for each name: the one beside another code file would be used for this file's."""
    folder = path.resolve().parent
    taken = {each for other in list(sys.modules.values()) if isinstance(other, _CodeModule) for each in other.beside}
    reached = imports_beside(path, content) if taken else {}
    for name, importer in reached.items():
        if name in taken and not _lies_in(folder, name):
            there = sys.modules[name].__file__
            raise PluginError(f"{importer}: imports {name}, but this process has loaded {there}; rename one of the two")
