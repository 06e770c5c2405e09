"""Whether a run has its study in another store than the one that its file names now."""

from __future__ import annotations

import tomllib
from pathlib import Path

from caviar.engine.resume.check import Refused
from caviar.engine.storage.run_folder import NoRun, pipeline_text
from caviar.interfaces.store import Store, StoreError
from caviar.registry.load import name_of


def check_store(folder: Path, store: Store) -> None:
    """Raises Refused where the run in a folder has its study in another store than this one, which knows nothing of it.

    Opening an empty study there would remove the weights that the other one names.
    """
    now = name_of(type(store))
    try:
        before = tomllib.loads(pipeline_text(folder))["store"]["use"]
    except (NoRun, StoreError, ValueError, LookupError, TypeError):  # nothing is known of another one
        return
    if before == now:
        return
    try:
        store.read(folder).close()
    except StoreError as error:
        why = str(error).partition(";")[0]
        reason = (
            f"was started with the store '{before}', and '{now}' has no study of it that can be read ({why}); "
            f"set store.use = '{before}'"
        )
        raise Refused(folder, reason) from None
