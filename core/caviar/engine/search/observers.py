"""Observers: send a run's events to reporters; an exception of a reporter is recorded and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pluggy

from caviar.engine.failures.plugin_errors import culprit_of
from caviar.interfaces.reporter import Reporter
from caviar.registry.hooks import Hooks
from caviar.registry.index import PluginError
from caviar.registry.load import entry_of, name_of, version_of
from caviar.support.raised import sentence


class Observers:
    """Calls a hook of all reporters: `tell("after_trial", run=…, trial=…)`; `failures` says who raised what.

    `offered`: facts that are made when an implementation of a hook takes them, so that they cost nothing else.
    """

    def __init__(self, reporters: Sequence[Reporter]) -> None:
        self.failures: dict[str, str] = {}
        self.offered: dict[str, Callable[[], Any]] = {}
        self._reporters: dict[str, Reporter] = {}
        self._manager = pluggy.PluginManager("caviar")
        self._manager.add_hookspecs(Hooks)
        for number, reporter in enumerate(reporters):
            # A thin holder, because pluggy refuses to register two equal objects.
            marked = {name: getattr(reporter, name) for name in dir(type(reporter)) if _is_hook(type(reporter), name)}
            label = f"{name_of(type(reporter))} {number + 1}"
            self._reporters[label] = reporter
            try:
                self._manager.register(SimpleNamespace(**marked), label)
                self._manager.check_pending()
            except pluggy.PluginValidationError as error:
                reason = str(error).splitlines()[-1]
                hooks = ", ".join(name for name in vars(Hooks) if not name.startswith("_"))
                raise PluginError(f"reporter '{label}' cannot be used: {reason}; hooks are {hooks}") from None

    def tell(self, event: str, **facts: Any) -> None:
        """Calls each implementation separately: with pluggy the first exception would end the call."""
        for implementation in getattr(self._manager.hook, event).get_hookimpls():
            try:
                taken = implementation.argnames
                implementation.function(**{n: facts[n] if n in facts else self.offered[n]() for n in taken})
            except (Exception, SystemExit) as error:  # a plugin may raise anything
                culprit = culprit_of(error, self._reporters[implementation.plugin_name])
                assert culprit is not None, "there is a suspect"
                owner = f" ({version_of(culprit.cls)})" if entry_of(culprit.cls) else ""
                self.failures.setdefault(
                    implementation.plugin_name, f"{event}: {sentence(error)} at {culprit.place}{owner}"
                )


def _is_hook(kind: type[Reporter], name: str) -> bool:
    return hasattr(getattr(kind, name), "caviar_impl")
