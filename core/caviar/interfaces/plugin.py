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
    """The number of the kind's interface in this Caviar; rises when a method or its meaning changes."""
    written_for: ClassVar[int | None] = None
    """The interface number that the class states, `class Lion(Optimizer, interface=1)`; None where it states none."""
    name: ClassVar[str] = ""
    """Only for classes without an entry point; an entry point's name is its plugin's."""
    variants: ClassVar[Mapping[str, str]] = {}
    """Library ("numpy", "cupy") -> "module:Class", a subclass with kernels for its arrays: the same numbers, faster.

    Not inherited.
    """
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that come with an extra of the plugin's distribution; without them its use is a mistake that says how."""
    _label: str = PrivateAttr("")

    def __init_subclass__(cls, *, interface: int | None = None, **others: Any) -> None:
        """Records the interface number that a class states; without one, it has that of the class it extends.

        Not from another package: a class that extends Caviar's Adam was not written along with it.
        """
        super().__init_subclass__(**others)
        if interface is not None and (type(interface) is not int or interface < 1):
            raise TypeError(f"{cls.__name__}: interface must be a whole number from 1, not {interface!r}")
        source = next(each for each in cls.__mro__[1:] if "written_for" in vars(each))
        if interface is not None or _package(cls) != _package(source):
            cls.written_for = interface

    @property
    def given_name(self) -> str:
        """The name given by `called`, or ""; it distinguishes several instances of a plugin in the same place."""
        return self._label

    def called(self, label: str) -> Self:
        """The same plugin with a name of its own: `name = "…"` in an array of tables or in a choice."""
        copy = self.model_copy()
        copy._label = label
        return copy

    def started_programs(self) -> tuple[str, ...]:
        """The programs that the plugin, as declared, will start, each as text for people.

        A file that names one is code: it is started only where the user trusts it, and where the text has changed they
        are asked again. So whatever in the fields decides what is run stands in the text.
        """
        return ()

    def take(self, members: slice) -> Self:
        """A bound plugin for some of its members."""
        cut: dict[str, Any] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Plugin):
                cut[name] = value.take(members)
            elif isinstance(value, tuple) and any(isinstance(each, Plugin) for each in value):
                cut[name] = tuple(each.take(members) for each in value)
            elif type(self).is_floating(name):
                cut[name] = value[members]
        return self.model_copy(update=cut)


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]
