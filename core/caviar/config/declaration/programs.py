"""The programs that a pipeline starts, which a file alone may not have started."""

from __future__ import annotations

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.walk import plugins_in


def programs_of(pipeline: Pipeline) -> tuple[str, ...]:
    """The programs that the plugins of a pipeline start, each as text for people."""
    return tuple(dict.fromkeys(text for plugin in plugins_in(pipeline) for text in plugin.started_programs()))
