"""Dask: segments as tasks of a Dask cluster, on other machines or on this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

from caviar.plugin import Executor, Job, Problem, Workers, setting, worker_count
from pydantic import model_validator


class Dask(Executor, interface=2):
    """Trains on the workers of the Dask scheduler at `address`; without one it starts a cluster on this machine.

    A worker that joins later is used. If one dies, only its segments are trained again, by others. On machines with
    several GPUs each worker has one of them.
    """

    requires: ClassVar[tuple[str, ...]] = ("distributed",)

    address: str | None = setting(default=None, also=("scheduler", "scheduler_address", "cluster"))
    """Such as tcp://10.0.0.1:8786, or tls:// with the certificates of Dask's own configuration."""
    workers: int | None = setting(default=None, ge=1, also=("n_workers", "n_jobs", "num_workers", "jobs", "processes"))
    """The workers of the cluster on this machine. None: one per core that this process may use, or per GPU."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.address is not None and self.workers is not None:
            raise ValueError(
                "the cluster at address has workers of its own, as many as join it: leave out one of the two"
            )
        if self.address is not None and "://" not in self.address:
            raise ValueError(f"an address begins with its protocol: tcp://{self.address}")
        return self

    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        from caviar_plugins.executors.dask_cluster import Cluster
        from caviar_plugins.executors.dask_local import LocalCluster

        job_spec = job.job_spec()
        if job_spec is None:
            raise Problem(
                "executor 'dask' cannot send a plugin that only this process knows, such as a class in a notebook; "
                "write it into a code file, or use 'processes'"
            )
        local = None
        if self.address is None:
            count = worker_count(self.workers, job.devices())
            local = LocalCluster(min(count, trials or count))
            if trials:
                local.start()  # now: it takes a second or two, in which the first round is proposed
        return Cluster(b"".join(job_spec), self.address, check_stop, job.devices() is not None, local)
