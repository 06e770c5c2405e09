"""Numeric identities: refuses an outcome that was not trained under the study's, or marks its trials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from caviar.engine.failures.machine_faults import named
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.training.identity import changes, forms_of, system_of
from caviar.interfaces.executor import Executor
from caviar.interfaces.store import Origin, StudyRecord
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
        "process that runs the study, or remove this worker ([executor]); the same command then resumes from here; "
        "where other systems are allowed, such trials are recorded and marked"
    )


def _other_kernels(outcome: Outcome, moved: str) -> OtherSystem:
    return OtherSystem(
        f"{named(outcome.members)}: trained by other code than earlier trials of this study, and bits may differ: "
        f"{moved}; its results are not recorded, the earlier trials are; let numba compile what it compiled for those, "
        "and the same command resumes from here; or give the study another name to start again; where "
        "other systems are allowed, such trials are recorded and marked"
    )


def both(*origins: Iterable[int]) -> tuple[int, ...]:
    """The origins of a training with several parts, each once."""
    return tuple(sorted({each for part in origins for each in part}))


@dataclass(frozen=True)
class Identities:
    """The numeric identities of a study. Where they are `mixed`, each trial is marked with those it was trained under.

    The first outcome that uses kernels decides for the study whether they are compiled, which is noted in the ledger.
    """

    ledger: StudyLedger
    mixed: bool = False

    def of(self, outcomes: Iterable[Outcome], executor: Executor, epochs: int) -> Iterator[Outcome]:
        """The outcomes of an executor's workers, each compared before anything of it is used, and marked.

        A whole training has so many `epochs`.

        Raises OtherSystem; PluginError for an outcome that does not say under which identity it was trained.
        """
        for outcome in outcomes:
            if outcome.identity is not None:
                if not self.mixed:
                    self._compare(outcome, outcome.identity)
                origins = (self._place(epochs, outcome.identity),)
                yield replace(outcome, members=tuple(replace(each, origins=origins) for each in outcome.members))
                continue
            if any(member.state not in _UNTRAINED for member in outcome.members):
                with attribute_errors(executor):
                    text = "returned an outcome of trained members without the identity that `Job.perform` gave it"
                    raise WrongReturn(executor, "run", text)
            yield outcome

    def differ(self, origins: Iterable[int], identity: Mapping[str, str]) -> str:
        """How an identity differs from those of a trial, in words; "" where it is the one of all of them."""
        known = self._study().origins
        told = (changes(system_of(known[each].identity), system_of(identity)) for each in origins)
        return next(filter(None, told), "")

    def _study(self) -> StudyRecord:
        study = self.ledger.study()
        assert study is not None, "it is described before anything is trained"
        return study

    def _compare(self, outcome: Outcome, identity: Mapping[str, str]) -> None:
        study = self._study()
        if moved := changes(system_of(study.identity), system_of(identity)):
            raise _other_system(outcome, moved)
        before, now = forms_of(study.identity), forms_of(identity)
        if moved := changes(before, {name: now.get(name, form) for name, form in before.items()}):
            raise _other_kernels(outcome, moved)
        if not now.keys() <= before.keys():
            self.ledger.describe(replace(study, identity={**study.identity, **now}))

    def _place(self, epochs: int, identity: Mapping[str, str]) -> int:
        """The place of an origin among the study's, to which it is added where it is new."""
        study = self._study()
        origins = list(study.origins)
        for place, known in enumerate(origins):
            if known.epochs == epochs and _agree(known.identity, identity):
                if identity.keys() <= known.identity.keys():
                    return place
                origins[place] = Origin(epochs, {**known.identity, **identity})
                break
        else:
            place = len(origins)
            origins.append(Origin(epochs, dict(identity)))
        self.ledger.describe(replace(study, origins=tuple(origins)))
        return place


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two identities are of one system, and no module has kernels compiled in one of them alone."""
    forms, others = forms_of(one), forms_of(other)
    return system_of(one) == system_of(other) and all(others.get(name, form) == form for name, form in forms.items())
