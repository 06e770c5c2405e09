"""Rows as scikit-learn passes them: checked by its rules, in the form that a pipeline reads."""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d, validate_data

_FLOATS = [numpy.float64, numpy.float32]


class Columns:
    """The columns of an array by the names of a frame, for a model that was trained on one."""

    def __init__(self, names: Any, block: Any) -> None:
        self.columns, self._block = list(names), block

    def __getitem__(self, name: str) -> Any:
        return self._block[:, self.columns.index(name)]


class NamedTarget(numpy.ndarray):
    """A target with a name that no column of X has: a frame may have a column y."""

    name: str

    @classmethod
    def beside(cls, X: Any, y: Any) -> Any:
        """The target y of the rows X."""
        taken, name = {str(each) for each in getattr(X, "columns", ())}, "y"
        while any(each.startswith(name) for each in taken):
            name += "_"
        named = y.view(cls)
        named.name = name
        return named


def training_rows(estimator: BaseEstimator, X: Any, y: Any, *, numbers: bool) -> tuple[Any, Any]:
    """X and y checked; `numbers`: y holds numbers, in one column or several. Raises ValueError and TypeError.

    A frame whose columns have names stays as it is: words, dates and gaps are read as in `Pipeline.run`. Everything
    else becomes an array of floats, which may be missing.
    """
    if not _is_named(X):
        return validate_data(  # type: ignore[no-any-return]
            estimator,
            X,
            y,
            dtype=_FLOATS,
            ensure_all_finite="allow-nan",
            ensure_min_samples=2,
            multi_output=numbers,
            y_numeric=numbers,
        )
    validate_data(estimator, X, y, skip_check_array=True)
    y = check_array(y, ensure_2d=False, dtype=_FLOATS, input_name="y") if numbers else column_or_1d(y, warn=True)
    check_consistent_length(X, y)
    return X, y


def new_rows(estimator: BaseEstimator, X: Any) -> Any:
    """Rows to predict, with the columns of training. Raises ValueError and TypeError."""
    trained_on = getattr(estimator, "feature_names_in_", None)
    if _is_named(X) and trained_on is not None:
        validate_data(estimator, X, reset=False, skip_check_array=True)
        return X
    X = validate_data(estimator, X, reset=False, dtype=_FLOATS, ensure_all_finite="allow-nan")
    return X if trained_on is None else Columns(trained_on, X)


def dtype_of(X: Any) -> str:
    """What is computed in: float32 for an array of it, else float64, as scikit-learn's own estimators do."""
    return "float32" if getattr(X, "dtype", None) == numpy.float32 else "float64"


def _is_named(X: Any) -> bool:
    return hasattr(X, "columns") and all(isinstance(name, str) for name in X.columns)
