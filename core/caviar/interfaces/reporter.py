"""Reporter: watches a run. Its methods are hook implementations, see `caviar.registry.hooks.Hooks`."""

from __future__ import annotations

from typing import ClassVar

from caviar.interfaces.plugin import Plugin


class Reporter(Plugin):
    """Implements any of the hooks, each marked with `@caviar.plugin.hook`.

    A reporter never changes a result. If one raises, the error is recorded and it is called again at the next event;
    the others continue. Keep data between events in a pydantic `PrivateAttr`, set in `before_run`; fields never change.

    Order of calls, all in the coordinating process, by one thread, and never inside a training step::

        before_data, after_data           once; no thread that was started between may be left
        before_run                        once, with a view of the study
          after_epoch                     each epoch of each population
          after_trial                     each trial that ends, with a view of the study
          after_round                     each round, with a view of the study
          after_retest_epoch, after_retests   where the strategy asked for re-tests
        before_baseline                   each baseline, before it is trained
        after_run                         once, with a view of the study; or
        on_failure                        instead, also where `before_run` was not called

    A hook takes the parameters that it names and no others. Training waits for it, so it should return soon.
    """

    kind: ClassVar[str] = "reporter"
    interface: ClassVar[int] = 1
