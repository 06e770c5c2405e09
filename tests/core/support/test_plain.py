"""Values as strict JSON: what is read back is what was written, to the bit and to the type."""

from __future__ import annotations

import json
from math import copysign, inf, isnan, nan
from typing import Any

import pytest
from caviar.plugin import from_json_number, from_plain, to_json_number, to_plain


def written(plain: Any) -> Any:
    return json.loads(json.dumps(plain, allow_nan=False))


@pytest.mark.parametrize("value", [0.1, -0.0, 5e-324, 1.7976931348623157e308, 3.0, inf, -inf])
def test_a_number_keeps_every_bit(value: float) -> None:
    for back in (from_json_number(written(to_json_number(value))), from_plain(written(to_plain(value)))):
        assert type(back) is float
        assert (back, copysign(1, back)) == (value, copysign(1, value))


def test_what_is_no_number_is_none_afterwards_either() -> None:
    assert to_json_number(nan) is None
    assert isnan(from_json_number(None))
    assert isnan(from_plain(written(to_plain(nan))))
    assert from_plain(written(to_plain(None))) is None


@pytest.mark.parametrize(
    "value",
    [(), [], {}, (1, [2.5, (inf, "inf")], None), {"float": "inf"}, {"list": [1]}, [{"mapping": ({},)}], True, 2**70],
)
def test_values_keep_their_types_and_are_not_taken_for_marks(value: Any) -> None:
    back = from_plain(written(to_plain(value)))
    assert repr(back) == repr(value)


def test_tuples_of_scalars_are_plain_arrays() -> None:
    assert to_plain((3, 0.5, "a")) == [3, 0.5, "a"]


@pytest.mark.parametrize("plain", [{"complex": 1}, {}, {"list": [], "float": "inf"}, {"float": "far"}])
def test_an_unknown_mark_is_refused(plain: Any) -> None:
    with pytest.raises(ValueError, match=r"mark|unpack|float"):
        from_plain(plain)
