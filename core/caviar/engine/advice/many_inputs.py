"""many-inputs: there are more inputs than rows to learn from."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended


def many_inputs(ended: Ended) -> Iterator[Advice]:
    """Where the training part has fewer rows than the model has inputs."""
    found = ended.assessment
    if found is None or found.inputs <= found.rows["train"]:
        return
    penalty = 'regularizer=[{ use = "l2", strength = { log = [0.0001, 1.0] } }]'
    text = f"{found.inputs:,} inputs and {found.rows['train']:,} training rows: a network can learn each row by heart; "
    if ended.pipeline.regularizer:
        yield Advice("many-inputs", "", f'{text}leave columns out: in [data], columns.NAME = "ignore"')
    else:
        cure = f"search a penalty: {penalty.replace('=', ' = ', 1)}"
        yield Advice("many-inputs", "", text + cure, (penalty,))
