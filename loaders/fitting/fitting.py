"""Models fitted on a warehouse and kept in its schema `model`, in one atomic step."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, overload

from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import FitError, ParameterError, WarehouseError, did_you_mean, shown
from martlet.loaders.fitting import _clv_fits, _incremental, _segments, mixing, predicting, uplift, wording
from martlet.loaders.fitting._incremental_rows import CONTROLS
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb

    from martlet.loaders.fitting._clv_fits import FitReport
    from martlet.loaders.fitting._incremental import IncrementalReport
    from martlet.loaders.fitting._incremental_rows import Controls
    from martlet.loaders.fitting._segments import SegmentsReport
    from martlet.loaders.fitting.mixing import Calibrate, MixReport, Outcome
    from martlet.loaders.fitting.mixing.asked import By
    from martlet.loaders.fitting.predicting import PredictReport
    from martlet.loaders.fitting.uplift import UpliftReport
    from martlet.loaders.fitting.wording import WordingReport

    _Report: TypeAlias = (
        FitReport
        | SegmentsReport
        | IncrementalReport
        | MixReport
        | PredictReport
        | UpliftReport
        | WordingReport
    )

__all__ = ["TASKS", "fit", "fit_if_possible"]

# What keeps the report of each task.
_KEEPERS: Final[Mapping[str, Callable[..., None]]] = {
    "clv": _clv_fits.keep,
    "segments": _segments.keep,
    "incremental": _incremental.keep,
    "mix": mixing.keep,
    **dict.fromkeys(predicting.TASKS, predicting.keep),
    uplift.UPLIFT: uplift.keep,
    **dict.fromkeys(wording.TASKS, wording.keep),
}
TASKS: Final = tuple(_KEEPERS)
_PREDICTING: Final = " ".join(predicting.TASKS)
_WORDING: Final = " ".join(wording.TASKS)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SEED: Final = 42
_MOST_REPLICATES: Final = 1_000


@overload
def fit(
    task: Literal["clv"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    until: date | None = ...,
    holdout_from: date | None = ...,
    fitted_at: datetime | None = ...,
) -> FitReport: ...
@overload
def fit(
    task: Literal["segments"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    k: int | None = ...,
    features: Sequence[str] | None = ...,
    declared: str | Path | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> SegmentsReport: ...
@overload
def fit(
    task: Literal["incremental"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    controls: Controls | None = ...,
    replicates: int | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> IncrementalReport: ...
@overload
def fit(
    task: Literal["mix"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    outcome: Outcome | None = ...,
    calibrate: Calibrate | None = ...,
    lifts: str | Path | None = ...,
    by: By | None = ...,
    leave_out: Sequence[str] | None = ...,
    holdout_weeks: int | None = ...,
    draws: int | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> MixReport: ...
@overload
def fit(
    task: Literal["churn", "purchase", "next_value", "visit", "lead", "response"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    as_of: date | None = ...,
    horizon: int | None = ...,
    gap: int | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> PredictReport: ...
@overload
def fit(
    task: Literal["subject_type", "opens"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> WordingReport: ...
@overload
def fit(
    task: Literal["uplift"],
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    study: str | None = ...,
    as_of: date | None = ...,
    horizon: int | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> UpliftReport: ...
@overload
def fit(
    task: str,
    warehouse: str | Path = ...,
    *,
    name: str | None = ...,
    until: date | None = ...,
    holdout_from: date | None = ...,
    k: int | None = ...,
    features: Sequence[str] | None = ...,
    declared: str | Path | None = ...,
    controls: Controls | None = ...,
    replicates: int | None = ...,
    outcome: Outcome | None = ...,
    calibrate: Calibrate | None = ...,
    lifts: str | Path | None = ...,
    by: By | None = ...,
    leave_out: Sequence[str] | None = ...,
    holdout_weeks: int | None = ...,
    draws: int | None = ...,
    study: str | None = ...,
    as_of: date | None = ...,
    horizon: int | None = ...,
    gap: int | None = ...,
    seed: int | None = ...,
    fitted_at: datetime | None = ...,
) -> _Report: ...
def fit(
    task: str,
    warehouse: str | Path = "warehouse.duckdb",
    *,
    name: str | None = None,
    until: date | None = None,
    holdout_from: date | None = None,
    k: int | None = None,
    features: Sequence[str] | None = None,
    declared: str | Path | None = None,
    controls: Controls | None = None,
    replicates: int | None = None,
    outcome: Outcome | None = None,
    calibrate: Calibrate | None = None,
    lifts: str | Path | None = None,
    by: By | None = None,
    leave_out: Sequence[str] | None = None,
    holdout_weeks: int | None = None,
    draws: int | None = None,
    study: str | None = None,
    as_of: date | None = None,
    horizon: int | None = None,
    gap: int | None = None,
    seed: int | None = None,
    fitted_at: datetime | None = None,
) -> _Report:
    """Fit the models of a task on a warehouse, and keep their parameters in it, in the place of those of the same name.

    Queries read the parameters, so that scores follow new orders without another fit. Beside each fit another of the name
    `NAME_holdout` is made of the orders before an earlier moment, for value/clv_holdout to hold against what came later.

    Parameters
    ----------
    task
        What the models are for: `clv`, which fits BG/NBD, Pareto/NBD and Gamma-Gamma, `segments`, which finds clusters of customers
        by k-means, `incremental`, which finds the orders that touches caused, `mix`, which finds what each channel's spend brought, by
        weeks and regions, `uplift`, which finds whom a contact moves to buy, or one of what can be foretold: `churn`, `purchase`, `next_value`, `visit`, `lead`, `response`, or, of subject
        lines, `subject_type` and `opens`.
    warehouse
        The warehouse file.
    name
        Name of the fit, the task's by default; queries take it as their parameter `fit`.
    until
        For clv: day after the last of the orders that count; by default all count.
    holdout_from
        For clv: first day of what the other fit must not see; by default the last quarter of the time of the orders.
    k
        For segments: how many clusters, 2 to 12; by default as many as the figures of segmentation/cluster_quality speak for.
    features
        For segments: names of features, `share:` and a category, or `share:*`; by default those that the declaration names.
    declared
        For segments: a TOML file that declares features, their scales and words; by default Martlet's.
    controls
        For incremental: what is assumed to cause nothing: `direct_and_brand`, the default, `direct` or `none`.
    replicates
        For incremental: of the bootstrap that gives the errors, 30 by default; 0 leaves them unknown.
    outcome
        For mix: what spend brings about, `orders`, the default, or `revenue`.
    calibrate
        For mix: `incremental` holds the channels to what the fit incremental found, within its errors; `none`, the default, does not.
    lifts
        For mix: a CSV file of experiments with the columns channel, first, last (days), sales, standard_error, and if wanted country
        and region: what a channel brought there.
    by
        For mix: `region` or `company`; by default regions, where all spend is known by region.
    leave_out
        For mix: channels that are left out; by default those paid by the sale, and paid search for the own name.
    holdout_weeks
        For mix: how many of the last weeks the back-test holds out, 4 to 52, 13 by default.
    draws
        For mix: of the bootstrap that gives the intervals, 20 to 2000, 200 by default.
    study
        For uplift: the trial to learn from: `email`, the default, all mailings from which people were held out; a kind of campaign; or the
        name of an experiment, with `/` and the arm where it has several.
    as_of
        For uplift and what is foretold: the day at whose midnight customers are scored, and before which all outcomes lie that are learnt
        from; by default the day after the last order or visit.
    horizon
        For what is foretold: how many days are foretold; by default the task's, 90 for churn. For uplift: days after the
        assignment within which an order counts, by default 5 for mails and 14 for an experiment.
    gap
        For what is foretold: days between a moment of asking and the time that is foretold; by default the task's, 7 for churn.
    seed
        For all but clv: of the random draws, 42 by default.
    fitted_at
        What is kept as the moment of the fit, UTC; by default now.

    Raises
    ------
    FitError
        If the data do not allow it (nobody bought twice, too few customers), or SciPy is missing.
    ParameterError
        If the task, the name, a feature or an option for the task is not possible.
    WarehouseError
        If there is no such warehouse, or it can't be written.

    Examples
    --------
    >>> report = martlet.fit("clv", path)  # a company of twenty
    Traceback (most recent call last):
        ...
    martlet.engine.errors.FitError: there are ... customers whose first purchase is on record; at least 20 are needed ...
    """
    name = _name(task, name)
    _refuse_given(
        task,
        {
            "until": (until, "clv"),
            "holdout_from": (holdout_from, "clv"),
            "k": (k, "segments"),
            "features": (features, "segments"),
            "declared": (declared, "segments"),
            "controls": (controls, "incremental"),
            "replicates": (replicates, "incremental"),
            "outcome": (outcome, "mix"),
            "calibrate": (calibrate, "mix"),
            "lifts": (lifts, "mix"),
            "by": (by, "mix"),
            "leave_out": (leave_out, "mix"),
            "holdout_weeks": (holdout_weeks, "mix"),
            "draws": (draws, "mix"),
            "study": (study, uplift.UPLIFT),
            "as_of": (as_of, f"{_PREDICTING} {uplift.UPLIFT}"),
            "horizon": (horizon, f"{_PREDICTING} {uplift.UPLIFT}"),
            "gap": (gap, _PREDICTING),
            "seed": (seed, f"segments incremental mix {_PREDICTING} {uplift.UPLIFT} {_WORDING}"),
        },
    )
    controls, replicates = _incremental_options(controls, replicates)
    seed = _SEED if seed is None else seed
    asked = mixing.Asked(
        outcome=outcome or "orders",
        calibrate=calibrate or "none",
        by=by,
        holdout_weeks=13 if holdout_weeks is None else holdout_weeks,
        draws=200 if draws is None else draws,
        lifts=None if lifts is None else Path(lifts),
        leave_out=None if leave_out is None else tuple(leave_out),
    )
    moment = None if as_of is None else datetime.combine(as_of, time())
    with connect(warehouse) as connection:
        refuse_foreign(connection, warehouse)
        _refuse_without_tables(connection, warehouse)
        report: _Report
        if task == "clv":
            report = _clv_fits.report(connection, name, until=until, holdout_from=holdout_from)
        elif task == "incremental":
            report = _incremental.report(
                connection, name, controls=controls, replicates=replicates, seed=seed
            )
        elif task == "mix":
            report = mixing.report(connection, name, asked, seed=seed)
        elif task == uplift.UPLIFT:
            report = uplift.report(connection, name, study=study, as_of=moment, horizon=horizon, seed=seed)
        elif task in predicting.TASKS:
            report = predicting.report(
                connection, name, task, as_of=moment, gap=gap, horizon=horizon, seed=seed
            )
        elif task in wording.TASKS:
            report = wording.report(connection, name, task, seed=seed)
        else:
            report = _segments.report(
                connection, name, k=k, features=features, declared_in=declared, seed=seed
            )
        load_id = star.next_load_id(connection) - 1
    with rewriting(warehouse, start_from_existing=True) as connection:
        _KEEPERS[task](connection, report, seed=seed, load_id=load_id, fitted_at=fitted_at or _now())
        star.restore_truth(connection)
        # What is stored, such as the value in mart.customer_profile, follows the parameters.
        star.refresh(connection)
        star.write_catalogue(connection)
    return report


def _incremental_options(controls: Controls | None, replicates: int | None) -> tuple[Controls, int]:
    """Return the options of the task incremental, the usual ones where none are given."""
    controls = "direct_and_brand" if controls is None else controls
    if controls not in CONTROLS:
        raise ParameterError(f"controls is {shown(controls)}; allowed are {', '.join(CONTROLS)}")
    replicates = _incremental.REPLICATES if replicates is None else replicates
    if not 0 <= replicates <= _MOST_REPLICATES or replicates == 1:
        raise ParameterError(f"replicates is {replicates}; allowed are 0, and 2 to {_MOST_REPLICATES}")
    return controls, replicates


def _name(task: str, name: str | None) -> str:
    """Return the name of the fit, the task's where none is given."""
    if task not in TASKS:
        raise ParameterError(f"there is no task {shown(task)} to fit models for.{did_you_mean(task, TASKS)}")
    name = task if name is None else name
    if not _NAME.fullmatch(name) or name.endswith(_clv_fits.HOLDOUT):
        raise ParameterError(
            f"name is {shown(name)}, but must be lower-case letters, digits and _, beginning with a letter, and not end with "
            f"{_clv_fits.HOLDOUT}"
        )
    return name


def fit_if_possible(connection: duckdb.DuckDBPyConnection) -> None:
    """Fit what can be fitted on an open warehouse that is being made, in silence: without SciPy or enough customers, nothing."""
    try:
        report = _clv_fits.report(connection, "clv")
    except FitError:
        return
    load_id = star.next_load_id(connection) - 1
    _clv_fits.keep(connection, report, seed=_SEED, load_id=load_id, fitted_at=_now())


def _now() -> datetime:
    return datetime.now(tz=UTC).replace(tzinfo=None, microsecond=0)


def _refuse_given(task: str, given: dict[str, tuple[object, str]]) -> None:
    """Refuse an option, with the tasks that it is for, that was given for another."""
    for option, (value, tasks) in given.items():
        if value is not None and task not in tasks.split():
            raise ParameterError(f"{option} is given, but means nothing for the task {task}")


def _refuse_without_tables(connection: duckdb.DuckDBPyConnection, warehouse: str | Path) -> None:
    sql = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'model' AND table_name = 'uplift_test'"
    if not connection.execute(sql).fetchall():
        raise WarehouseError(
            f"another version of Martlet made {warehouse}: it has no room for models; make it anew"
        )
