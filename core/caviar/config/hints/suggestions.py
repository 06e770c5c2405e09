""" "Did you mean …": suggestions for keys and names, including those of other libraries."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from caviar.config.declaration.dump import inline
from caviar.config.hints.calls import Call, call_in
from caviar.config.hints.synonyms import suggestion, synonym_of
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry import index
from caviar.registry.load import name_of, read

# Words of the course, PyTorch, Keras, scikit-learn and Optuna -> our fields; a plugin adds its own with `also`.
_FIELDS = {
    "lr": ("learning_rate",),
    "alpha": ("learning_rate", "strength"),
    "eta": ("learning_rate",),
    "step_size": ("learning_rate",),
    "learning_rate_init": ("learning_rate",),
    "lambda": ("strength",),
    "lambd": ("strength",),
    "eps": ("epsilon",),
    "keep_prob": ("dropout",),
    "drop_rate": ("dropout",),
    "hidden_layer_sizes": ("units",),
    "hidden_units": ("units",),
    "hidden_size": ("units",),
    "neurons": ("units",),
    "n_layers": ("layers",),
    "num_layers": ("layers",),
    "n_trials": ("trials",),
    "n_epochs": ("epochs",),
    "max_iter": ("epochs",),
    "batch": ("batch_size",),
    "minibatch_size": ("batch_size",),
    "momentum": ("averaging",),
    "random_state": ("seed",),
    "optimiser": ("optimizer",),
    "normaliser": ("normalizer",),
    "file": ("path",),
    "filename": ("path",),
    "label": ("target",),
    "type": ("use",),
    "class": ("use",),
}
_NOTES = {
    "keep_prob": ", which is 1 - keep_prob",
    "momentum": ", which is 1 - PyTorch's momentum",
    "hidden_layer_sizes": ", a number or a list of one per layer",
}
_SCHEDULE = 'write [schedule.learning_rate] with use = "cosine" or another schedule'
_ELSEWHERE = {
    word: sentence
    for words, sentence in {
        "weight_decay": "penalties are [[regularizer]] tables",
        "betas": "they are two keys, beta1 and beta2",
        "sampler samplers": "what Optuna calls a sampler is a strategy here: [search] strategy",
        "scheduler": f"{_SCHEDULE}; what Ray Tune calls a scheduler is a pruner here: [search] pruner",
        "lr_schedule lr_scheduler learning_rate_schedule learning_rate_scheduler lr_decay learning_rate_decay "
        "learning_rate_decay_rate lr_warmup warmup warmup_steps warmup_epochs": _SCHEDULE,
        "device devices gpu use_gpu cuda accelerator": 'write backend = "cupy" at the top of the file for a GPU',
        "batch_norm batchnorm": 'write normalizer = "batchnorm"',
        "study": "write [search]",
        "callback callbacks": "write [[reporter]] tables",
        "network": "write [model]",
        "dataset": "write [data]",
        "train training": "write [trainer]",
        "class_weight class_weights": 'write loss = { use = "softmax-cross-entropy", class_weights = "balanced" } '
        "in [trainer]",
        "cv k_folds n_splits": "write folds = 5 in [data]",
        "retest": 'write strategy = { use = "coarse-to-fine", retest = 0.1 } in [search]',
        "max_resource max_t": "the longest training is trainer.epochs",
    }.items()
    for word in words.split()
}
_SAMPLERS = {
    "step": "uniform, normal, int and log-int take steps; for a few values of your own write { ordinal = [ … ] }",
}


def unknown_key(cls: type[Declared], key: str, root: type[Declared]) -> str:
    """The sentence for a key that the class does not have; `root` is the class of whole files."""
    what = f"unknown key for {cls.kind} '{name_of(cls)}'" if issubclass(cls, Plugin) else "unknown key"
    if cls is root:
        what = "unknown table or key"
    fields, word = list(cls.model_fields), _plain(key)
    elsewhere = _SAMPLERS if issubclass(cls, Sampler) else _ELSEWHERE
    if field := _field(cls, word):
        return f"{what}; did you mean '{field}'{_note(cls, field, word)}?"
    if word in elsewhere:
        return f"{what}; {elsewhere[word]}"
    if close := get_close_matches(word, fields, 1, 0.7):
        return f"{what}; did you mean '{close[0]}'?"
    if home := _home(root, cls, word):
        on_top = cls is not root and home in root.model_fields
        place = " at the top of the file, above the first [table]" if on_top else ""
        return f"{what}; did you mean '{home}'{place}?"
    return f"{what}; it has {', '.join(fields)}" if fields else f"{what}; it has no keys"


def unknown_plugin(kind: str, name: str) -> index.UnknownPlugin:
    """The error for a name that no plugin of the kind has."""
    if call := call_in(name):
        if table := table_for(kind, call):
            return index.UnknownPlugin(f"unknown {kind} '{name}'; a plugin and its fields are a table: {table}")
        return unknown_plugin(kind, call.name)
    if text := suggestion(kind, name):
        return index.UnknownPlugin(f"unknown {kind} '{name}'; {text}")
    known = index.names(kind)
    if close := get_close_matches(name.lower(), known, 1, 0.6):
        return index.UnknownPlugin(f"unknown {kind} '{name}'; did you mean '{close[0]}'?")
    others = " and ".join(f"'{each}'" for each in index.kinds_with(name) if each != kind)
    hint = f"'{name}' is of kind {others}; " if others else ""
    known_ones = f"available: {', '.join(known) or 'no plugin'}"
    return index.UnknownPlugin(f"unknown {kind} '{name}'; {hint}{known_ones}", own=True)


def table_for(kind: str, call: Call) -> str | None:
    """A call of a plugin of this kind as its table, with "…" for arguments without a key here; None for other calls."""
    name = synonym_of(kind, call.name)
    if name is None:
        return None
    cls = read(index.find(kind, name))
    fields = {_field(cls, _plain(word)): value for word, value in call.keys.items()}
    pairs = [f"{field} = {inline(value)}" for field, value in fields.items() if field]
    left = ["…"] if call.values or None in fields else []
    return f"{{ {', '.join([f'use = {inline(name)}', *pairs, *left])} }}"


def is_synonym(cls: type[Declared], field: str, word: str) -> bool:
    """Whether a word, Caviar's or another library's, names exactly this field of a class."""
    return _field(cls, _plain(word)) == field


def closest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the list of known words."""
    names = list(known)
    close = get_close_matches(word, names, 1, 0.6)
    return f"; did you mean '{close[0]}'?" if close else f"; available: {', '.join(names) or 'none'}"


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_")


