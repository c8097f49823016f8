"""What to know of a channel, of the fit and of what it is not for, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.fitting._told import card_rows
from martlet.models.mix.demand import SEASON_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from martlet.loaders.fitting.mixing.report import MixReport

__all__ = ["card", "of_channel", "sales_in_words"]

# Below that share of a channel's movement there is hardly anything to learn from.
LEAST_OWN: Final = 0.02
# Above that correlation two channels cannot be told apart.
MOST_ALIKE: Final = 0.9
# In fewer regions and weeks without spend a channel counts as never switched off.
_NEVER_OFF: Final = 0.01
# Up from that error by its standard deviations, two sources of a figure disagree.
_DISAGREES: Final = 2.0


def of_channel(report: MixReport, channel: str) -> str | None:
    """Return what to know of a channel, None where there is nothing."""
    if channel in report.read.left_out:
        return report.read.left_out[channel]
    told = report.apart
    at = report.mix.panel.channels.index(channel)
    found = []
    if told.alike[at] >= 0 and abs(told.correlation[at]) >= MOST_ALIKE:
        other = report.mix.panel.channels[int(told.alike[at])]
        found.append(
            f"Its spend moves with that of {other} (correlation {told.correlation[at]:.2f} beside demand): what each of them brought cannot be "
            "told apart, only the sum of both."
        )
    elif told.own[at] < LEAST_OWN:
        found.append(
            f"Only {told.own[at]:.1%} of its movement is its own; the rest goes with region, season and trend, so its effect cannot be told from "
            "demand."
        )
    if told.off[at] < _NEVER_OFF:
        found.append(
            "It was never switched off, so what sales are without it is a guess: switch it off in some regions for some weeks."
        )
    brought = report.told.total[:, at]
    for one in report.lifts:
        if one.channel == channel:
            added = report.mix.added()[at]
            here = float((added if one.lift.is_in is None else added * one.lift.is_in).sum())
            share = here / float(added.sum()) if added.sum() > 0 else 0.0
            spread = float(np.hypot(one.lift.error, brought[1:].std() * share))
            if abs(one.lift.sales - here) > _DISAGREES * spread:
                found.append(
                    f"{one.source} says {one.lift.sales:,.0f} and the fit {here:,.0f} of the same weeks and regions: they disagree by more than their errors."
                )
    return " ".join(found) or None


def sales_in_words(sales: float, outcome: str) -> str:
    """Return sales with what they are.

    Examples
    --------
    >>> sales_in_words(1234.4, "orders"), sales_in_words(1234.4, "revenue")
    ('1,234 orders', 'a revenue of 1,234')
    """
    return f"{sales:,.0f} orders" if outcome == "orders" else f"a revenue of {sales:,.0f}"


def card(report: MixReport) -> pl.DataFrame:
    """Return the rows of model.card, without the model's name."""
    parts = {
        "What it says": _says(report),
        "How good it is": _quality(report),
        "What is not known": _unknown(report),
        "When not to use it": _not_for(report),
        "How it was made": _making(report),
    }
    return card_rows(parts)


def _says(report: MixReport) -> Iterator[str]:
    what, total = report.asked.outcome, report.told.total
    low, high = np.quantile(total[1:].sum(axis=1), (0.05, 0.95))
    sales = float(report.read.panel.sales.sum())
    yield (
        f"Of {sales_in_words(sales, what)} in {report.read.panel.weeks} weeks, the channels in the model brought {total[0].sum():,.0f} "
        f"({low:,.0f} to {high:,.0f}), {total[0].sum() / sales:.0%} of all; the rest would have come without them."
    )
    for row in report.frame.iter_rows(named=True):
        if row["sales"] is not None:
            cost = (
                f", at {row['spend'] / row['sales']:,.2f} each"
                if row["sales"] > 0 and what == "orders"
                else ""
            )
            cost = f", {row['sales'] / row['spend']:,.2f} for each unit of spend" if row["spend"] > 0 and what == "revenue" else cost  # fmt: skip
            yield f"{row['channel']} brought {row['sales']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f}){cost}."


def _quality(report: MixReport) -> Iterator[str]:
    if report.backtest is None:
        yield "There are too few weeks to hold some out, so nothing says how well it foretells."
        return
    one, (ours, naive) = report.backtest, report.errors
    inside = int(((one.actual >= one.low) & (one.actual <= one.high)).sum())
    beside = (
        "there is no year before to hold it against"
        if np.isnan(naive)
        else f"the same weeks of the year before are off by {naive:.1%}"
    )
    yield f"A fit of the weeks before foretold the last {one.actual.size} with a mean error of {ours:.1%}; {beside}."
    if ours > naive:
        yield "It foretells worse than the year before does: what it says of demand, and so of media, is doubtful."
    if report.lifts:
        yield "The back-test knows of experiments before these weeks alone."
    yield f"{inside} of these {one.actual.size} weeks lie within the interval of 90 %."
    yield "To foretell well is not to know causes: a model can do the one by the season alone. mix/scorecard, of a synthetic company, and experiments are what tells."


def _unknown(report: MixReport) -> Iterator[str]:
    said = False
    for channel in report.read.panel.channels:
        words = of_channel(report, channel)
        if words:
            said = True
            yield f"{channel}: {words}"
    if report.read.by == "company":
        said = True
        why = (
            "Regions were not told apart, as was asked"
            if report.asked.by == "company"
            else "Spend by region is not on record (star.fact_ad_region)"
        )
        yield f"{why}, so only the weeks tell channels from demand: {report.read.panel.weeks} points, and intervals are wide."
    if report.read.panel.weeks < SEASON_WEEKS:
        said = True
        yield f"There are {report.read.panel.weeks} weeks: with fewer than {SEASON_WEEKS} a season cannot be told from media that follow it, and the model has none."
    if not said:
        yield "Nothing that the checks would have found."


def _not_for(report: MixReport) -> Iterator[str]:
    yield "To move money where mix/budget says that the chance to gain is not known."
    yield "For media whose effect lasts for months, such as television for a brand: of an effect at most 80 % is carried over from week to week, and a third is taken as usual, so that most of theirs would count as demand."
    yield "For spend beyond twice what was spent, or new channels: nobody has seen what they do."
    yield "Where spend follows sales: budgets that are raised because demand is high look like an effect. Channels paid by the sale and search for the own name are left out for that."
    if not report.lifts:
        yield "As the last word: it has seen no experiment. Switch a channel off in some regions, and give the result by --lifts."


def _making(report: MixReport) -> Iterator[str]:
    panel, mix = report.read.panel, report.mix
    where = f"{panel.regions} regions" if panel.regions > 1 else "the whole company"
    yield (
        f"Weekly {report.asked.outcome} of {where}, {report.read.weeks[0]:%Y-%m-%d} to {report.read.weeks[-1]:%Y-%m-%d}: demand (region, trend, season, holidays, "
        "promotions, external factors) x (1 + what each channel adds); spend is saturated, then carried over."
    )
    yield (
        f"Coefficients by penalised non-negative least squares, shapes by search over a grid, intervals of 90 % over {report.asked.draws} draws of a "
        "bootstrap of blocks of 8 weeks."
    )
    for channel, carry, half in zip(mix.panel.channels, mix.carry, mix.half, strict=True):
        yield f"{channel}: {carry:.0%} of an effect is carried over to the next week; half of the limit is reached at {half:g} times the mean spend of a week with any."
    for one in report.lifts:
        yield f"{one.source} said of {one.channel}: {one.lift.sales:,.0f} with a standard error of {one.lift.error:,.0f}."
