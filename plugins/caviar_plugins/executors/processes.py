"""Processes: segments in long-lived worker processes, one per core, each replaced when it dies."""

from __future__ import annotations

from collections.abc import Callable

from caviar.plugin import Executor, Job, Workers, setting, version_of, worker_count


class Processes(Executor, interface=2):
    """If a worker dies, only its own segment is retried, once whole, then in halves, until one trial has failed.

    A job that cannot leave this process, because a plugin of it is a class in a notebook, is done here.
    """

    workers: int | None = setting(default=None, ge=1, also=("n_jobs", "num_workers", "jobs", "processes"))
    """None: one per core that this process may use, or per GPU. No worker starts if no trial is left to train."""

    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        from caviar_plugins.executors.cuda_devices import shared_out
        from caviar_plugins.executors.inline import Inline
        from caviar_plugins.executors.pool import Pool, in_shared_memory
        from caviar_plugins.executors.worker_handle import Seat

        job_spec = job.job_spec()
        if job_spec is None:
            return Inline().open(job, check_stop, trials)
        count = worker_count(self.workers, job.devices())
        devices = shared_out(count) if job.devices() is None else (None,) * count  # a backend takes its device itself
        seats = [Seat(number, count, each) for number, each in enumerate(devices)]
        pool = Pool(in_shared_memory(job_spec), seats, check_stop, _may_fork(job))
        try:
            pool.start(trials)  # now: when reporters have started threads, it is too late to fork
        except BaseException:
            pool.close()
            raise
        return pool


def _may_fork(job: Job) -> bool:
    """Whether a fork of this process can do the job: no device is open, and all plugins are Caviar's own.

    What another's plugin opened or noted when it was imported here would be gone, or shared, in a fork.
    """
    return job.devices() is None and set(job.plugins().values()) == {version_of(Processes)}
