"""Numeric identity: everything that the bits of a result depend on besides file, seed and data."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from caviar.engine.training.one_thread import libraries
from caviar.engine.training.variants import forms_in_use, kernels_in_use
from caviar.interfaces.backend import Backend
from caviar.interfaces.plugin import Plugin
from caviar.registry.load import name_of

_FORM = "kernels of "  # how the names begin that say of a module with kernels whether those were compiled
_SITES = {"site-packages", "dist-packages"}


def numeric_identity(dtype: str, backend: Backend, kernels: bool = True) -> dict[str, str]:
    """Name -> version of everything that may change a bit: array library, its SIMD and BLAS kernels, dtype, device.

    `kernels`: whether the trainer may use any. It is the same in the coordinator and in its workers, whatever else
    each process has imported.
    """
    import numpy

    compiler = kernels_in_use(backend, kernels)  # before BLAS libraries are listed: loads one
    return {
        "backend": name_of(type(backend)),
        "dtype": dtype,
        "kernels": compiler,
        "machine": platform.machine(),
        "numpy": numpy.__version__,
        "simd": _simd(),
        **backend.identity(),
        "blas": ", ".join(sorted(set(_blas(backend, kernels)))),
    }


def library_identity(kinds: Iterable[type[Plugin]]) -> dict[str, str]:
    """Name -> version of the libraries that these plugins require, and may compute with."""
    names = sorted({name.partition(".")[0] for kind in kinds for name in kind.requires})
    owners = packages_distributions() if names else {}
    return {name: ", ".join(sorted({version(each) for each in owners.get(name, ())})) or "unknown" for name in names}


def form_identity(kinds: Iterable[type[Plugin]], backend: Backend, kernels: bool = True) -> dict[str, str]:
    """Name -> form of the kernels that these plugins have; compiled and plain code round differently."""
    return {f"{_FORM}{module}": form for module, form in forms_in_use(kinds, backend, kernels).items()}


def system_of(identity: Mapping[str, str]) -> dict[str, str]:
    """An identity without the forms of kernels: what a process knows before it trains."""
    return {name: version for name, version in identity.items() if not name.startswith(_FORM)}


def forms_of(identity: Mapping[str, str]) -> dict[str, str]:
    """The forms of kernels in an identity."""
    return {name: form for name, form in identity.items() if name.startswith(_FORM)}


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """The differences of two identities, or of two lists of versions, as "numpy 2.3 -> 2.4"; "" if there are none."""
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    return "; ".join(f"{name} {before.get(name, 'absent')} -> {now.get(name, 'absent')}" for name in names)


def _blas(backend: Backend, kernels: bool) -> Iterator[str]:
    """The BLAS libraries that training uses, those of NumPy and SciPy.

    Each wheel brings one. Only where one of the two brings none, it uses a library of the system or environment, and
    all of those count. Whatever else the caller has loaded computes nothing here. SciPy's library serves kernels for
    NumPy's arrays; with another array library, or without kernels, it is loaded or not, as it happens.
    """
    both = kernels and backend.library().__name__ == "numpy"
    using = {"numpy", "scipy"} if both else {"numpy"}
    loaded = [(_package(Path(each["filepath"])), each) for each in libraries().info() if each["user_api"] == "blas"]
    from_outside = bool(using & sys.modules.keys() - {package for package, _ in loaded})
    for package, library in loaded:
        if package in using or (package is None and from_outside):
            yield f"{library['prefix']} {library['version']} {library.get('architecture', '')}".strip()


def _package(file: Path) -> str | None:
    """The installed package that a library's file belongs to; None where it belongs to the system or environment."""
    sites = [place for place, part in enumerate(file.parts) if part in _SITES]
    return file.parts[sites[-1] + 1].partition(".")[0] if sites else None


def _simd() -> str:
    """The instruction sets that NumPy's own loops use: those of this processor that NPY_…_CPU_FEATURES leaves on."""
    import numpy

    config: Any = numpy.show_config(mode="dicts")
    sets = config["SIMD Extensions"]
    return " ".join([*sets.get("baseline", ()), *sets.get("found", ())])
