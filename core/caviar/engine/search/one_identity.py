"""One identity: refuses an outcome that was not trained under the study's numeric identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from caviar.engine.failures.machine_faults import named
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.training.identity import changes, forms_of, system_of
from caviar.interfaces.executor import Executor
from caviar.values.problem import Problem
from caviar.values.segment import Outcome
from caviar.values.trial import TrialState
from caviar.values.wrong_return import WrongReturn

_UNTRAINED = (TrialState.QUEUED, TrialState.FAILED)


class OtherSystem(Problem):
    """A segment was trained under another numeric identity than the study's; none of it is recorded."""

    exit_code: ClassVar[int] = 1


def _other_system(outcome: Outcome, moved: str) -> OtherSystem:
    where = f" at {outcome.worker}" if outcome.worker else ""
    return OtherSystem(
        f"a worker trained {named(outcome.members)}{where} on a different system than the study's, where bits may "
        f"differ: {moved}; its results are not recorded; give every worker the processor and the versions of the "
        "process that runs the study, or remove this worker ([executor]); the same command then resumes from here"
    )


def _other_kernels(outcome: Outcome, moved: str) -> OtherSystem:
    return OtherSystem(
        f"{named(outcome.members)}: trained by other code than earlier trials of this study, and bits may differ: "
        f"{moved}; its results are not recorded, the earlier trials are; let numba compile what it compiled for those, "
        "and the same command resumes from here; or give the study another name to start again"
    )


def of_one_identity(outcomes: Iterable[Outcome], ledger: StudyLedger, executor: Executor) -> Iterator[Outcome]:
    """The outcomes of an executor's workers, each compared before anything of it is used.

    The first outcome that uses kernels decides for the study whether they are compiled, which is noted in the ledger.
    Raises OtherSystem; PluginError for an outcome that does not say under which identity it was trained.
    """
    for outcome in outcomes:
        if outcome.identity is not None:
            _compare(outcome, outcome.identity, ledger)
        elif any(member.state not in _UNTRAINED for member in outcome.members):
            with attribute_errors(executor):
                text = "returned an outcome of trained members without the identity that `Job.perform` gave it"
                raise WrongReturn(executor, "run", text)
        yield outcome


def _compare(outcome: Outcome, identity: Mapping[str, str], ledger: StudyLedger) -> None:
    study = ledger.study()
    assert study is not None, "it is described before anything is trained"
    if moved := changes(system_of(study.identity), system_of(identity)):
        raise _other_system(outcome, moved)
    before, now = forms_of(study.identity), forms_of(identity)
    if moved := changes(before, {name: now.get(name, form) for name, form in before.items()}):
        raise _other_kernels(outcome, moved)
    if not now.keys() <= before.keys():
        ledger.describe(replace(study, identity={**study.identity, **now}))
