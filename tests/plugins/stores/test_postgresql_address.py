"""The address of a database is in no file and in no message; what is missing is named. Needs no server."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import StoreError
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.hints.suggestions import unknown_key
from caviar.interfaces.fields.errors import FieldErrors
from caviar.plugin import setting
from caviar.registry.extras import install_line
from caviar_plugins.stores.postgresql import PostgreSQL
from caviar_plugins.stores.sqlite import SQLite


@pytest.mark.parametrize(
    "address", ["postgresql://me:s3cret@host/database", "host=db password=s3cret", "s3cret-name", ""]
)
def test_an_address_in_the_file_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(FieldErrors, match="must be the name of an environment variable") as refused:
        PostgreSQL(variable=address)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("key", ["address", "url", "dsn", "host", "password", "database"])
def test_a_key_for_an_address_leads_to_the_variable(key: str) -> None:
    assert "did you mean 'variable', the name of an environment variable" in unknown_key(PostgreSQL, key, Pipeline)


def test_the_same_keys_of_another_plugin_lead_to_its_own_field() -> None:
    class Served(SQLite, interface=5):
        place: str = setting(default="here", also=("address", "url"))

    assert unknown_key(Served, "url", Pipeline).endswith("; did you mean 'place'?")


def test_a_missing_package_is_named_with_the_exact_command() -> None:
    assert install_line("caviar-ml", "psycopg") == "pip install 'caviar-ml[postgresql]'"
    assert install_line("caviar-ml", "s3fs") == "pip install 'caviar-ml[s3fs]'"
    assert install_line("caviar-ml", "fsspec") == "pip install 'caviar-ml[fsspec]'"


def test_a_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the store needs it: install '.[postgresql]'")
    monkeypatch.delenv("CAVIAR_POSTGRESQL", raising=False)
    with pytest.raises(StoreError, match="the environment variable CAVIAR_POSTGRESQL is not set; export"):
        PostgreSQL().open(tmp_path / "run")
