"""The programs of python.md are typed: what a reader copies passes `mypy --strict`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, blocks_of


def test_the_programs_of_the_python_page_are_typed_except_the_mistakes_that_they_show(tmp_path: Path) -> None:
    blocks = blocks_of(ROOT / "docs" / "python.md")
    programs = [block.text for block in blocks if block.language == "python" and not block.words]
    (tmp_path / "page.py").write_text("\n".join(programs))
    path = os.pathsep.join(str(ROOT / each) for each in ("core", "plugins"))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache" / "typing")]
    done = subprocess.run(
        [*command, str(tmp_path / "page.py")],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert len(errors) == 2, done.stdout
    assert all("epsilom" in line or "beta1" in line for line in errors)
