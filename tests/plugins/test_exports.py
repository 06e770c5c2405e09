"""caviar_plugins: what it exports."""

import ast
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import caviar_plugins


def bundled() -> dict[str, str]:
    """Class -> module of every entry point of the bundled plugins; recipes are files, not classes."""
    groups = [group for group in entry_points().groups if group.startswith("caviar.") and group != "caviar.recipe"]
    entries = [entry for group in groups for entry in entry_points(group=group)]
    plugins = {entry.attr: entry.module for entry in entries if entry.module.startswith("caviar_plugins.")}
    return plugins | {"network": "caviar_plugins.models.network"}  # a decorator, which makes a plugin of a function


def test_every_entry_point_is_exported_under_its_class_name() -> None:
    assert dir(caviar_plugins) == sorted(bundled())
    for name, module in bundled().items():
        assert getattr(caviar_plugins, name).__module__ == module


def test_a_star_imports_the_plugins_and_nothing_else() -> None:
    names: dict[str, object] = {}
    exec("from caviar_plugins import *", names)
    assert sorted(set(names) - {"__builtins__"}) == sorted(bundled())


def test_type_checkers_see_what_python_sees() -> None:
    tree = ast.parse(Path(str(caviar_plugins.__file__)).read_text())
    seen = {
        alias.asname: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("caviar_plugins")
        for alias in node.names
    }
    assert seen == bundled()


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(caviar_plugins, "Adma")


def test_declaring_plugins_imports_no_numerical_library() -> None:
    code = (
        "import sys, caviar_plugins as p\n"
        "p.Adam(learning_rate=p.Log(1e-4, 1.0), beta1=p.Beta(0.8, 0.99))\n"
        "p.MLP(units=p.LogInt(32, 256), layers=p.Int(1, 3), dropout=p.Uniform(0.0, 0.5), activation=p.ReLU())\n"
        "for name in ('SGD', 'BatchNorm', 'NoNormalizer', 'RandomSearch', 'Grid', 'Standardize', 'NumPy', 'Constant',\n"
        "             'Accuracy', 'LogLoss', 'RMSE', 'R2', 'Squared', 'SoftmaxCrossEntropy'): getattr(p, name)()\n"
        "p.Choice((1, 2))\n"
        "print(sorted({'numpy', 'scipy', 'numba', 'cupy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
