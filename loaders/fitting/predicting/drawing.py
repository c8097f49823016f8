"""The rows of a fit: at moments one after the other, or, where rows have no time, drawn at random with as many of each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import FitError
from martlet.loaders.fitting._clv import first_order
from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.moments import moments, now
from martlet.loaders.fitting.predicting.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from martlet.loaders.fitting.predicting.moments import Moments
    from martlet.loaders.fitting.predicting.tasks import Task

__all__ = ["Drawn", "draw"]

# Where rows have no time: shares of them that choose, and that test.
_VALIDATION: Final = 0.2
_TEST: Final = 0.2
# Of the rarer class, in each set: fewer teach nothing.
_LEAST_CASES: Final = 20


@dataclass(frozen=True)
class Drawn:
    """The rows of a fit, and those to be scored as of `at`; `moments` is None where rows have no time."""

    training: Sequence[Sample]
    validation: Sample
    test: Sample
    today: Sample
    at: datetime
    moments: Moments | None


def draw(
    connection: duckdb.DuckDBPyConnection,
    task: Task,
    *,
    as_of: datetime | None,
    gap: int | None,
    horizon: int | None,
    seed: int,
) -> Drawn:
    """Read the rows of a task.

    Raises
    ------
    FitError
        If there is too little time, or there are too few cases.
    """
    if gap is None or horizon is None:
        found = _at_random(connection, task, as_of, seed)
    else:
        found = _by_time(connection, task, as_of, gap=gap, horizon=horizon)
    _refuse_few(task, found)
    return found


def _by_time(
    connection: duckdb.DuckDBPyConnection, task: Task, as_of: datetime | None, *, gap: int, horizon: int
) -> Drawn:
    first = _first_visit(connection) if task.subject.is_of_a_time else first_order(connection)
    if first is None:
        what = "visits" if task.subject.is_of_a_time else "sales of known customers"
        raise FitError(f"there are no {what} to learn from")
    found = moments(first, as_of or now(connection), gap=gap, horizon=horizon)

    def read(moment: datetime, *, with_outcome: bool = True) -> Sample:
        return samples.read(connection, task, moment, gap=gap, horizon=horizon, with_outcome=with_outcome)

    return Drawn(
        [read(moment) for moment in found.training],
        read(found.validation),
        read(found.test),
        read(found.now, with_outcome=False),
        found.now,
        found,
    )


def _first_visit(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    ((found,),) = connection.execute("SELECT min(started_at) FROM star.fact_session").fetchall()
    first: datetime | None = found
    return first


def _at_random(connection: duckdb.DuckDBPyConnection, task: Task, as_of: datetime | None, seed: int) -> Drawn:
    whole = samples.read(connection, task, as_of, gap=None, horizon=None)
    if whole.frame.is_empty():
        raise FitError(
            f"there are no {task.population_words} of whom a source tells the outcome ({task.outcome})"
        )
    order = np.random.default_rng(seed).permutation(len(whole.label))
    # A stable sort by the label keeps each class in its random order; every fifth row of that goes to a set, so each has its share of both.
    order = order[np.argsort(whole.label[order], kind="stable")]
    place = (np.arange(len(order)) % 100) / 100
    test, validation = place < _TEST, (place >= _TEST) & (place < _TEST + _VALIDATION)
    at: datetime = whole.frame["as_of"][0]
    return Drawn(
        [_part(whole, order[~test & ~validation])],
        _part(whole, order[validation]),
        _part(whole, order[test]),
        whole,
        at,
        None,
    )


def _part(whole: Sample, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Sample:
    rows = np.sort(rows)
    return Sample(whole.frame[rows], whole.label[rows], whole.worth[rows])


def _refuse_few(task: Task, drawn: Drawn) -> None:
    sets = {"training": drawn.training, "validation": [drawn.validation], "test": [drawn.test]}
    for words, chosen in sets.items():
        label, _ = samples.joined(chosen)
        rarer = int(min(label.sum(), len(label) - label.sum())) if task.is_class else int((label != 0).sum())
        if rarer < _LEAST_CASES:
            what = "of the rarer outcome" if task.is_class else "with an amount"
            raise FitError(
                f"for {words} there are {len(label)} rows ({task.population_words}), {rarer} of them {what}; "
                f"at least {_LEAST_CASES} are needed: take a longer horizon, or more data"
            )
