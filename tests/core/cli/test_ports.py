"""No port is opened unasked: neither the command nor its workers bind, listen or connect."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Python imports it in every process it starts; a fork inherits the hook.
WATCH = """
import os, sys


def watch(event, arguments):
    if event in ("socket.bind", "socket.connect", "socket.getaddrinfo"):
        with open(os.environ["WATCHED"], "a") as file:
            print(os.getpid(), event, file=file)
    if event == "os.fork":
        with open(os.environ["FORKS"], "a") as file:
            print(event, file=file)


sys.addaudithook(watch)
"""
PROBE = "import socket; socket.socket().bind(('127.0.0.1', 0))"


def watched(folder: Path, *command: str) -> str:
    (folder / "sitecustomize.py").write_text(WATCH)
    log = folder / "sockets.txt"
    log.write_text("")
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "WATCHED": str(log),
        "FORKS": str(folder / "forks.txt"),
    }
    subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True, capture_output=True)
    return log.read_text()


@pytest.mark.parametrize("executor", ["inline", "processes"])
def test_a_run_and_its_workers_open_no_port(tmp_path: Path, executor: str) -> None:
    settings = ["search.baselines=false", "search.trials=2", "trainer.epochs=1", f"executor={executor}"]
    asked = [word for setting in settings for word in ("--set", setting)]
    assert watched(tmp_path, "-m", "caviar", "run", str(ROOT / "pipelines/penguins.toml"), *asked) == ""


def test_a_port_that_is_opened_is_seen(tmp_path: Path) -> None:
    assert "socket.bind" in watched(tmp_path, "-c", PROBE)
