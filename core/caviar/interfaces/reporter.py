"""Reporter: watches a run. Its methods are hook implementations, see `caviar.registry.hooks.Hooks`."""

from __future__ import annotations

from typing import ClassVar

from caviar.interfaces.plugin import Plugin


class Reporter(Plugin):
    """Implements any of the hooks, each marked with `@caviar.plugin.hook`.

    A reporter never changes a result. One that raises is noted and called again at the next event; the others go on.
    What it remembers between events it keeps in a pydantic `PrivateAttr`, set in `before_run`; fields never change.
    """

    kind: ClassVar[str] = "reporter"
    interface: ClassVar[int] = 1
