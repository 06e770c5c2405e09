"""Loading verifies; a broken or doubled plugin hurts only who names it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from caviar import Optimizer, PluginError
from caviar.registry import index
from caviar.registry.code import read_code, with_code
from caviar.registry.index import Entry, Registry, current, using
from caviar.registry.load import KINDS, base_of, load, load_entry, name_of, read, version_of
from caviar.registry.recipes import RECIPE
from caviar_plugins import Adam

Install = Callable[[str, str], None]
Register = Callable[[Path], tuple[Entry, ...]]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add_plugin: Callable[[Entry], None]) -> Install:
    """Makes `others_plugin:Target` the optimizer 'theirs', with the module's text given."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(text: str, target: str = "Theirs") -> None:
        module = f"others_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text("import caviar\n" + text)
        add_plugin(Entry("optimizer", "theirs", f"{module}:{target}", "others", "1.0"))

    return install


WHOLE = """
class Theirs(caviar.Optimizer):
    def init(self, parameters, layout): return {}
    def update(self, parameters, gradients, state, step, layout): ...
"""


def reason(text: str, install: Callable[..., None], target: str = "Theirs") -> str:
    install(text, target)
    with pytest.raises(PluginError) as caught:
        load("optimizer", "theirs")
    return str(caught.value).removeprefix("optimizer 'theirs' of others 1.0 cannot be used: ")


def test_a_plugin_is_loaded_by_name_and_known_by_it(install: Install) -> None:
    install(WHOLE, "Theirs")
    cls = load("optimizer", "theirs")
    assert issubclass(cls, Optimizer)
    assert (name_of(cls), version_of(cls)) == ("theirs", "others 1.0")


def test_bundled_plugins_are_found_as_all_others(install: Install) -> None:
    assert version_of(load("optimizer", "adam")).startswith("caviar-ml ")


def test_the_index_is_sorted_once_for_each_registry() -> None:
    before = index.entries("optimizer")
    assert index.entries("optimizer") is before
    theirs = Entry("optimizer", "theirs", "others_own:Theirs", "others", "1.0")
    with index.using(Registry(installed=(*current().installed, theirs))):
        assert set(index.entries("optimizer")) == {*before, theirs}
        assert index.entries("optimizer") is index.entries("optimizer")
    assert index.entries("optimizer") is before


def test_an_unknown_name_is_reported_with_what_there_is() -> None:
    with pytest.raises(PluginError, match="unknown optimizer 'adamm'; available: adam"):
        load("optimizer", "adamm")


def test_two_owners_of_a_name_are_an_error_that_names_both(add_plugin: Callable[[Entry], None]) -> None:
    add_plugin(Entry("optimizer", "adam", "others_adam:Adam", "others", "1.0"))
    with pytest.raises(PluginError, match=r"optimizer 'adam' has two owners: caviar-ml .* and others 1.0"):
        load("optimizer", "adam")
    load("optimizer", "sgd")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "import nothing_like_it",
            "importing it failed: ModuleNotFoundError: No module named 'nothing_like_it' at {file}:2",
        ),
        ("raise RuntimeError('no\\nlicense')", "importing it failed: RuntimeError: no license at {file}:2"),
        ("raise SystemExit", "importing it failed: SystemExit at {file}:2"),
        ("Theirs = 3", "{target} is not a class"),
        ("class Theirs(caviar.Sampler): ...", "{target} does not extend caviar.Optimizer"),
        ("class Theirs(caviar.Optimizer): ...", "Theirs lacks init, update"),
        (
            "class Theirs(caviar.Optimizer, interface=2): ...",
            "written for optimizer interface 2, and this Caviar has 1: Caviar is older; "
            "install a newer version of Caviar",
        ),
        (
            "class Theirs(caviar.Optimizer, interface=True): ...",
            "importing it failed: TypeError: Theirs: interface must be a whole number from 1, not True at {file}:2",
        ),
    ],
)
def test_what_cannot_be_used_says_why(text: str, told: str, install: Install, tmp_path: Path) -> None:
    module = f"others_{tmp_path.name.replace('-', '_')}"
    assert reason(text, install) == told.format(target=f"{module}:Theirs", file=tmp_path / f"{module}.py")


UPDATE = "\n    def update(self, parameters, gradients, state, step, layout): ..."


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        (
            "def init(self, parameters): return {}" + UPDATE,
            "init(parameters), but it is called as init(parameters, layout)",
        ),
        (
            "def init(self, parameters, layout, more): return {}" + UPDATE,
            "init(parameters, layout, more), but it is called as init(parameters, layout)",
        ),
        (
            "def init(self, parameters, layout, *, more): return {}" + UPDATE,
            "init(parameters, layout, *, more), but it is called as init(parameters, layout)",
        ),
        ("def init(self, *those): return {}" + UPDATE, None),
        ("def init(self, parameters, layout, more=1): return {}" + UPDATE, None),
        ("@staticmethod\n    def init(a, b): return {}" + UPDATE, None),
        (
            "@classmethod\n    def init(cls, a): return {}" + UPDATE,
            "init(a), but it is called as init(parameters, layout)",
        ),
    ],
)
def test_methods_that_cannot_be_called_as_their_interface_says_are_reported(
    methods: str, told: str | None, install: Install
) -> None:
    text = f"class Theirs(caviar.Optimizer):\n    {methods}"
    if told is None:
        install(text, "Theirs")
        load("optimizer", "theirs")
    else:
        assert reason(text, install) == f"Theirs has {told}"


