"""Filling leaves what the user wrote and changes no meaning."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from caviar import Mistakes, load
from caviar.config.declaration.space import space_of
from caviar.config.fill import fill

DATA = '# whose digits?\ndata = "digits"   # ours\n'
TEXTS = {
    "nothing but data": DATA,
    "a plugin's name": DATA + 'normalizer = "batchnorm"   # on z\n',
    "a table of its own": DATA + "[optimizer]   # which\nbeta1 = 0.5 # one\n\n# the end of it\n[model]\nunits = 3\n",
    "an inline table": DATA + "optimizer = { beta1 = 0.5 } # inline\nmodel = {}\n",
    "dotted keys": DATA + "optimizer.beta1 = 0.5\nmodel.units = 3 # few\n",
    "only headers below": DATA + '[model.activation]\nuse = "relu"\n',
    "no key before a header": '# about\n\n# the data\n[data]\nuse = "digits"\n',
    "no line break at the end": DATA + "[search]\ntrials = 3",
    "a choice of plugins": DATA + '[optimizer]\nchoice = [\n  "adam", # one\n  { use = "sgd", momentum = 0.5 },\n]\n',
    "a list of plugins": DATA + 'transform = ["impute", { use = "one-hot" }]\nreporter = []\n',
    "an array of tables": DATA + '[[regularizer]]\nuse = "l2" # small\n[[regularizer]]\nuse = "l2"\nname = "more"\n',
    "a table of plugins": DATA + '[schedule]\nlearning_rate = { use = "exponential" }\nbatch_size = "constant"\n',
    "a choice of schedules": DATA + '[schedule]\nlearning_rate = { choice = ["cosine", "constant"] } # which\n',
    "tiers": DATA + "[search]\ntiers = [1]\n",
    "a search without ranges": DATA + "[search]\ntrials = 5\n",
    "ranges without a search": DATA + "optimizer.learning_rate = { log = [0.1, 1.0] }\n",
    "quoted keys": '"data" = "digits"\n["optimizer"]\n"beta1" = 0.5\n',
}


@pytest.mark.parametrize("case", TEXTS)
def test_the_filled_file_means_the_same_and_says_it_all(case: str, tmp_path: Path) -> None:
    before, after = tmp_path / "before" / "p.toml", tmp_path / "p.toml"
    before.parent.mkdir()
    before.write_text(TEXTS[case])
    after.write_text(fill(TEXTS[case], str(before)))
    assert load(after) == load(before)
    assert fill(after.read_text(), str(after)) == after.read_text()


@pytest.mark.parametrize("case", TEXTS)
def test_every_comment_is_kept(case: str) -> None:
    filled = fill(TEXTS[case], "p.toml").splitlines()
    comments = [line.partition("#")[2] for line in TEXTS[case].splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in filled if "#" in line] == comments


def test_defaults_stand_behind_what_is_written_before_the_next_table() -> None:
    lines = fill(TEXTS["a table of its own"], "p.toml").splitlines()
    start = lines.index("[optimizer]   # which")
    assert lines[start + 1 : start + 3] == ["beta1 = 0.5 # one", 'use = "adam"']
    assert lines.index("# the end of it") < lines.index("[model]")
    assert lines.index("units = 3") > lines.index("[model]")


def test_ranges_of_tiers_are_written_out() -> None:
    filled = tomllib.loads(fill(TEXTS["tiers"], "p.toml"))
    assert filled["optimizer"]["learning_rate"] == {"log": [0.0001, 1.0]}
    assert filled["model"]["units"] == 64


def test_a_search_without_ranges_may_say_that_it_asks_for_no_tiers(tmp_path: Path) -> None:
    before, after = tmp_path / "before.toml", tmp_path / "after.toml"
    before.write_text(DATA + "[search]\ntiers = []\n")
    after.write_text(fill(before.read_text(), "before.toml"))
    assert space_of(load(after)) == space_of(load(before))


def test_a_file_with_mistakes_is_not_filled() -> None:
    with pytest.raises(Mistakes, match=r"p\.toml:3: optimizer\.lr: unknown key"):
        fill(DATA + "optimizer.lr = 1", "p.toml")
