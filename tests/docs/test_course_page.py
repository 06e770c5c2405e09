"""docs/course.md: what Caviar is said to answer to the course's words is what it answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from caviar import Problem, load

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "course.md").read_text(encoding="utf-8")
# The last cell of a row: words in backticks, which may say of what, and the answer.
ANSWERS = {
    word: answer
    for words, answer in re.findall(r"\| (`[^|]*?`)(?: as optimizer)?: ([^|]+?) \|$", PAGE, re.M)
    for word in re.findall("`(.*?)`", words)
}
WHERE = {
    "alpha": "[optimizer]\nalpha = 0.1",
    "eps": "[optimizer]\neps = 0.1",
    "loguniform": "[optimizer]\nlearning_rate = { loguniform = [1e-3, 1.0] }",
    "coarse": 'search.strategy = "coarse"',
    "n_h": "[model]\nn_h = 4",
    'activation = "softmax"': '[model]\nactivation = "softmax"',
    "bn": 'normalizer = "bn"',
    "batch norm": 'normalizer = "batch norm"',
    "lambda": '[[regularizer]]\nuse = "l2"\nlambda = 0.1',
    "lambd": '[[regularizer]]\nuse = "l2"\nlambd = 0.1',
    "keep_prob": "[model]\nkeep_prob = 0.8",
    "early_stopping": "[trainer]\nearly_stopping = 3",
    "mini_batch_size": "[trainer]\nmini_batch_size = 32",
    "minibatch_size": "[trainer]\nminibatch_size = 32",
    "num_epochs": "[trainer]\nnum_epochs = 3",
    "gradient descent": 'optimizer = "gradient descent"',
    "momentum": 'optimizer = "momentum"',
    "decay_rate": '[schedule.learning_rate]\nuse = "inverse-time"\ndecay_rate = 1.0',
    "staircase": '[schedule.learning_rate]\nuse = "staircase"',
    "dev_size": 'data.dev_size = 0.1\ndata.use = "digits"',
    "dev.accuracy": '[search]\nmetric = "dev.accuracy"',
}


def test_every_word_of_the_page_is_tried() -> None:
    assert sorted(ANSWERS) == sorted(WHERE)


@pytest.mark.parametrize("word", WHERE)
def test_a_word_of_the_course_is_answered_as_the_page_has_it(word: str, tmp_path: Path) -> None:
    text = WHERE[word] if "data." in WHERE[word] else f'data = "digits"\n{WHERE[word]}'
    (tmp_path / "pipeline.toml").write_text(text)
    with pytest.raises(Problem) as refused:
        load(tmp_path / "pipeline.toml")
    assert ANSWERS[word] in str(refused.value)
