"""TOML mistakes: the place where a text is not TOML, and what to write instead."""

from __future__ import annotations

import re

from caviar.config.hints.calls import call_in
from caviar.config.hints.notation import range_in
from caviar.config.hints.suggestions import table_for
from caviar.registry.index import PluginError


def told(message: str, text: str) -> tuple[str, int | None]:
    """The parser's message about a text, with what to do, and the line."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if not place:
        return message, None
    reason = message[: place.start()]
    if place[1] is None:
        return f"{reason} at the end of the file", text.rstrip("\n").count("\n") + 1
    number, column = int(place[1]), int(place[2])
    line = text.splitlines()[number - 1] if text else ""
    if (key := re.match(r"\s*([^=]+?)\s*=", line)) and reason == "Cannot overwrite a value":
        return f"{reason} (column {column}); '{key[1]}' is written twice", number
    value = line[column - 1 :] if reason == "Invalid value" else ""
    return f"{reason} (column {column}){_habit(line, value)}", number


def _habit(line: str, value: str) -> str:
    """What to write instead of a line in the style of YAML, Python or Windows; `value` is its invalid value."""
    if re.match(r"\s*[\w.-]+\s*:", line):
        return "; write key = value"
    if re.match(r'[^"]*=\s*"[^"]*\\', line):
        return "; write text with backslashes in single quotes"
    if code := re.match(r"\s*([\w.-]+)\s*=\s*([A-Za-z_][\w.]*\(.*)", line):
        return _called(code[1], code[2])
    if re.match(r"(None|True|False)\b", value):
        return "; write true or false in small letters, and leave out a key that has no value"
    if re.match(r"[^=]*=\s*[A-Za-z]", line) or value[:1].isalpha():
        return "; text needs quotes"
    if re.match(r"\s*\[", line):
        return "; a table is written once, with all its keys below it"
    return ""


def _called(key: str, code: str) -> str:
    """What to write instead of a call."""
    call = call_in(code)
    try:
        written = call and (table_for(key.rpartition(".")[2], call) or range_in(call))
    except PluginError:  # mistakes there are reported once the file can be parsed
        written = None
    return f"; write {key} = {written}" if written else "; text needs quotes"
