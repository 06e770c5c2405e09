"""Metric names: a part and a name."""

import pytest
from caviar.plugin import MetricName


@pytest.mark.parametrize(
    ("written", "part", "name"),
    [
        ("validation.accuracy", "validation", "accuracy"),
        ("train.loss", "train", "loss"),
        ("deviation.validation.accuracy", "deviation.validation", "accuracy"),
        ("validation.top.5", "validation", "top.5"),
        ("accuracy", "", "accuracy"),
        ("", "", ""),
    ],
)
def test_a_written_metric_is_a_part_and_a_name_and_is_written_the_same_again(
    written: str, part: str, name: str
) -> None:
    assert MetricName.parse(written) == MetricName(part, name)
    assert str(MetricName.parse(written)) == written


def test_the_deviation_of_a_metric_is_read_back_as_itself() -> None:
    deviation = MetricName("validation", "r2").deviation
    assert str(deviation) == "deviation.validation.r2"
    assert MetricName.parse(str(deviation)) == deviation


def test_only_the_loss_is_the_loss() -> None:
    assert MetricName("train", "loss").is_loss
    assert not MetricName("validation", "log_loss").is_loss
