"""Rows to learn from: features and outcome of a task at a moment, as a query of a pack answers them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.engine import packs
from martlet.loaders.fitting._asked import asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb
    from numpy.typing import NDArray

    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.models.predicting.design import Values

    Vector = NDArray[np.float64]

__all__ = [
    "UNKNOWN",
    "Sample",
    "digest",
    "digest_of",
    "features_digest",
    "joined",
    "read",
    "table",
    "words_of",
]

# The group of those of whom a grouping is not known.
UNKNOWN: Final = "(unknown)"
# A random part of the rows, of customers the same at every moment, where there are more.
_MOST_ROWS: Final = 100_000
_NO_FEATURES: Final = ("customer_key", "customer_id", "as_of")


@dataclass(frozen=True)
class Sample:
    """Rows at a moment: their features, what was to be foretold, and what a case was worth, NaN for none."""

    frame: pl.DataFrame
    label: Vector
    worth: Vector


def read(
    connection: duckdb.DuckDBPyConnection,
    task: Task,
    as_of: datetime | None,
    *,
    gap: int | None,
    horizon: int | None,
    with_outcome: bool = True,
) -> Sample:
    """Return the population of a task at a moment (None: as of the end of the data), by its key; without its outcome, labels are NaN."""
    key, values = task.subject.key, _values(task, as_of, gap, horizon, with_outcome=with_outcome)
    features, bound = _features(connection, task, values)
    label, worth, outcome = "CAST(NULL AS DOUBLE)", "CAST(NULL AS DOUBLE)", ""
    order = (
        f"md5(CAST(features.{task.subject.named_by} AS VARCHAR)), features.{key} LIMIT {_MOST_ROWS}"
        if with_outcome
        else f"features.{key}"
    )
    if with_outcome:
        sql, also = _asked(connection, task.outcome, values)
        outcome, bound = f"INNER JOIN ({sql}) AS outcome ON outcome.{key} = features.{key}", bound | also
        label = f"CAST({task.label} AS DOUBLE)"
        if task.value:
            worth = f"CASE WHEN {task.value_of} THEN CAST({task.value} AS DOUBLE) END"
    frame: pl.DataFrame = connection.sql(
        f"SELECT features.*, {label} AS _label, {worth} AS _worth FROM ({features}) AS features {outcome} "
        f"WHERE {task.population} ORDER BY {order}",
        params=bound,
    ).pl()
    frame = frame.sort(key)
    return Sample(frame.drop("_label", "_worth"), _numbers(frame["_label"]), _numbers(frame["_worth"]))


def table(task: Task, frames: Sequence[pl.DataFrame]) -> dict[str, Values]:
    """Return the features of rows, by name: numbers as DOUBLE, words as they are."""
    frame = pl.concat(frames)
    found: dict[str, Values] = {}
    for name in frame.columns:
        if name in _NO_FEATURES or name in task.leave_out:
            continue
        column = frame[name]
        found[name] = column.to_list() if column.dtype == pl.String else _numbers(column)
    return found


def joined(samples: Sequence[Sample]) -> tuple[Vector, Vector]:
    """Return the labels and the worths of several samples, one after the other."""
    return np.concatenate([one.label for one in samples]), np.concatenate([one.worth for one in samples])


def words_of(task: Task) -> Mapping[str, str]:
    """Return what each feature is, in words: the first sentence of its column's text."""
    columns = {name: text for path in task.features for name, text in packs.get(path).columns.items()}
    sentences = {name: text.split(". ")[0].split(": ")[0].removesuffix(".") for name, text in columns.items()}
    plain = {
        name: text.replace("Elapsed days", "days").replace("elapsed days", "days")
        for name, text in sentences.items()
    }
    return {name: text[:1].lower() + text[1:] for name, text in plain.items()}


def features_digest(task: Task) -> str:
    """Return a hash of the SQL of the features and outcome, and of the task."""
    texts = [packs.get(path).unit.body for path in (*task.features, task.outcome)]
    return _hash("\0".join([*texts, repr(task)]).encode())


def digest(samples: Sequence[Sample]) -> str:
    """Return a hash of rows, their labels included, whatever reads them."""
    return digest_of([sample.frame for sample in samples], [sample.label for sample in samples])


def digest_of(frames: Sequence[pl.DataFrame], labels: Sequence[Vector] = ()) -> str:
    """Return a hash of tables, and of labels beside them, whatever reads them."""
    whole = hashlib.sha256()
    for frame, label in zip_longest(frames, labels):
        whole.update(frame.write_csv().encode())
        if label is not None:
            whole.update(label.tobytes())
    return whole.hexdigest()[:16]


def _values(
    task: Task, as_of: datetime | None, gap: int | None, horizon: int | None, *, with_outcome: bool
) -> dict[str, Any]:
    """Return what a task's queries are asked: rows of a time are asked at the end of their horizon."""
    given: dict[str, Any] = {"as_of": as_of, "gap": gap, "horizon": horizon}
    if task.subject.is_of_a_time and gap is not None and horizon is not None:
        end = as_of + timedelta(days=gap + horizon) if as_of is not None and with_outcome else as_of
        given = {"as_of": end, "days": horizon}
    return {name: value for name, value in given.items() if value is not None}


def _features(
    connection: duckdb.DuckDBPyConnection, task: Task, values: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return a SELECT of all columns of the task's queries of features, and its values."""
    bound: dict[str, Any] = {}
    parts = []
    for path in task.features:
        sql, also = _asked(connection, path, values)
        parts.append(f"({sql}) AS {path.rpartition('/')[2]}")
        bound |= also
    first, *others = parts
    joins = "".join(f" INNER JOIN {part} USING ({task.subject.key})" for part in others)
    return f"SELECT * FROM {first}{joins}", bound


def _asked(
    connection: duckdb.DuckDBPyConnection, path: str, given: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    known = packs.get(path).parameters
    return asked(connection, path, {name: value for name, value in given.items() if name in known})


def _numbers(column: pl.Series) -> Vector:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
