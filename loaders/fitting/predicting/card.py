"""The card of a model in sentences, for whoever decides by its scores."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.fitting._told import card_rows
from martlet.loaders.fitting.predicting.samples import UNKNOWN, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from martlet.loaders.fitting.predicting.fitted import PredictReport
    from martlet.loaders.fitting.predicting.judging import Judged
    from martlet.loaders.fitting.predicting.moments import Moments

__all__ = ["card"]

# A group of fewer test rows says little.
_LEAST_GROUP: Final = 100
_TOP: Final = 3
# From that AUC on, a model and the planted truth say nearly the same.
_CLOSE: Final = 0.9
# A list that gains less than so many times what an offer to everybody gains is worth little.
_LEAST_USE: Final = 1.05


def card(report: PredictReport) -> pl.DataFrame:
    """Return the rows of model.card of the chosen model, without its name."""
    best = report.models[0]
    parts = {
        "What it says": _says(report, best),
        "How good it is": _amount_quality(report, best)
        if not report.task.is_class
        else _class_quality(report, best),
        "What it is worth": _worth(report, best),
        "What drives it": _drivers(report, best),
        "Is it fair": _fairness(report, best),
        "When not to use it": _not_for(report, best),
        "How it was made": _making(report),
    }
    return card_rows(parts)


def _says(report: PredictReport, best: Judged) -> Iterator[str]:
    task = report.task
    what = "the chance that each" if task.is_class else "for each the"
    time = ""
    if task.subject.is_of_a_time:
        time = f" It is made of the {task.subject.many} of {report.horizon} days at a time."
    elif report.horizon is not None:
        begin = f", which begin {_days(report.gap)} after the moment of asking" if report.gap else ""
        time = f" The horizon is {_days(report.horizon)}{begin}."
    yield f"{task.question} Of {task.population_words}, it tells {what} {task.event}.{time}"
    scored = f"As of {report.at:%Y-%m-%d} it has scored {report.today.frame.height:,} {task.subject.many}: predict/scores lists them with reasons, and "
    yield (
        f"{scored if task.subject.is_kept else ''}model.{report.name}_scores(as_of := ...) scores {task.subject.many} at any moment in plain SQL."
    )
    if task.is_class:
        yield (
            f"A score is called high from {_percent(best.bands['high'])} on, as the best tenth of the test had, and medium from "
            f"{_percent(best.bands['medium'])} on."
        )


def _class_quality(report: PredictReport, best: Judged) -> Iterator[str]:
    figures, other = best.figures, report.models[1]
    test = figures["test"]
    yield (
        f"Tested on {test['rows']:,.0f} {report.task.subject.many} {_tested(report)}: it happened to {_percent(test['base_rate'])}. Of two {report.task.subject.many}, one of each kind, it puts {_percent(test['auc'])} in the right order "
        f"(AUC {test['auc']:.3f}, give or take {1.96 * test['auc_error']:.3f}); chance would do 50 %."
    )
    yield (
        f"Without a model, sorting by the best single feature, {report.alone}, gives an AUC of {figures['baseline']['auc']:.3f}; the {other.learned.kind} model gives "
        f"{other.figures['test']['auc']:.3f}.{_claimed(report, best, 'auc')}"
    )
    inside = sum(
        one.rate_low <= one.score <= one.rate_high
        for one in best.tenths
        if one.rate_low is not None and one.rate_high is not None
    )
    yield (
        f"Read as chances, its scores are within chance of what happened in {inside} of {len(best.tenths)} tenths; the Brier score is "
        f"{test['brier']:.4f}, against {test['brier_uncertainty']:.4f} of giving everybody the average."
    )
    top = best.tenths[-1]
    if (
        top.rate_low is not None
        and top.rate_high is not None
        and not top.rate_low <= top.score <= top.rate_high
    ):
        way = "too sure of themselves" if top.score > top.rate else "too low"
        yield f"The highest scores are {way}: those of the highest tenth say {_percent(top.score)}, and it happened to {_percent(top.rate)}."
    if "truth" in figures and "auc" in figures["truth"]:
        area = figures["truth"]["auc"]
        told = "" if area >= _CLOSE else ": what it foretells and what was planted are not the same thing"
        yield f"Against the planted truth ({report.task.truth_words}) its AUC is {area:.3f}{told}."


def _tested(report: PredictReport) -> str:
    if report.moments is None:
        return "drawn at random, a fifth of all, since the rows have no time: a later campaign may fare worse"
    if report.task.subject.is_of_a_time:
        start = report.moments.test + timedelta(days=report.gap or 0)
        return f"of the {_days(report.horizon or 0)} from {start:%Y-%m-%d} on, later than all that it learnt from"
    return f"as of {report.moments.test:%Y-%m-%d}, a moment later than all that it learnt from"


def _claimed(report: PredictReport, best: Judged, figure: str) -> str:
    if "random_split" not in best.figures:
        return ""
    claimed = best.figures["random_split"].get(figure, 0)
    seen = "which see the same customers at other times, " if report.task.subject.is_kept else ""
    return f" Rows drawn at random from all moments, {seen}would have claimed {claimed:.3f}."


def _amount_quality(report: PredictReport, best: Judged) -> Iterator[str]:
    figures, other = best.figures, report.models[1]
    test = figures["test"]
    yield (
        f"Tested on {test['rows']:,.0f} customers {_tested(report)}: they brought {test['mean']:,.2f} on average, and it said {test['mean_score']:,.2f}. The mean error of a customer is {test['mae']:,.2f}."
    )
    rank = "rank_correlation"
    yield (
        f"Its order of customers and what they brought have a rank correlation of {test.get(rank, 0):.3f}; the best single feature, {report.alone}, alone has "
        f"{figures['baseline'].get(rank, 0):.3f}, the {other.learned.kind} model {other.figures['test'].get(rank, 0):.3f}.{_claimed(report, best, rank)}"
    )
    if "bg_nbd" in figures:
        rival = figures["bg_nbd"]
        yield (
            f"BG/NBD and Gamma-Gamma, fitted on the orders before (clv_holdout), have a rank correlation of {rival.get(rank, 0):.3f} and a mean error of "
            f"{rival['mae']:,.2f}, and told {rival['mean_score']:,.2f} on average."
        )
    if "truth" in figures:
        yield (
            f"Against the planted truth ({report.task.truth_words}) its rank correlation is {figures['truth'].get(rank, 0):.3f}."
        )


def _worth(report: PredictReport, best: Judged) -> Iterator[str]:
    task = report.task
    if not task.is_class:
        yield (
            f"The tenth with the highest scores brought {best.figures['test'].get('lift_top_tenth', 0):.1f} times as much as customers do on "
            "average: what that is worth depends on what is done with it."
        )
        return
    top = best.tenths[-1]
    share = top.positives / sum(one.positives for one in best.tenths)
    yield f"The tenth with the highest scores holds {_percent(share)} of the cases, {best.figures['test'].get('lift_top_tenth', 0):.2f} times its share."
    if "decision" in best.figures and report.value is not None:
        made = best.figures["decision"]
        rows = best.figures["test"]["rows"]
        yield (
            f"If an offer costs {task.offer_cost:,.2f} for each who gets it and changes {_percent(task.offer_success or 0)} of the cases, and a case is worth "
            f"{report.value:,.2f} ({task.value_words}), it pays for scores from {_percent(made['threshold'])} on: {made['taken']:,.0f} of {rows:,.0f} test "
            f"customers, a gain of {made['gain']:,.0f}, where an offer to everybody would have gained {made['gain_of_everybody']:,.0f}."
        )
        if made["gain"] < _LEAST_USE * made["gain_of_everybody"]:
            yield (
                f"The list itself is worth little here: it gains {made['gain'] - made['gain_of_everybody']:,.0f} more than the offer to everybody."
            )
        yield "Cost, success and worth are assumptions: predict/lift takes others, and only a hold-out knows the success."


def _drivers(report: PredictReport, best: Judged) -> Iterator[str]:
    words = words_of(report.task)
    figure = "AUC" if report.task.is_class else "rank correlation"
    for place, driver in enumerate(best.drivers[:_TOP], 1):
        way = (
            ""
            if driver.direction is None
            else (
                ", more of it with higher scores"
                if driver.direction > 0
                else ", more of it with lower scores"
            )
        )
        yield f"{place}. {words[driver.feature]} ({driver.feature}){way}: without it the {figure} falls by {driver.loss:.3f}."
    yield "That is what the model leans on, and no cause: to change it need not change what happens."


def _fairness(report: PredictReport, best: Judged) -> Iterator[str]:
    known = best.groups.filter(pl.col("value") != UNKNOWN)
    groups = known.filter(pl.col("rows") >= _LEAST_GROUP)
    if known.is_empty():
        yield f"Nobody can say: age, gender and region of these {report.task.subject.many} are not known."
        return
    if not report.task.is_class or groups.is_empty():
        yield f"predict/groups tells what each group did and what was foretold; of amounts, and below {_LEAST_GROUP} test {report.task.subject.many}, there is no interval to judge by."
        return
    off = groups.filter((pl.col("score") < pl.col("rate_low")) | (pl.col("score") > pl.col("rate_high")))
    yield (
        f"By {_groupings(known)} there are {groups.height} groups of {_LEAST_GROUP} test {report.task.subject.many} or more. The mean score of {off.height} lies outside the 95 % "
        f"interval of what happened to the group; {groups.height * 0.05:.0f} would by chance."
    )
    for row in off.iter_rows(named=True):
        yield (
            f"{row['grouping']} {row['value']}: it happened to {_percent(row['rate'])} of {row['rows']:,}, and the scores say {_percent(row['score'])}."
        )
    areas = groups.filter(pl.col("auc").is_not_null()).sort("auc")
    if not areas.is_empty():
        low, high = areas.row(0, named=True), areas.row(-1, named=True)
        yield (
            f"It sorts worst within {low['grouping']} {low['value']} (AUC {low['auc']:.3f}) and best within {high['grouping']} {high['value']} "
            f"({high['auc']:.3f})."
        )


def _not_for(report: PredictReport, best: Judged) -> Iterator[str]:
    yield report.task.not_for
    figure = "auc" if report.task.is_class else "rank_correlation"
    test, simple = best.figures["test"].get(figure, 0), best.figures["baseline"].get(figure, 0)
    if test <= simple + 2 * best.figures["test"].get("auc_error", 0):
        yield f"On the test it is not surely better than sorting by {report.alone}, which is simpler: do that instead."
    yield "Fit it again when predict/drift calls the score moved, or after the business has changed: another range, another channel, other prices."


def _making(report: PredictReport) -> Iterator[str]:
    moments, learned = report.moments, report.models[0].learned
    yield (
        _learnt_by_chance(report)
        if moments is None
        else (
            f"Learnt from {report.rows:,} rows of {_moments(moments)}; chosen and "
            f"put right on {moments.validation:%Y-%m-%d}; tested on {moments.test:%Y-%m-%d}. Each outcome was over before the next moment began."
        )
    )
    yield (
        f"It is the {learned.kind} model over {len(learned.design.places())} features of {' and '.join(report.task.features)}; its numbers are rows of model.coefficient or "
        "model.tree_node, and nothing else is kept."
    )


def _moments(moments: Moments) -> str:
    first, last = moments.training[0], moments.training[-1]
    if first == last:
        return f"{first:%Y-%m-%d} alone, which is thin: with a longer history there would be several moments"
    return f"{len(moments.training)} moments from {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _learnt_by_chance(report: PredictReport) -> str:
    return (
        f"Learnt from {report.rows:,} rows drawn at random with as many of each kind as there are, chosen and put right on a fifth of all, tested on another; the scores are of "
        "all of them, those included that it learnt from."
    )


def _groupings(groups: pl.DataFrame) -> str:
    """Return what groups are made by, in words."""
    *others, last = (name.removesuffix("_band") for name in groups["grouping"].unique(maintain_order=True))
    return f"{', '.join(others)} and {last}" if others else last


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"  # noqa: PLR2004
