"""Looks up a plugin by its name, in a layer below those that know plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

plugin_by_name: Callable[[str, str], type[Any]]
"""(kind, name) -> the class; raises Problem. The package hands it down when it is imported."""