def test_a_property_in_a_methods_place_is_reported(install: Install) -> None:
    text = "class Theirs(caviar.Optimizer):\n    init = property(lambda self: {})" + UPDATE
    assert reason(text, install) == "Theirs.init is not a method; it is called as init(parameters, layout)"


def test_a_plugin_written_for_an_older_interface_is_refused_with_both_numbers(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Optimizer, "interface", 3)
    assert reason(WHOLE.replace("Optimizer)", "Optimizer, interface=2)"), install) == (
        "written for optimizer interface 2, and this Caviar has 3: the plugin is older; install a newer version of it"
    )


def test_an_entry_point_whose_class_states_no_number_is_refused_with_the_line_to_write(install: Install) -> None:
    install(WHOLE, "Theirs")
    with pytest.raises(PluginError) as caught:
        load_entry(replace(index.find("optimizer", "theirs"), installed=True))
    assert str(caught.value) == (
        "optimizer 'theirs' of others 1.0 cannot be used: Theirs does not state the interface number it was written "
        "for; its author must write class Theirs(Optimizer, interface=N); this Caviar has optimizer interface 1"
    )


def test_a_number_is_inherited_within_a_package_and_not_from_another() -> None:
    class Stated(Optimizer, interface=1): ...

    class Extended(Stated): ...

    class Theirs(Adam): ...

    class Stating(Adam, interface=1): ...

    numbers = [each.written_for for each in (Optimizer, Adam, Stated, Extended, Theirs, Stating)]
    assert numbers == [None, 1, 1, 1, None, 1]


def test_every_bundled_plugin_states_the_number_of_its_kind() -> None:
    for entry in index.entries():
        if entry.distribution == index.own_distribution() and entry.kind != RECIPE:
            assert read(entry).written_for == base_of(entry.kind).interface, entry


def test_a_missing_class_is_reported(install: Install) -> None:
    assert "has no attribute 'Nowhere'" in reason(WHOLE, install, "Nowhere")


def test_every_kind_has_a_base_class_that_knows_its_kind() -> None:
    for kind in KINDS:
        assert base_of(kind).kind == kind


