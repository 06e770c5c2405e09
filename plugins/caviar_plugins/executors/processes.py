"""Processes: segments in long-lived worker processes, one per core, each replaced when it dies."""

from __future__ import annotations

import os
from collections.abc import Callable

from caviar.plugin import Executor, Job, Workers, setting


class Processes(Executor, interface=1):
    """If a worker dies, only its own segment is retried, once whole, then in halves, until one trial has failed.

    A job that cannot leave this process, because a plugin of it is a class in a notebook, is done here.
    """

    workers: int | None = setting(default=None, ge=1, also=("n_jobs", "num_workers", "jobs", "processes"))
    """None: one per core that this process may use, or per GPU. None is started if no trial is left to train."""

    def open(self, job: Job, check_stop: Callable[[], None]) -> Workers:
        from caviar_plugins.executors.inline import Inline
        from caviar_plugins.executors.pool import Pool

        job_spec = job.job_spec()
        if job_spec is None:
            return Inline().open(job, check_stop)
        count = self.workers or job.devices() or len(os.sched_getaffinity(0))
        return Pool(job_spec, count, check_stop, job.may_fork())
