"""NPZ: arrays of a NumPy archive, X and y or X_train, y_train, X_test and y_test."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from caviar import Array, Data, DataError, Head, Table, setting


class NPZ(Data):
    """Features are the array X, one row per example (images are flattened); the target is named by `target`.

    An archive with X_test brings its own test part. Other arrays are ignored; pickled objects are refused.
    """

    path: Path = setting(default=...)
    target: str = "y"

    def read(self) -> Table:
        table = self.read_rows()
        if not table.target:
            raise DataError(f"{self.path}: there is no array '{self.target}' to predict; name it as target")
        return table

    def read_rows(self, words: Collection[str] = ()) -> Table:
        import numpy

        arrays = self._load()
        parts = [self._part(arrays, "_train"), self._part(arrays, "_test")] if "x_train" in arrays else []
        parts = [part for part in parts if part] or [self._part(arrays, "")]
        if any(part.keys() != parts[0].keys() for part in parts):
            raise DataError(f"{self.path}: {self.target}_train and {self.target}_test belong together; one is missing")
        if len({part["x"].shape[1] for part in parts}) > 1:
            raise DataError(f"{self.path}: X_train and X_test differ in width: {_shapes(parts)}")
        columns = {name: numpy.concatenate([part[name] for part in parts]) for name in parts[0]}
        test = numpy.arange(len(columns["x"])) >= len(parts[0]["x"]) if len(parts) == 2 else None
        return Table(columns, (self.target,) if self.target in columns else (), test)

    def head(self) -> Head:
        from caviar_plugins.data.npz_head import array_heads

        arrays = array_heads(self.path)
        end = "_train" if "x_train" in arrays else ""
        x, y = arrays.get(f"x{end}"), arrays.get(f"{self.target.lower()}{end}")
        if x is None or y is None:
            lacking = f"X{end}" if x is None else f"{self.target}{end}"
            there = ", ".join(arrays) or "none"
            raise DataError(f"{self.path}: there is no array {lacking}; X holds the features; there are {there}")
        tested = arrays["x_test"].shape[0] if end and "x_test" in arrays else 0
        return Head((x.column("x"),), (y.column(self.target),), x.shape[0] + tested, test=tested)

    def _load(self) -> dict[str, Array]:
        """The arrays that matter, their names in lower case: X and x are both common."""
        import zipfile
        import zlib

        import numpy

        wanted = {f"{name}{end}" for name in ("x", self.target.lower()) for end in ("", "_train", "_test")}
        try:
            with zipfile.ZipFile(self.path):  # else numpy would take the file for a pickle and say so
                pass
            with numpy.load(self.path, allow_pickle=False) as file:
                return {name.lower(): file[name] for name in file.files if name.lower() in wanted}
        except FileNotFoundError:
            raise DataError(f"{self.path}: there is no such file") from None
        except zipfile.BadZipFile:
            raise DataError(f"{self.path}: not a NumPy archive; numpy.savez writes them") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        except (ValueError, EOFError, zlib.error) as error:
            raise DataError(f"{self.path}: {error}") from error

    def _part(self, arrays: Mapping[str, Array], end: str) -> dict[str, Array]:
        """Features and, where it is there, the target of one part; nothing where the part is missing."""
        x, y = arrays.get(f"x{end}"), arrays.get(f"{self.target.lower()}{end}")
        if x is None:
            if end == "_test":
                return {}
            raise DataError(f"{self.path}: there is no array X{end}; X holds the features, {self.target} the target")
        if x.ndim < 2 or x.dtype.kind not in "fiub" or not x.size:
            raise DataError(
                f"{self.path}: X{end} is {x.dtype} of shape {x.shape}; numbers are expected, one row per example"
            )
        part = {"x": x.reshape(len(x), -1)}
        if y is not None:
            part[self.target] = self._labels(y, len(x), end)
        return part

    def _labels(self, y: Array, rows: int, end: str) -> Array:
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        if y.ndim != 1 or y.dtype.kind not in "fiubU":
            raise DataError(
                f"{self.path}: {self.target}{end} is {y.dtype} of shape {y.shape}; one number or word a row is expected"
            )
        if len(y) != rows:
            raise DataError(f"{self.path}: X{end} has {rows} rows and {self.target}{end} {len(y)}; they must agree")
        return y.astype(object) if y.dtype.kind == "U" else y


def _shapes(parts: list[dict[str, Array]]) -> str:
    return " and ".join(str(part["x"].shape) for part in parts)
