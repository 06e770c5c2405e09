"""The law of every kind: a plugin's class states the interface number that it was written for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NoReturn

from caviar.interfaces.plugin import Plugin


class StatedInterface:
    """`kind` names the kind, and the attribute that holds the plugin."""

    kind: ClassVar[str]

    if not TYPE_CHECKING:  # a type checker then still reports misspelt names

        def __getattr__(self, name: str) -> NoReturn:
            """Raises AttributeError; for what a contract declares and the test class lacks, with the line to write."""
            if name not in {each for cls in type(self).__mro__ for each in vars(cls).get("__annotations__", {})}:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            missing = f"in class {type(self).__name__}, set `{name} = …`, the {name} to be tested"
            raise AttributeError(f"{missing}: the laws of its contract need it")

    def plugin_under_test(self, folder: Path) -> Plugin:
        """The plugin; `folder` is for plugins that need files."""
        plugin: Plugin = getattr(self, self.kind)
        return plugin

    def test_its_class_states_the_interface_number_of_this_caviar(self, tmp_path: Path) -> None:
        plugin = self.plugin_under_test(tmp_path)
        cls = type(plugin)
        line = f"class {cls.__name__}({cls.__bases__[0].__name__}, interface={plugin.interface})"
        assert cls.written_for is not None, f"write {line}: an installed plugin that states no number is refused"
        assert cls.written_for == plugin.interface, f"this Caviar has {plugin.kind} interface {plugin.interface}"
