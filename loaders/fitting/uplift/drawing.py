"""The rows of a trial with what was known before each assignment, parted into those that teach, that choose, and that test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError
from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.moments import now
from martlet.loaders.fitting.uplift.studies import assignments
from martlet.models.uplift.measuring import Trial

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.loaders.fitting.uplift.studies import Study
    from martlet.models.predicting.design import Values

__all__ = ["Drawn", "Part", "draw"]

# Of the rows, in order, until which they teach and choose; what comes after tests.
_TEACH: Final = 0.5
_CHOOSE: Final = 0.7
# A random part of the customers, with all their assignments, where there are more rows.
_MOST_ROWS: Final = 400_000
# Days with assignments from which on the test is a later time; below, customers are drawn by lot.
_LEAST_DAYS: Final = 6
# Buyers in each arm that a model takes to learn from, and people and buyers in each arm to choose by and to test.
_LEAST_BUYERS: Final = 20
_LEAST_PEOPLE: Final = 20
_OWN: Final = ("assignment", "assigned_at", "stratum", "is_treated", "cost", "asked_at", "lot", "bought_orders", "bought_revenue", "bought_margin")  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Rows of a trial: assignments with features, and both arms in each stratum."""

    frame: pl.DataFrame

    @property
    def trial(self) -> Trial:
        """The rows as arrays."""
        return Trial(
            (self.frame["bought_orders"] > 0).cast(pl.Float64).to_numpy(),
            self.frame["is_treated"].to_numpy(),
            self.frame["stratum"].to_numpy(),
            self.frame["customer_key"].cast(pl.Int64).to_numpy(),
        )

    @property
    def known(self) -> pl.DataFrame:
        """The rows with what was known before the assignment alone."""
        return self.frame.drop(_OWN)

    def features(self, task: Task) -> dict[str, Values]:
        """Return the features of the rows, by name."""
        return samples.table(task, [self.known])


@dataclass(frozen=True)
class Drawn:
    """The rows of a fit, how the test was parted from the rest, and the customers to be scored as of `at`."""

    training: Part
    validation: Part
    test: Part
    split: str
    left_out: int
    moments: int
    today: pl.DataFrame
    at: datetime

    @property
    def tested_from(self) -> datetime:
        """The first assignment of the test."""
        first: datetime = self.test.frame["assigned_at"].to_list()[0]
        return first


def draw(
    connection: duckdb.DuckDBPyConnection, task: Task, study: Study, *, as_of: datetime | None, horizon: int
) -> Drawn:
    """Read the rows of a trial.

    Raises
    ------
    FitError
        If there are too few people, or too few who bought, in an arm.
    """
    at = as_of or now(connection)
    assigned = assignments(connection, study, horizon=horizon, until=at)
    if assigned.is_empty():
        raise FitError(f"nobody was assigned to {study.name} {horizon} days or more before {at:%Y-%m-%d}")
    known = _with_features(connection, task, _some(assigned))
    days = known["assigned_at"].dt.date().n_unique()
    is_by_time = study.trial == "mails" and days >= _LEAST_DAYS
    cut = _by_time(known, horizon) if is_by_time else _by_customer(known)
    parts = [Part(_both_arms(frame)) for frame in cut]
    for words, part, least in zip(
        ("learn from", "choose by", "test"), parts, (_LEAST_BUYERS, 2, 2), strict=True
    ):
        _refuse_few(study, words, part, least)
    today = samples.read(connection, task, at, gap=None, horizon=None, with_outcome=False).frame
    training, validation, test = parts
    return Drawn(
        training,
        validation,
        test,
        "time" if is_by_time else "customer",
        assigned.height - sum(part.frame.height for part in parts),
        known["asked_at"].n_unique(),
        today,
        at,
    )


def _some(assigned: pl.DataFrame) -> pl.DataFrame:
    """Return a random part of the customers where there are too many rows, the same in each fit."""
    if assigned.height <= _MOST_ROWS:
        return assigned
    lots = assigned["lot"].sort()
    return assigned.filter(pl.col("lot") <= lots[_MOST_ROWS - 1])


def _with_features(connection: duckdb.DuckDBPyConnection, task: Task, assigned: pl.DataFrame) -> pl.DataFrame:
    """Return the assignments of people who were known at the moment of asking, with what was known of them."""
    found = []
    for (moment,), group in assigned.group_by("asked_at", maintain_order=True):
        assert isinstance(moment, datetime)  # noqa: S101 (a column of moments)
        features = samples.read(connection, task, moment, gap=None, horizon=None, with_outcome=False).frame
        found.append(group.join(features, on=task.subject.key, how="inner", maintain_order="left"))
    known = pl.concat(found)
    if known.is_empty():
        raise FitError(
            f"none of the {assigned.height:,} people assigned was known at the first midnight of the month, as of which features are asked: mails that go "
            "out at the sign-up can't be learnt from"
        )
    return known


def _by_time(known: pl.DataFrame, horizon: int) -> list[pl.DataFrame]:
    """Return rows of three times, one after the other; between them those whose outcome was not over are left out."""
    at, over = pl.col("assigned_at"), pl.col("assigned_at") + timedelta(days=horizon)
    ordered = known["assigned_at"].sort()
    first, second = (
        datetime.combine(ordered[int(share * known.height)].date(), datetime.min.time())
        for share in (_TEACH, _CHOOSE)
    )
    return [
        known.filter(over <= first),
        known.filter((at >= first) & (over <= second)),
        known.filter(at >= second),
    ]


def _by_customer(known: pl.DataFrame) -> list[pl.DataFrame]:
    """Return rows of three random sets of customers, by the hash of their identifiers: half of them are the test."""
    lots = known["lot"].unique().sort()
    teach, choose = (lots[min(int(share * len(lots)), len(lots) - 1)] for share in (0.3, 0.5))
    lot = pl.col("lot")
    return [known.filter(lot < teach), known.filter((lot >= teach) & (lot < choose)), known.filter(lot >= choose)]  # fmt: skip


def _both_arms(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the strata with two people or more in each arm: one held out, standing for all, would drown the others."""
    treated = pl.col("is_treated").sum().over("stratum")
    control = (~pl.col("is_treated")).sum().over("stratum")
    return frame.filter((treated > 1) & (control > 1))


def _refuse_few(study: Study, words: str, part: Part, least: int) -> None:
    trial = part.trial
    for arm, of_arm in (("treated", trial.is_treated), ("left alone", ~trial.is_treated)):
        people, buyers = int(of_arm.sum()), int(trial.outcome[of_arm].sum())
        if people < _LEAST_PEOPLE or buyers < least:
            if not people:
                raise FitError(
                    f"to {words} there is nobody of {study.name} who was {arm} and whose horizon was over: take a shorter horizon, or a later day"
                )
            raise FitError(
                f"in the part of the rows that is there to {words} there are {people:,} people of {study.name} who were {arm}, and {buyers:,} of them bought in time; at least "
                f"{max(_LEAST_PEOPLE, least)} people and {least} buyers are needed in each arm: take a longer horizon, a larger study, or hold out more"
            )
    if not np.isfinite(trial.weights).all():  # pragma: no cover (both arms are in each stratum)
        raise FitError(f"{study.name} has a mailing with one arm alone")
