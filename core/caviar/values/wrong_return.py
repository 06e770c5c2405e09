"""Wrong returns: values that a plugin returned against its interface."""

from __future__ import annotations


class WrongReturn(Exception):
    """Raised where the value enters; `plugin` returned it from `method`. The engine reports it as the plugin's own."""

    def __init__(self, plugin: object, method: str, reason: str) -> None:
        super().__init__(f"{method}() {reason}")
        self.plugin, self.method = plugin, method


def described(value: object) -> str:
    """Describes a returned value without its content: "None", "an array of shape (3,)", "a tuple of 1"."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        kind = getattr(getattr(value, "dtype", None), "name", None)
        return f"an array of shape {shape}" + (f" and type {kind}" if kind else "")
    if value is None:
        return "None"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"an object of type {type(value).__name__}"
