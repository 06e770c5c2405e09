"""What users install: the package, the bundled plugins and the example pipelines, nothing of the workshop."""

from __future__ import annotations

from pathlib import Path

from caviar_plugins.report.page import SCRIPTS
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_two_packages_and_no_test_or_benchmark() -> None:
    held = [Path(each.distribution_path) for each in WheelBuilder(str(ROOT)).recurse_included_files()]
    assert {each.parts[0] for each in held} == {"caviar", "caviar_plugins"}
    assert Path("caviar/_pipelines/digits.toml") in held
    assert Path("caviar/py.typed") in held
    page = {each.name for each in held if each.parent == Path("caviar_plugins/report/page")}
    assert page >= {*SCRIPTS, "page.html", "style.css", "echarts.min.js", "echarts.LICENSE.txt"}
    assert [each for each in held if {"tests", "benchmarks"} & set(each.parts)] == []


def test_benchmarks_stand_beside_the_tests_and_not_among_them() -> None:
    there = sorted(each.parent.name for each in ROOT.glob("benchmarks/*/__main__.py"))
    assert there == [
        "estimates",
        "functions",
        "modules",
        "pages",
        "race",
        "retest",
        "scale",
        "search",
        "stores",
        "tables",
        "training",
    ]
    assert not (ROOT / "tests" / "benchmarks").exists()
