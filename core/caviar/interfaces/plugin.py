"""What all plugins are: frozen pydantic classes whose fields are the keys of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import (
    PrivateAttr,
)

from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.markers import IsPlugin


class Plugin(Declared, IsPlugin):
    """A declared plugin. State is a value that is passed, never kept here."""

    kind: ClassVar[str]
    interface: ClassVar[int]
    name: ClassVar[str] = ""
    """Only for classes without an entry point; an entry point's name is its plugin's."""
    variants: ClassVar[Mapping[str, str]] = {}
    """Library ("numpy", "cupy") -> "module:Class", a subclass with kernels for its arrays: the same numbers, faster.

    Not inherited.
    """
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that come with an extra of the plugin's distribution; without them its use is a mistake that says how."""
    _label: str = PrivateAttr("")

    @property
    def given_name(self) -> str:
        """What `called` named it, or "": tells it from another of the same plugin in the same place."""
        return self._label

    def called(self, label: str) -> Self:
        """The same plugin under a name of its own: `name = "…"` in an array of tables or in a choice."""
        copy = self.model_copy()
        copy._label = label
        return copy

    def take(self, members: slice) -> Self:
        """A bound plugin for some of its members."""
        cut: dict[str, Any] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Plugin):
                cut[name] = value.take(members)
            elif type(self).is_tunable(name) and float in type(self).types(name):
                cut[name] = value[members]
        return self.model_copy(update=cut)
