"""The law of every kind: a plugin's class states the interface number that it was written for."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from caviar.interfaces.plugin import Plugin


class StatedInterface:
    """`kind` names the kind, and the attribute that holds the plugin."""

    kind: ClassVar[str]

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
