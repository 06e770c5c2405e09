"""Building: a document's tables become declared plugins; all mistakes are collected on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.run_name import ALLOWED, is_run_name, plain_name
from caviar.config.hints.notation import lone, misread, several
from caviar.config.hints.plugin_by_name import named
from caviar.config.hints.suggestions import closest, unknown_key
from caviar.config.reading.document import Document, beyond_64_bits
from caviar.config.reading.errors import Mistake
from caviar.config.reading.locations import At, Broken, Complaints, construct
from caviar.config.reading.ranges import build_sampler, is_range
from caviar.interfaces.data import Data
from caviar.interfaces.fields.types import Wanted, of_field, say
from caviar.interfaces.plugin import Declared, Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry import index
from caviar.registry.load import label_of
from caviar.support.files import file_or_url, straight


class Builder:
    """Builds what one document says; `mistakes` is what it found wrong, `files` the data files it names."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.mistakes: list[Mistake] = []
        self.files: list[tuple[At, Path]] = []

    def pipeline(self) -> Pipeline | None:
        """The whole file; None when there are mistakes."""
        built = self.parts()
        return None if self.mistakes else built

    def parts(self) -> Pipeline | None:
        """The file with what has mistakes left out, at its default; None where that does not make a pipeline."""
        tree = {"name": self._file_name(), **self.document.tree}
        for keys in beyond_64_bits(tree):
            self.note(At(keys, ".".join(map(str, keys))), "whole numbers have at most 64 bits")
        if self.mistakes:
            return None
        if tree.get("data", "auto") == "auto":
            keys = ("data",) if "data" in tree else ()
            self.note(At(keys, "data"), 'missing; write [data] with path = "my.csv" and target = "…"')
        try:
            return cast(Pipeline, self.fields(Pipeline, tree, At()))
        except Broken as broken:
            return cast(Pipeline | None, broken.rest)

    def _file_name(self) -> str:
        """The name of a run whose file says none: the file's own, if it can be one."""
        stem = Path(self.document.file).stem
        if "name" in self.document.tree or is_run_name(stem):
            return stem
        plain = plain_name(stem)
        text = f"the file's own name, '{stem}', cannot name the run's folder: {ALLOWED}; write name = \"{plain}\""
        self.note(At(("name",), "name"), text)
        return plain

    def note(self, at: At, text: str) -> None:
        """Adds a mistake."""
        self.mistakes.append(self.document.mistake(at.keys, at.path, text))

    def fail(self, at: At, text: str) -> Broken:
        """Adds a mistake, to be raised."""
        self.note(at, text)
        return Broken()

    def fields(self, cls: type[Declared], table: Mapping[str, Any], at: At) -> Declared:
        """An object of a class from the keys of a table."""
        given: dict[str, Any] = {}
        broken = set()
        for key, raw in table.items():
            try:
                if key not in cls.model_fields:
                    raise self.fail(at.child(key), unknown_key(cls, key, Pipeline))
                given[key] = self.value(of_field(cls, key), raw, at.child(key), _default(cls, key))
            except Broken:
                broken.add(key)
        try:
            built = construct(cls, given)
        except Complaints as complaints:
            for field, text in complaints.found:
                if field not in broken and not (field is None and broken):
                    self.note(at.child(field) if field else at, text)
            raise Broken from None
        if broken:
            raise Broken(built)
        return built

    def value(self, want: Wanted, raw: Any, at: At, default: Any = None) -> Any:
        """What a field receives for what the file says."""
        if raw == "auto" and want.optional:
            return None
        if Any in want.types:
            return raw
        if isinstance(raw, dict) and is_range(raw, default) and (want.tunable or not want.entry):
            return build_sampler(self, want, raw, at)
        if want.plugin and (str not in want.types or isinstance(raw, dict)):
            if text := several(want, raw):
                raise self.fail(at, text)
            return self.plugin(want.plugin, raw, at, default)
        if isinstance(raw, dict) and want.nested:
            return self.fields(want.nested, raw, at)
        if text := lone(want, raw, at.path):
            raise self.fail(at, text)
        if isinstance(raw, dict) and want.entry:
            return {key: self.value(want.entry, each, at.child(key)) for key, each in raw.items()}
        if want.element:
            if isinstance(raw, list):
                return self.elements(want.element, raw, at)
            if want.element.plugin:
                raise self.fail(at, f"must be {want.words()}; write [[{at.path}]] or {at.path} = [ … ]")
        if Path in want.types and isinstance(raw, str):
            named = file_or_url(raw) if str in want.types else Path(raw)
            return straight(self.document.folder(at.keys) / named.expanduser()) if isinstance(named, Path) else named
        if text := misread(want, raw):
            raise self.fail(at, text)
        return raw

    def elements(self, want: Wanted, raw: list[Any], at: At) -> tuple[Any, ...]:
        """The elements of a list; plugins in it are told apart by their names."""
        built, failed = [], False
        for place, each in enumerate(raw):
            try:
                built.append(
                    self.labelled(want.plugin, each, at, place)
                    if want.plugin and not (isinstance(each, dict) and is_range(each, None))
                    else self.value(want, each, at.child(place))
                )
            except Broken:
                failed = True
        if failed:
            raise Broken
        labels = Counter(label_of(each) for each in built if isinstance(each, Plugin) and not isinstance(each, Sampler))
        for label, count in labels.items():
            if count > 1:
                raise self.fail(at, f"{count} are called '{label}'; give each a name of its own: name = \"…\"")
        return tuple(built)

    def labelled(self, base: type[Plugin], raw: Any, at: At, place: int) -> Plugin:
        """A plugin in a list, which may carry a name of its own."""
        if not isinstance(raw, dict):
            return self.plugin(base, raw, at.child(place, raw if isinstance(raw, str) else None), None)
        name = raw.get("name", raw.get("use"))
        here = at.child(place, name if isinstance(name, str) else None)
        built = self.plugin(base, {key: each for key, each in raw.items() if key != "name"}, here, None)
        if "name" not in raw:
            return built
        if not isinstance(name, str) or not name or "." in name:
            raise self.fail(here.child("name"), f"must be text without dots, not {say(name)}")
        return built.called(name)

    def plugin(self, base: type[Plugin], raw: Any, at: At, default: Any) -> Plugin:
        """A plugin from its name or its table."""
        kind = base.kind
        if not isinstance(raw, (str, dict)):
            what = Wanted((base,), False).words()
            raise self.fail(at, f'must be {what}: its name, or {{ use = "…" }}; not {say(raw)}')
        table = {"use": raw} if isinstance(raw, str) else raw
        if "use" in table:
            cls = self.loaded(kind, table["use"], at.child("use") if isinstance(raw, dict) else at)
        elif issubclass(base, Data) and isinstance(table.get("path"), str):
            cls = self.reader(table["path"], at)
        elif isinstance(default, Plugin):
            cls = type(default)
        else:
            raise self.fail(at, f'needs use = "…"{closest("", index.names(kind))}')
        built = cast(Plugin, self.fields(cls, {key: each for key, each in table.items() if key != "use"}, at))
        if issubclass(base, Data):
            paths = ((field, getattr(built, field)) for field in cls.model_fields)
            self.files += [(at.child(field), path) for field, path in paths if isinstance(path, Path)]
        return built

    def loaded(self, kind: str, name: Any, at: At) -> type[Plugin]:
        """A plugin's class."""
        if not isinstance(name, str):
            raise self.fail(at, f"must be the name of a plugin, not {say(name)}")
        try:
            return named(kind, name)
        except index.PluginError as error:
            raise self.fail(at, str(error)) from None

    def reader(self, path: str, at: At) -> type[Plugin]:
        """The data plugin called like a file's suffix."""
        suffix, known = Path(path).suffix[1:].lower(), index.names("data")
        if suffix not in known:
            text = f"no plugin reads '.{suffix}' files; say which with use: {', '.join(known)}"
            raise self.fail(at.child("path"), text)
        return self.loaded("data", suffix, at)


def _default(cls: type[Declared], field: str) -> Any:
    if of_field(cls, field).plugin is None:
        return None
    try:
        return cls.model_fields[field].get_default(call_default_factory=True)
    except index.PluginError:
        return None  # whoever needs it will hear of it
