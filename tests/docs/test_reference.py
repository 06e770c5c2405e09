"""The pages for looking things up lack nothing: every kind, every contract, every sampler's picture; and they build."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import caviar.testing
import pytest
from caviar.registry.index import entries, own_distribution
from caviar.registry.load import KINDS

from docs import draw_samplers, write_reference
from tests.docs.blocks import ROOT

pytest.importorskip("scipy", reason="the picture of normal is drawn with SciPy")

DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", draw_samplers.pictures())
def test_a_picture_is_what_the_script_draws(name: str) -> None:
    assert (DOCS / "samplers" / f"{name}.svg").read_text() == draw_samplers.pictures()[name]


def test_every_sampler_has_its_section_and_its_picture() -> None:
    page = (DOCS / "samplers.md").read_text()
    bundled = {each.name for each in entries("sampler") if each.distribution == own_distribution()}
    assert set(re.findall(r"^## `(.*?)`", page, re.M)) == bundled
    assert set(re.findall(r"\(samplers/(.*?)\.svg\)", page)) == bundled


def test_every_kind_has_its_interface() -> None:
    page = (DOCS / "reference" / "interfaces.md").read_text()
    assert [kind for kind in KINDS if f"caviar.interfaces.{kind}\n" not in page] == []


def test_the_front_page_names_every_kind() -> None:
    named = re.search(r"interface for each kind: ([\w\s,]+)\.", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert named
    assert re.findall(r"\w+", named[1]) == sorted(KINDS)


def test_every_contract_has_its_laws() -> None:
    page = (DOCS / "reference" / "testing.md").read_text()
    modules = {getattr(caviar.testing, name).__module__ for name in caviar.testing.__all__}
    assert [module for module in modules if f"{module}\n" not in page] == []


@pytest.mark.parametrize("name", write_reference.pages())
def test_a_page_is_what_the_script_writes(name: str) -> None:
    shown = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert shown == write_reference.pages()[name], "run `python docs/write_reference.py`"


def test_the_list_of_plugins_has_every_bundled_one_with_its_keys() -> None:
    text = write_reference.plugin_list()
    assert re.findall(r"^### (.*)", text, re.M) == [
        each.name for kind in KINDS for each in entries(kind) if each.distribution == own_distribution()
    ]
    assert "| `beta1` | `0.9` | a number, at least 0 and below 1 | `{ beta = [0.8, 0.99] }` | 4 | beta_1 |" in text


def test_the_list_of_commands_has_options_as_they_are_written() -> None:
    text = write_reference.command_list()
    assert "| `--set PATH=VALUE` | " in text
    assert "| `--runs PATH` | Folder of the runs, one folder each. | `runs` |" in text
    assert "\npipe init [FILE | NAME] [OPTIONS]\n" in text


def test_the_pages_build_without_a_warning(tmp_path: Path) -> None:
    for package in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(package, reason="the docs extra is not installed")
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", str(DOCS), str(tmp_path / "html")]
    done = subprocess.run(
        [*command, "-d", str(tmp_path / "doctrees")], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
