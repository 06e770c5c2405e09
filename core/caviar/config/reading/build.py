"""Builds declared plugins from a document's tables, and collects all mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from caviar.config.declaration.over import fields_given, laid_over
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.run_name import ALLOWED, is_run_name, plain_name
from caviar.config.hints.notation import suggestion_for_list, suggestion_for_single, suggestion_for_table
from caviar.config.hints.plugin_by_name import plugin_by_name
from caviar.config.hints.suggestions import closest, unknown_key
from caviar.config.reading.document import Document, beyond_64_bits
from caviar.config.reading.errors import Mistake
from caviar.config.reading.locations import FieldProblems, InvalidValue, Location, construct
from caviar.config.reading.ranges import build_sampler, is_range
from caviar.config.reading.readers import reader_name, suffix_of
from caviar.interfaces.data import Data
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.types import FieldType, field_type, say
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.interfaces.trainer import Trainer
from caviar.registry import index
from caviar.registry.load import label_of
from caviar.support.files import straight


class Builder:
    """Builds the pipeline of one document; `mistakes` are those found, `files` the data files it names.

    `below` is the pipeline of a recipe, over which the document's is laid.
    """

    def __init__(self, document: Document, below: Pipeline | None = None) -> None:
        self.document, self.below = document, below
        self.mistakes: list[Mistake] = []
        self.files: list[tuple[Location, Path]] = []

    def pipeline(self) -> Pipeline | None:
        """The pipeline of the file; None if there are mistakes."""
        built = self.parts()
        return None if self.mistakes else built

    def parts(self) -> Pipeline | None:
        """The pipeline with defaults in place of mistaken parts; None if that is not a pipeline."""
        tree = {"name": self._file_name(), **self.document.tree}
        for keys in beyond_64_bits(tree):
            self.note(Location(keys, ".".join(map(str, keys))), "whole numbers have at most 64 bits")
        if self.mistakes:
            return None
        if tree.get("data", "auto") == "auto" and _needs_data(tree.get("trainer")):
            keys = ("data",) if "data" in tree else ()
            self.note(Location(keys, "data"), 'missing; write [data] with path = "my.csv" and target = "…"')
        try:
            return cast(Pipeline, self.fields(Pipeline, tree, Location(), self.below))
        except InvalidValue as broken:
            return cast(Pipeline | None, broken.rest)

    def _file_name(self) -> str:
        """The default name of a run: the file's own, if it is valid."""
        stem = Path(self.document.file).stem
        if "name" in self.document.tree or is_run_name(stem):
            return stem
        plain = plain_name(stem)
        text = f"the file's own name, '{stem}', cannot name the run's folder: {ALLOWED}; write name = \"{plain}\""
        self.note(Location(("name",), "name"), text)
        return plain

    def note(self, at: Location, text: str, own: bool = False) -> None:
        """Adds a mistake; `own`: see `Mistake`."""
        self.mistakes.append(self.document.mistake(at.keys, at.path, text, own))

    def missing(self) -> tuple[Mistake, ...]:
        """A mistake for each data file that is not there."""
        lost = [(at, path) for at, path in self.files if not path.is_file()]
        return tuple(self.document.mistake(at.keys, at.path, f"no such file: {path}") for at, path in lost)

    def fail(self, at: Location, text: str, own: bool = False) -> InvalidValue:
        """Adds a mistake, to be raised."""
        self.note(at, text, own)
        return InvalidValue()

    def fields(
        self, cls: type[Declared], table: Mapping[str, Any], at: Location, below: Declared | None = None
    ) -> Declared:
        """An object of a class from the keys of a table, laid over `below` if that is one of the same class."""
        known = fields_given(below) if below is not None and type(below) is cls else {}
        given = {field: each for field, each in known.items() if cls.model_fields[field].is_required()}
        broken = set()
        for key, raw in table.items():
            try:
                if key not in cls.model_fields:
                    raise self.fail(at.child(key), unknown_key(cls, key, Pipeline))
                kind = field_type(cls, key)
                given[key] = self.value(kind, raw, at.child(key), _default(cls, key), known.get(key))
            except InvalidValue:
                broken.add(key)
        try:
            built = construct(cls, given)
            if known:
                built = construct(cls, laid_over(cast(Declared, below), built))
        except FieldProblems as complaints:
            for field, text in complaints.found:
                if field not in broken and not (field is None and broken):
                    self.note(at.child(field) if field else at, text)
            raise InvalidValue from None
        if broken:
            raise InvalidValue(built)
        return built

    def value(self, expected: FieldType, raw: Any, at: Location, default: Any = None, below: Any = None) -> Any:
        """The value that a field receives for one of the file, over one `below`."""
        if isinstance(below, Plugin) and not isinstance(below, Sampler):
            default = below
        if Any in expected.types and not expected.tunable:
            return raw
        if isinstance(raw, dict) and is_range(raw, default) and (expected.tunable or not expected.entry):
            return build_sampler(self, expected, raw, at)

        def build(cls: type[Declared], said: Any) -> Declared:
            if not issubclass(cls, Plugin):
                return self.fields(cls, said, at, below)
            if text := suggestion_for_list(expected, said):
                raise self.fail(at, text)
            return self.plugin(cls, said, at, default, below)

        found = expected.accept(raw, build, lambda part, several: self.elements(part, several, at, below))
        if found is raw and (text := self._misread(expected, raw, at)):
            raise self.fail(at, text)
        return straight(self.document.folder(at.keys) / found.expanduser()) if isinstance(found, Path) else found

    def _misread(self, expected: FieldType, raw: Any, at: Location) -> str | None:
        """The message about a value that does not fit."""
        if expected.element and expected.element.plugin:
            return f"must be {expected.words()}; write [[{at.path}]] or {at.path} = [ … ]"
        return suggestion_for_single(expected.entry, raw, at.path) or suggestion_for_table(expected, raw)

    def elements(
        self, expected: FieldType, raw: list[Any] | dict[str, Any], at: Location, below: Any = None
    ) -> list[Any]:
        """The entries of a table, or the elements of a list, where names distinguish plugins."""
        if isinstance(raw, dict):
            if text := suggestion_for_single(expected, raw.get("use"), at.path):
                raise self.fail(at, text)
            known = below if isinstance(below, dict) else {}
            return [self.value(expected, each, at.child(key), below=known.get(key)) for key, each in raw.items()]
        built, failed = [], False
        for place, each in enumerate(raw):
            try:
                built.append(
                    self.labelled(expected.plugin, each, at, place)
                    if expected.plugin and not (isinstance(each, dict) and is_range(each, None))
                    else self.value(expected, each, at.child(place))
                )
            except InvalidValue:
                failed = True
        if failed:
            raise InvalidValue
        labels = Counter(label_of(each) for each in built if isinstance(each, Plugin) and not isinstance(each, Sampler))
        for label, count in labels.items():
            if count > 1:
                raise self.fail(at, f"{count} are called '{label}'; give each a name of its own: name = \"…\"")
        return built

    def labelled(self, base: type[Plugin], raw: Any, at: Location, place: int) -> Plugin:
        """A plugin in a list, which may have a name of its own."""
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

    def plugin(self, base: type[Plugin], raw: Any, at: Location, default: Any, below: Any = None) -> Plugin:
        """A plugin from its name or its table."""
        kind = base.kind
        if not isinstance(raw, (str, dict)):
            what = FieldType((base,), False).words()
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
        built = cast(Plugin, self.fields(cls, {key: each for key, each in table.items() if key != "use"}, at, below))
        if issubclass(base, Data):
            paths = ((field, getattr(built, field)) for field in cls.model_fields)
            self.files += [(at.child(field), path) for field, path in paths if isinstance(path, Path)]
        return built

    def loaded(self, kind: str, name: Any, at: Location) -> type[Plugin]:
        """A plugin's class."""
        if not isinstance(name, str):
            raise self.fail(at, f"must be the name of a plugin, not {say(name)}")
        try:
            return plugin_by_name(kind, name)
        except index.UnknownPlugin as error:
            raise self.fail(at, error.sentence, error.own) from None
        except index.PluginError as error:
            raise self.fail(at, str(error)) from None

    def reader(self, path: str, at: Location) -> type[Plugin]:
        """The data plugin that reads files of such a suffix."""
        name = reader_name(Path(path))
        if name is None:
            known = ", ".join(index.names("data"))
            text = f"no plugin reads '{suffix_of(Path(path)) or path}' files; name one with use: {known}"
            raise self.fail(at.child("path"), text)
        return self.loaded("data", name, at)


def _needs_data(trainer: Any) -> bool:
    """Whether the trainer of a file needs data, even if its table has other mistakes."""
    name = trainer.get("use") if isinstance(trainer, dict) else trainer
    try:
        return cast(type[Trainer], plugin_by_name("trainer", name)).needs_data if isinstance(name, str) else True
    except index.PluginError:
        return True


def _default(cls: type[Declared], field: str) -> Any:
    if field_type(cls, field).plugin is None:
        return None
    try:
        return cls.model_fields[field].get_default(call_default_factory=True)
    except index.PluginError:
        return None  # reported where it is needed