def _field(cls: type[Declared], word: str) -> str | None:
    """The field that a word names exactly, in another spelling or as another library calls it."""
    fields = cls.model_fields
    if word in fields:
        return word
    said = [field for field in fields if word in cls.facts(field).also]
    said += [field for field in _FIELDS.get(word, ()) if field in fields]
    return said[0] if said else None


def _note(cls: type[Declared], field: str, word: str) -> str:
    """How the field differs from what another library calls by this word; "" where it does not."""
    facts = cls.facts(field)
    return f", {facts.also_note}" if facts.also_note and word in facts.also else _NOTES.get(word, "")


def _home(root: type[Declared], cls: type[Declared], word: str) -> str | None:
    """A key of that name in another table of the file: "trainer.epochs"."""
    if cls is not root and _field(root, word):
        return _field(root, word)
    for table, field in root.model_fields.items():
        try:
            default = field.get_default(call_default_factory=True)
        except index.PluginError:
            continue
        part = type(default) if isinstance(default, Declared) else None
        if part and part is not cls and (found := _field(part, word)):
            if issubclass(cls, Plugin) and issubclass(part, Plugin) and cls.kind == table:
                return f'{table} = {{ use = "{name_of(part)}", {found} = … }}'
            return f"{table}.{found}"
    return None
