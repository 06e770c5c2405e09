"""A job specification makes the same job elsewhere, or is refused there."""

from __future__ import annotations

import pytest
from caviar import Pipeline, PluginError
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.job import Work
from caviar.plugin import open_job, pack, unpack
from caviar_plugins import Digits


@pytest.fixture(scope="module")
def work() -> Work:
    return resolve_run(Pipeline(data=Digits(), reporter=()))[0]


def test_a_job_made_from_its_specification_has_the_same_plugins_and_identity(work: Work) -> None:
    opened = open_job(b"".join(work.job_spec() or []))
    assert isinstance(opened, Work)
    assert opened.plugins() == work.plugins()
    assert opened.identity == work.identity


def test_a_worker_with_another_version_of_a_plugin_is_refused_by_name(work: Work) -> None:
    facts = unpack(b"".join(work.job_spec() or []))
    ours = facts["plugins"]["optimizer.adam"]
    older = facts | {"plugins": facts["plugins"] | {"optimizer.adam": "caviar-ml 0.0.1"}}
    with pytest.raises(PluginError) as caught:
        open_job(b"".join(pack(older)))
    told = f"this worker has other plugins than its run: optimizer.adam caviar-ml 0.0.1 -> {ours}; install the run's"
    assert str(caught.value).startswith(told)
