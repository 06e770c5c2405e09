"""The page on clusters: its SLURM script stops, puts itself back and resumes; its YAML is what Dask reads."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks_of
from tests.faults.test_processes import PIPELINE, bits, done, finish, rows, start, until
from tests.plugins.executors.clusters import cluster

pytest.importorskip("distributed", reason="distributed is not installed: pip install 'caviar-ml[dask]'")
pytestmark = pytest.mark.peers
BLOCKS = blocks_of(ROOT / "docs/cluster.md")


def block(text: str) -> Block:
    (found,) = [each for each in BLOCKS if text in each.text]
    return found


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/bash\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.mark.slow
def test_the_slurm_script_stops_before_its_time_is_over_puts_itself_back_and_resumes(tmp_path: Path) -> None:
    file, programs = tmp_path / "search.toml", tmp_path / "programs"
    file.write_text(PIPELINE.replace("epochs = 8", "epochs = 60"))
    programs.mkdir()
    program(programs, "dask", f'exec {sys.executable} -m dask "$@"')
    program(programs, "pipe", f'exec {sys.executable} -m caviar "$@" --quiet')
    program(programs, "python", f'exec {sys.executable} "$@"')
    program(programs, "hostname", "echo 127.0.0.1")
    program(programs, "srun", """trap 'kill $one $two' TERM; "$@" & one=$!; "$@" & two=$!; wait""")
    program(programs, "scontrol", f'echo "$@" >>{tmp_path}/scontrol')
    script = tmp_path / "search.sbatch"
    script.write_text(block("#SBATCH").text)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "SLURM_JOB_ID": "7"}

    def submitted() -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", script], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, process_group=0
        )

    job = submitted()
    until(done(file, "runs", 1), job)
    job.send_signal(signal.SIGTERM)
    _, errors = job.communicate(timeout=300)
    assert job.returncode == 130, errors
    assert (tmp_path / "scontrol").read_text() == "requeue 7\n"
    again = submitted()
    _, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    assert (tmp_path / "scontrol").read_text() == "requeue 7\n"
    finish(start(file, "here", "--set", "executor=inline"))
    assert rows(file, "runs", "SELECT count(*) FROM trial") == [(12,)]
    assert bits(file, "runs") == bits(file, "here")


def test_the_kubernetes_resource_names_one_cluster_and_the_commands_are_known() -> None:
    import yaml
    from distributed.cli import dask_scheduler, dask_worker

    resource = yaml.safe_load(block("kind: DaskJob").text)
    assert (resource["apiVersion"], resource["kind"]) == ("kubernetes.dask.org/v1", "DaskJob")
    parts, name = resource["spec"]["cluster"]["spec"], resource["metadata"]["name"]
    (job,) = resource["spec"]["job"]["spec"]["containers"]
    (worker,), (scheduler,) = (parts[each]["spec"]["containers"] for each in ("worker", "scheduler"))
    assert job["image"] == worker["image"] == scheduler["image"]
    assert parts["scheduler"]["service"]["selector"]["dask.org/cluster-name"] == name
    ports = {each["name"] for each in scheduler["ports"]}
    assert {each["targetPort"] for each in parts["scheduler"]["service"]["ports"]} == ports
    assert {each["name"] for each in resource["spec"]["job"]["spec"]["volumes"]} == {"runs"}
    for container, command in ((worker, dask_worker.main), (scheduler, dask_scheduler.main)):
        known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        assert {each for each in container["args"] if each.startswith("--")} <= known


def test_every_command_keeps_what_it_serves_besides_on_loopback() -> None:
    """But for the scheduler on Kubernetes, whose health its operator asks for, and `dask ssh`, which cannot."""
    import yaml

    text = "\n".join(each.text for each in BLOCKS if "kind:" not in each.text).replace("\\\n", " ")
    commands = re.findall(r"dask (?:scheduler|worker) [^\n&#]*", text)
    spec = yaml.safe_load(block("kind: DaskJob").text)["spec"]["cluster"]["spec"]["worker"]["spec"]
    commands += [" ".join(each["args"]) for each in spec["containers"]]
    assert len(commands) == 5
    for each in commands:
        assert "--no-dashboard --dashboard-address 127.0.0.1:0" in each, each


@pytest.mark.slow
def test_the_configuration_for_tls_is_what_dask_takes_and_who_has_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        subprocess.run(["sh", "-c", block("openssl").text], cwd=tmp_path, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed: it makes the certificate")
    (tmp_path / "dask").mkdir()
    (tmp_path / "dask/tls.yaml").write_text(block("require-encryption").text.replace(" tls/", f" {tmp_path}/tls/"))
    file = tmp_path / "p.toml"
    file.write_text(PIPELINE)
    with cluster(tmp_path, DASK_CONFIG=str(tmp_path / "dask")) as commands:
        assert commands.address.startswith("tls://127.0.0.1:")
        there = ("--set", f"executor={{use='dask', address='{commands.address}'}}")
        stranger = start(file, "there", *there)
        _, errors = stranger.communicate(timeout=300)
        assert stranger.returncode == 1
        assert f"no Dask scheduler can be reached at {commands.address}: " in errors
        assert "Traceback" not in errors
        monkeypatch.setenv("DASK_CONFIG", str(tmp_path / "dask"))
        finish(start(file, "there", *there))
    finish(start(file, "here", "--set", "executor=inline"))
    assert bits(file, "there") == bits(file, "here")
