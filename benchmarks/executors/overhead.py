"""What a segment costs besides its training: an epoch of a small network, by each executor with one worker.

python benchmarks/executors/overhead.py [SEGMENTS]
"""

from __future__ import annotations

import sys
from time import perf_counter

import caviar
from caviar import Executor
from caviar.engine.data.resolve import resolve_run
from caviar.plugin import Segment
from caviar_plugins import MLP, Dask, Digits, Inline, PopulationTrainer, Processes


def milliseconds(executor: Executor, segments: int, units: int) -> float:
    """The shortest time in which a segment is trained, of one trial and one epoch; other programs add to the others."""
    trainer = PopulationTrainer(epochs=2, batch_size=1024)
    pipeline = caviar.Pipeline(data=Digits(), model=MLP(units=units), trainer=trainer, reporter=())
    work, times = resolve_run(pipeline)[0], list[float]()
    with executor.open(work, lambda: None, segments) as workers:
        list(workers.run([Segment((0,), ({},), 0, 1)], lambda epoch: None))  # libraries are loaded now
        for trial in range(1, segments):
            began = perf_counter()
            list(workers.run([Segment((trial,), ({},), 0, 1)], lambda epoch: None))
            times.append(1e3 * (perf_counter() - began))
    return min(times)


if __name__ == "__main__":
    segments = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{'executor':12}{'4 units':>12}{'512 units':>12}   milliseconds, the fastest of {segments} segments")
    for executor in (Inline(), Processes(workers=1), Dask(workers=1)):
        row = [milliseconds(executor, segments, units) for units in (4, 512)]
        print(f"{type(executor).__name__.lower():12}" + "".join(f"{each:12.1f}" for each in row), flush=True)
