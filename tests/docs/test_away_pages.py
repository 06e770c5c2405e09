"""The pages on exporting and serving, with the packages that they name: each block is run, and the server is asked."""

from __future__ import annotations

import runpy
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from caviar import open_run

from tests.docs.blocks import ROOT, blocks_of
from tests.docs.test_snippets import Page

pytestmark = pytest.mark.peers
ROW = {"island": "Biscoe", "sex": "FEMALE", "bill_length_mm": 46.2, "bill_depth_mm": 14.5, "flipper_length_mm": 209}


def test_the_programs_of_the_page_on_exporting_run(tmp_path: Path) -> None:
    for package in ("onnx", "onnxruntime", "torch"):
        pytest.importorskip(package, reason="the page shows it: install '.[peers]'")
    page, printed = Page(tmp_path), dict[str, str]()
    for block in blocks_of(ROOT / "docs" / "export.md"):
        if block.language == "sh":
            lines = [line for line in block.text.splitlines() if not line.startswith("pip install")]
            page.shell("\n".join(lines), block.words == "small")
        elif block.language == "python":
            done = page.run(sys.executable, "-W", "error", "-c", block.text)
            assert done.returncode == 0, f"{block.text}\n{done.stdout}"
            (imported,) = {"onnxruntime", "away_torch", "away_numpy", "safetensors"} & set(block.text.split())
            printed[imported] = done.stdout
    labels = {name: printed[name].replace("'", "").split("]")[0].strip("[").split()[0] for name in list(printed)[:3]}
    assert list(labels) == ["away_numpy", "onnxruntime", "away_torch"]
    assert len(set(labels.values())) == 1, printed


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The folder of the page on serving, with its programs and the runs that they serve."""
    page = Page(tmp_path_factory.mktemp("served"))
    for block in blocks_of(ROOT / "docs" / "serve.md"):
        if block.words == "small":
            page.shell(block.text, small=True)
        elif block.language == "python":
            (page.folder / block.words).write_text(block.text)
    return page


def client(page: Page, program: str) -> Any:
    """A client of the server of a program."""
    pytest.importorskip("httpx", reason="FastAPI's client needs it: install '.[peers]'")
    testclient: Any = pytest.importorskip("fastapi.testclient", reason="the page shows it: install '.[peers]'")
    with chdir(page.folder):
        return testclient.TestClient(runpy.run_path(program)["app"])


@pytest.fixture(scope="module")
def served(page: Page) -> tuple[Path, Any]:
    """The folder of the page, and a client of the server that tells species."""
    return page.folder, client(page, "serve.py")


def test_the_server_answers_as_the_model_does(served: tuple[Path, Any]) -> None:
    folder, client = served
    rows: list[dict[str, Any]] = [{**ROW, "body_mass_g": 4800}, {**ROW, "island": "Atlantis", "body_mass_g": None}, ROW]
    answer = client.post("/predict", json=rows)
    assert answer.status_code == 200, answer.text
    model = open_run(folder / "runs/served").model()
    assert [each["label"] for each in answer.json()] == model.predict(rows).tolist()
    found = [list(each["probabilities"].values()) for each in answer.json()]
    assert found == [pytest.approx(row) for row in model.probabilities(rows).tolist()]
    assert client.get("/health").json() == {"run": "runs/served", "trial": model.trial}


def test_a_cell_that_cannot_be_read_is_a_422_with_its_reason(served: tuple[Path, Any]) -> None:
    answer = served[1].post("/predict", json=[{**ROW, "body_mass_g": "heavy"}])
    assert answer.status_code == 422
    assert "column 'body_mass_g' holds 'heavy'" in answer.json()["detail"]
    assert served[1].post("/predict", json=[]).status_code == 422


def test_a_server_of_numbers_answers_in_the_units_of_the_file(page: Page) -> None:
    asking = client(page, "weigh.py")
    rows: list[dict[str, Any]] = [{**ROW, "species": "Gentoo"}, {**ROW, "species": None}]
    answer = asking.post("/predict", json=rows)
    assert answer.status_code == 200, answer.text
    assert answer.json() == open_run(page.folder / "runs/weighed").model().predict(rows).tolist()
    assert all(2000 < grams < 8000 for grams in answer.json())
    assert asking.post("/predict", json=[{**ROW, "bill_length_mm": "long", "species": "Gentoo"}]).status_code == 422
