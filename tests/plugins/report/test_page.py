"""The page: one file that needs nothing else and that no text of a user can break out of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from caviar import open_run
from caviar_plugins.report.curves import MOST
from caviar_plugins.reporters.report import Report

from tests.plugins.report.studies import few
from tests.plugins.report.unpacked import data_of

HOSTILE = "</script><script>alert(1)</script><!-- ]]> &amp; \u2028 $data ${title} \"'\\"


def test_text_of_users_stays_data() -> None:
    calm = few()
    facts = replace(calm, name=HOSTILE, advice=(HOSTILE,), metric=HOSTILE, file=HOSTILE, plugins={HOSTILE: HOSTILE})
    facts = replace(facts, trials=tuple(replace(each, reason=HOSTILE) for each in facts.trials))
    page, plain = Report.page([facts]), Report.page([calm])
    for tag in ("<script", "</script", "<!--", "<html"):
        assert page.count(tag) == plain.count(tag)
    (found,) = data_of(page)["runs"]
    assert (found["name"], found["advice"], found["file"]) == (HOSTILE, [HOSTILE], HOSTILE)


def test_it_needs_no_other_file_and_no_network() -> None:
    page = Report.page([few()])
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy == ["default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"]
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)=["'](?!#)|@import|url\(""", outside)


def test_of_very_many_numbers_the_worst_curves_are_left_out_and_that_is_said() -> None:
    import numpy

    facts = few(30_000)
    facts = replace(facts, curves={trial.index: numpy.linspace(0, 1, 200) for trial in facts.trials})
    (found,) = data_of(Report.page([facts]))["runs"]
    curves = found["curves"]
    assert len(curves["values"]) <= MOST
    assert curves["thinned"]
    assert len(curves["trial"]) + curves["dropped"] == 30_000
    assert curves["trial"][0] == 29_999, "the best come first"
    assert curves["epochs"][: curves["length"][0]].tolist()[-1] == 200


def test_ten_thousand_trials_take_less_than_fifteen_megabytes(folder: Path) -> None:
    facts = open_run(folder).facts()
    trials = tuple(replace(facts.trials[each % 12], index=each) for each in range(10_000))
    curves = {trial.index: facts.curves[trial.index % 12].repeat(20) for trial in trials}
    reached = {trial.index: 0.5 for trial in trials if trial.state == "pruned"}
    assert len(Report.page([replace(facts, trials=trials, curves=curves, reached=reached)])) < 15e6
