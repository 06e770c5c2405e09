"""`pipe init --plugin`: what it writes can be installed, passes its own tests and is used by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from caviar.testing import OptimizerContract


def test_a_begun_plugin_is_installable_tested_and_usable(tmp_path: Path) -> None:
    def run(*command: str, site: Path = tmp_path / "site") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(site)}
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=home, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    home = tmp_path
    run("caviar", "init", "--plugin", "slow-steps")
    home = tmp_path / "slow-steps"
    pip = ("pip", "install", "-q", "--no-index", "--no-build-isolation", "--no-deps")
    run(*pip, "--target", str(tmp_path / "site"), str(home))
    laws = [name for name in dir(OptimizerContract) if name.startswith("test_")]
    assert f"{len(laws) + 1} passed" in run("pytest", "-p", "no:cacheprovider").stdout
    assert "searched by" in run("caviar", "plugins", "slow-steps").stdout
    smaller = ("--set", "search.trials=2", "--set", "trainer.epochs=1", "--set", "search.baselines=false")
    best = json.loads(run("caviar", "run", "example.toml", "--json", *smaller).stdout)["best"]
    assert set(best["values"]) == {"optimizer.learning_rate", "optimizer.momentum"}
    run("ruff", "check", "--line-length", "120", ".")
    run("ruff", "format", "--check", "--line-length", "120", ".")