class TestCode:
    def test_a_class_of_a_file_may_leave_its_interface_number_out_but_not_state_another(
        self, tmp_path: Path, register: Register
    ) -> None:
        file = tmp_path / "mine.py"
        file.write_text("import caviar\n" + WHOLE)
        register(file)
        assert load("optimizer", "theirs").written_for is None
        file.write_text("import caviar\n" + WHOLE.replace("Optimizer)", "Optimizer, interface=7)"))
        register(file)
        with pytest.raises(PluginError, match=r"optimizer 'theirs' of mine\.py .* written for optimizer interface 7"):
            load("optimizer", "theirs")

    @pytest.fixture
    def register(self) -> Iterator[Register]:
        """Makes the plugins of a file known, until the test ends; gives their entries."""
        with ExitStack() as stack:

            def register(path: Path) -> tuple[Entry, ...]:
                stack.enter_context(using(with_code(path)))
                return current().files[-1].entries

            yield register

    def test_the_classes_of_a_file_are_usable_by_name(self, tmp_path: Path, register: Register) -> None:
        (tmp_path / "mine.py").write_text("import caviar\n" + WHOLE)
        register(tmp_path / "mine.py")
        assert name_of(load("optimizer", "theirs")) == "theirs"

    def test_a_class_may_say_its_name(self, tmp_path: Path, register: Register) -> None:
        (tmp_path / "mine.py").write_text("import caviar\n" + WHOLE + '    name = "my-own"\n')
        register(tmp_path / "mine.py")
        assert load("optimizer", "my-own").__name__ == "Theirs"

    def test_a_changed_file_replaces_what_it_brought_before(self, tmp_path: Path, register: Register) -> None:
        for number in (1, 2):
            (tmp_path / "mine.py").write_text("import caviar\n" + WHOLE + f"    number: int = {number}\n")
            register(tmp_path / "mine.py")
        cls = load("optimizer", "theirs")
        assert cls.model_fields["number"].default == 2
        assert version_of(cls).startswith("mine.py ")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("x = 1\n1 / 0\n", ":2: importing it failed: ZeroDivisionError: division by zero"),
            ("x = 1\nx x\n", ":2: importing it failed: SyntaxError: invalid syntax"),
            ("import caviar\nclass Mine(caviar.plugin.Plugin): ...\n", ": defines no plugin: no class extends one of"),
            ("from caviar import Sampler\n", ": defines no plugin: no class extends one of caviar's"),
            ("import caviar\n\n\nclass Half(caviar.Optimizer):\n    pass\n", ": Half lacks init, update"),
        ],
    )
    def test_what_is_wrong_with_a_file_is_reported(
        self, text: str, told: str, tmp_path: Path, register: Register
    ) -> None:
        (tmp_path / "mine.py").write_text(text)
        with pytest.raises(PluginError) as caught:
            register(tmp_path / "mine.py")
        assert str(caught.value).startswith(f"{tmp_path / 'mine.py'}{told}")

    def test_a_class_that_lacks_methods_says_so_where_it_is_named_and_a_base_of_others_is_no_plugin(
        self, tmp_path: Path, register: Register
    ) -> None:
        half = "\n\nclass Half(caviar.Optimizer):\n    def init(self, parameters, layout): ...\n"
        rest = "\n\nclass Rest(Half):\n    def update(self, *those): ...\n"
        file = tmp_path / "mine.py"
        file.write_text("import caviar\n" + WHOLE + half)
        register(file)
        assert load("optimizer", "theirs")
        with pytest.raises(PluginError, match=r"^optimizer 'half' of mine.py \w+ cannot be used: Half lacks update$"):
            load("optimizer", "half")
        file.write_text("import caviar\n" + WHOLE + half + rest)
        assert [entry.name for entry in register(file)] == ["theirs", "rest"]

    def test_a_file_may_import_what_lies_beside_it_and_the_path_is_as_before(
        self, tmp_path: Path, register: Register
    ) -> None:
        (tmp_path / "beside_mine.py").write_text("NUMBER = 7\n")
        file, before = tmp_path / "mine.py", list(sys.path)
        file.write_text("import caviar\nfrom beside_mine import NUMBER\n" + WHOLE + "    number: int = NUMBER\n")
        register(file)
        assert load("optimizer", "theirs").model_fields["number"].default == 7
        assert sys.path == before

    def test_a_missing_file_is_reported(self, tmp_path: Path, register: Register) -> None:
        with pytest.raises(PluginError, match=r"mine.py: cannot be read: No such file"):
            register(tmp_path / "mine.py")


OPTIMIZER = "import caviar\n" + WHOLE


class TestUseDuringImport:
    """A code file that uses its own plugins, or those of another file, while it is itself imported."""

    def test_it_may_ask_for_the_names_of_its_own_classes(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.py"
        file.write_text("from caviar.plugin import name_of, version_of\n" + OPTIMIZER + "SAID = name_of(Theirs)\n")
        with using(with_code(file)):
            assert vars(sys.modules[load("optimizer", "theirs").__module__])["SAID"] == "theirs"

    def test_it_may_load_a_pipeline_with_another_code_file(self, tmp_path: Path) -> None:
        (tmp_path / "other.py").write_text(OPTIMIZER)
        (tmp_path / "p.toml").write_text('data = "digits"\noptimizer = "theirs"\n')
        file = tmp_path / "mine.py"
        file.write_text(
            f"{OPTIMIZER}FOLDER = {str(tmp_path)!r}\ncaviar.load(f'{{FOLDER}}/p.toml', code=f'{{FOLDER}}/other.py')\n"
        )
        assert [entry.name for entry in read_code(file).entries] == ["theirs"]

    def test_what_it_has_imported_by_then_is_not_taken_for_that_beside_the_other(self, tmp_path: Path) -> None:
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "beside_during_import.py").write_text("")
            (tmp_path / folder / "mine.py").write_text("import beside_during_import\n" + OPTIMIZER)
        with (tmp_path / "one" / "mine.py").open("a") as file:
            file.write("from caviar.registry.code import with_code\nfrom pathlib import Path\n")
            file.write(f"with_code(Path({str(tmp_path / 'two' / 'mine.py')!r}))\n")
        with pytest.raises(
            PluginError, match=r"two/mine\.py: imports beside_during_import, but this process has loaded"
        ):
            read_code(tmp_path / "one" / "mine.py")

    def test_it_may_not_load_itself(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.py"
        file.write_text(f"{OPTIMIZER}caviar.load('p.toml', code={str(file)!r})\n")
        with pytest.raises(PluginError, match=r"mine\.py: loads itself while it is imported; do that in another file$"):
            read_code(file)

    def test_its_globals_may_have_any_name(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.py"
        file.write_text("code, beside = 3, 4\n" + OPTIMIZER)
        target = read_code(file).entries[0].target
        found = vars(sys.modules[target.partition(":")[0]])
        assert (found["code"], found["beside"]) == (3, 4)
