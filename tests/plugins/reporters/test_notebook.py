"""In a notebook a run is one output of its cell, replaced as it goes on."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.thorough

CELL = """
import caviar
from caviar_plugins import Log, Progress


@caviar.trial(metric="accuracy", goal="maximize", epochs=3)
def train(rate=Log(1e-3, 1.0)):
    for epoch in range(3):
        yield {"accuracy": rate * epoch}


study = caviar.search(train, trials=4, reporter=(Progress(),))
"""


def test_a_cell_has_one_output_that_ends_with_the_table() -> None:
    pytest.importorskip("ipykernel", reason="it is about notebooks: install '.[test]'")
    manager = pytest.importorskip("jupyter_client.manager")
    kernel, client = manager.start_new_kernel(kernel_name="python3")
    told: list[tuple[str, Any]] = []
    try:
        reply = client.execute_interactive(
            CELL, timeout=120, output_hook=lambda message: told.append((message["msg_type"], message["content"]))
        )
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
    kinds = [kind for kind, _ in told if kind not in ("status", "execute_input")]
    assert kinds[0] == "display_data"
    assert kinds.count("update_display_data") == len(kinds) - 1 > 1, kinds
    shown = [content["data"]["text/plain"] for kind, content in told if kind == "update_display_data"]
    assert any("4/4 trials" in each and "█" in each for each in shown)
    assert shown[-1].splitlines()[0] == "train: 4 trials of 3 epochs"
    assert "Best: trial" in shown[-1]
    assert "\\x1b" not in shown[-1]
