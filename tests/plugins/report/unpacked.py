"""Reads the data of a page as its script does."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

import numpy

KINDS = {"f32": "<f4", "f64": "<f8", "u8": "<u1", "u16": "<u2", "u32": "<u4"}


def data_of(page: str) -> Any:
    """The JSON of a page, its arrays unpacked."""
    found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    return unpacked(json.loads(found[0]))


def unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(next(iter(value.values())), str) and next(iter(value)) in KINDS:
        ((kind, text),) = value.items()
        return numpy.frombuffer(b64decode(text), KINDS[kind])
    return {name: unpacked(each) for name, each in value.items()}
