"""The house rules of the layout: imports run one way, plugins use public names, core knows no plugin."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import caviar
import caviar.plugin
import caviar_plugins
import pytest

CORE = Path(caviar.__file__).parent
PLUGINS = Path(caviar_plugins.__file__).parent
ORDER = ["values", "support", "text", "interfaces", "function", "registry", "config", "engine", "api", "cli"]
ALONE = {"__init__.py", "exports.py", "plugin.py", "sklearn.py"}  # public faces, which name the homes of names


def _of_core() -> Iterator[Path]:
    """The files of core; in an installed distribution the examples of pipelines lie beside them."""
    return (file for file in CORE.rglob("*.py") if file.relative_to(CORE).parts[0] != "_pipelines")


@cache
def imported(file: Path) -> tuple[str, ...]:
    """The modules and names that a file imports, wherever in it."""
    return tuple(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


@pytest.mark.parametrize("package", ORDER)
def test_imports_run_one_way(package: str) -> None:
    later = ORDER[ORDER.index(package) + 1 :]
    for file in (CORE / package).rglob("*.py"):
        for name in imported(file):
            parts = name.split(".")
            assert not (parts[0] == "caviar" and len(parts) > 1 and parts[1] in later), f"{file} imports {name}"


def test_every_file_of_core_has_its_place_in_the_order() -> None:
    rooms = {file.relative_to(CORE).parts[0] for file in _of_core()}
    assert rooms == {*ORDER, *ALONE, "testing", "__main__.py"}


def test_only_programs_and_commands_know_the_kits_and_kits_know_no_command() -> None:
    for file in _of_core():
        if file.relative_to(CORE).parts[0] == "testing":
            assert not any(name.startswith(("caviar.api", "caviar.cli")) for name in imported(file)), file
        else:
            assert not any(name.startswith("caviar.testing") for name in imported(file)), file


def test_no_two_folders_of_core_import_each_other() -> None:
    """Not even by a detour: the folders have an order in which each imports only those before it."""
    arrows: dict[str, set[str]] = {}
    for file in _of_core():
        home = ".".join(("caviar", *file.relative_to(CORE).parent.parts))
        for name in imported(file) if home != "caviar" else ():
            there = CORE.parent.joinpath(*name.split("."))
            folder = next((each for each in (there, *there.parents) if each.is_dir()), CORE)
            other = ".".join(("caviar", *folder.relative_to(CORE).parts)) if folder.is_relative_to(CORE) else ""
            if other.startswith("caviar.") and other != home:
                arrows.setdefault(home, set()).add(other)
    while arrows:
        free = {folder for folder, others in arrows.items() if not others & arrows.keys()}
        assert free, f"these folders import each other: {sorted(arrows)}"
        arrows = {folder: others for folder, others in arrows.items() if folder not in free}


def test_core_never_imports_plugins() -> None:
    for file in _of_core():
        assert not any(name.startswith("caviar_plugins") for name in imported(file)), file


def test_plugins_import_only_public_names() -> None:
    public = {f"caviar.{name}" for name in dir(caviar)} | {f"caviar.plugin.{name}" for name in dir(caviar.plugin)}
    for file in PLUGINS.rglob("*.py"):
        for name in imported(file):
            if name.startswith("caviar."):
                assert name in public, f"{file} imports {name}"
            assert not any(part.startswith("_") and part != "__future__" for part in name.split(".")), f"{file}: {name}"


@pytest.mark.parametrize("face", ["__init__", "plugin"])
def test_public_names_are_the_same_for_python_and_for_type_checkers(face: str) -> None:
    tree = ast.parse((CORE / f"{face}.py").read_text())
    seen = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("caviar")
        for alias in node.names
        if alias.asname == alias.name  # how type checkers know a public name
    }
    module = caviar if face == "__init__" else caviar.plugin
    assert seen == set(dir(module))
    for name in seen:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("face", [caviar, caviar.plugin])
def test_the_homes_of_public_names_stand_in_order(face: ModuleType) -> None:
    homes = list(vars(face)["_HOMES"])
    assert homes == sorted(homes)


def test_a_star_imports_the_public_names_and_nothing_else() -> None:
    names: dict[str, object] = {}
    exec("from caviar import *", names)
    assert set(names) - {"__builtins__"} == set(dir(caviar)) - {"plugin"}


def test_importing_caviar_imports_nothing_heavy() -> None:
    heavy = ("numpy", "pydantic", "rich", "pluggy")
    script = f"import caviar, caviar_plugins, sys; print(*(m for m in {heavy} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_nothing_but_the_kernel_cache_imports_pickle() -> None:
    """Compiled kernels are machine code, which numba pickles; they lie where Caviar is installed, not in a run."""
    unsafe = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "yaml"}
    files = [file for root in (CORE, PLUGINS) for file in root.rglob("*.py")]
    found = {file.name for file in files if unsafe & {name.split(".")[0] for name in imported(file)}}
    assert found == {"kernel_cache.py"}


def test_one_module_of_core_and_two_of_the_plugins_touch_numba() -> None:
    files = [file for root in (CORE, PLUGINS) for file in root.rglob("*.py")]
    found = [file for file in files if {"numba", "llvmlite"} & {name.split(".")[0] for name in imported(file)}]
    assert sorted(file.name for file in found) == ["numba_access.py", "numba_access.py", "numba_subkernels.py"]
