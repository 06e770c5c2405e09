"""One identity: refuses an outcome that was not trained under the study's numeric identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from caviar.engine.failures.machine_faults import named
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.training.identity import changes
from caviar.interfaces.executor import Executor
from caviar.values.problem import Problem
from caviar.values.segment import Outcome
from caviar.values.trial import TrialState
from caviar.values.wrong_return import WrongReturn

_UNTRAINED = (TrialState.QUEUED, TrialState.FAILED)


class OtherSystem(Problem):
    """A worker trained a segment under another numeric identity than the study's; none of it is recorded."""

    exit_code: ClassVar[int] = 1

    def __init__(self, outcome: Outcome, moved: str) -> None:
        super().__init__(
            f"a worker trained {named(outcome.members)} on a different system than the study's, where bits may differ: "
            f"{moved}; its results are not recorded; give every worker the processor and the versions of the process "
            "that runs the study, or remove this worker ([executor]); the same command then resumes from here"
        )


def of_one_identity(outcomes: Iterable[Outcome], identity: Mapping[str, str], executor: Executor) -> Iterator[Outcome]:
    """Yields the outcomes of an executor's workers, after it has compared the identity of each.

    Raises OtherSystem, and PluginError for an outcome of trained members without an identity.
    """
    for outcome in outcomes:
        if outcome.identity is not None:
            if moved := changes(identity, outcome.identity):
                raise OtherSystem(outcome, moved)
        elif any(member.state not in _UNTRAINED for member in outcome.members):
            with attribute_errors(executor):
                text = "returned an outcome of trained members without the identity that `Job.perform` gave it"
                raise WrongReturn(executor, "run", text)
        yield outcome
