"""Sphinx: sphinx-build -W -n docs docs/build."""

from __future__ import annotations

from inspect import isclass
from typing import Any

import caviar
from caviar.interfaces.plugin import Declared

project = "Caviar"
author = "The authors of Caviar"
release = caviar.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
add_module_names = False
exclude_patterns = ["build", "first_plugin"]
source_suffix = {".md": "markdown"}

html_theme = "furo"
html_title = "Caviar"
html_copy_source = False
html_show_copyright = False

myst_heading_anchors = 3
highlight_language = "text"

autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    "exclude-members": "model_config, model_post_init",
}
autodoc_preserve_defaults = True
# Types in signatures are linked where they are ours; pages of other projects are not at hand while building.
nitpick_ignore_regex = [("py:.*", ".*")]


def _without_signature(_: Any, what: str, name: str, thing: Any, *rest: Any) -> tuple[str, None] | None:
    """Fields make the signature of a declared class: it is long, and each field is shown below."""
    return ("", None) if isclass(thing) and issubclass(thing, Declared) else None


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", _without_signature)
