"""`--code FILE.py`: makes the plugin classes of one file usable by name, for trying out."""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract, isclass
from pathlib import Path
from traceback import extract_tb

from caviar.interfaces.plugin import Plugin
from caviar.registry.index import Entry, PluginError, add, forget


def register(path: Path) -> tuple[Entry, ...]:
    """Imports a file and adds the plugins it defines; its content is their version, so that a resume sees a change."""
    try:
        version = sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise PluginError(f"{path}: cannot be read: {error.strerror}") from None
    place = f"caviar_code_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    module = f"{place}_{version}"
    if module not in sys.modules:
        _run(path, module)
    found = tuple(
        Entry(cls.kind, cls.name or cls.__name__.lower(), f"{module}:{cls.__qualname__}", path.name, version)
        for cls in vars(sys.modules[module]).values()
        if isclass(cls) and issubclass(cls, Plugin) and cls.__module__ == module and not isabstract(cls)
    )
    if not found:
        raise PluginError(f"{path}: defines no plugin: no class extends one of caviar's, such as caviar.Sampler")
    forget(place)  # an older version of the same file
    for entry in found:
        add(entry)
    return found


def _run(path: Path, module: str) -> None:
    spec = spec_from_file_location(module, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path}: not a Python file; its name must end in .py")
    sys.modules[module] = module_from_spec(spec)
    try:
        spec.loader.exec_module(sys.modules[module])
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        del sys.modules[module]
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
        where = f"{path}:{line}" if line else str(path)
        raise PluginError(f"{where}: importing it failed: {type(error).__name__}: {error}") from error
