"""The card of an uplift model in sentences, for whoever decides whom to contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.fitting._told import card_rows
from martlet.loaders.fitting.predicting.samples import words_of
from martlet.models.predicting.measuring import Z_95

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from martlet.loaders.fitting.uplift.fitted import UpliftReport

__all__ = ["card", "people_needed"]

# Both kinds of error as usual: 5 % two-sided, and 20 % of missing what is there.
_POWER: Final = Z_95 + 0.8416212335729143
_TOP: Final = 3


def card(report: UpliftReport) -> pl.DataFrame:
    """Return the rows of model.card of the chosen model, without its name."""
    parts = {
        "What it says": _says(report),
        "How good it is": _quality(report),
        "What it is worth": _worth(report),
        "What drives it": _drivers(report),
        "When not to use it": _not_for(report),
        "How it was made": _making(report),
    }
    return card_rows(parts)


def people_needed(test: Mapping[str, float], wanted: float) -> float:
    """Return how many people a study takes, in the same arms, to find an effect (or a Qini) of a size in four studies of five.

    An error falls with the root of the number of people: it must be the size / 2.8.

    Examples
    --------
    >>> round(people_needed({"rows": 10_000, "effect_error": 0.01}, 0.01))  # 2.8 errors are wanted, and there is one
    78489
    """
    return test["rows"] * (_POWER * test["effect_error"] / wanted) ** 2


def _says(report: UpliftReport) -> Iterator[str]:
    yield (
        f"{report.task.question} It tells for each customer by how much {report.study.action} changes the probability to buy within {report.horizon} days, by what was known "
        "of them before; a negative score is a customer who buys less for it."
    )
    yield (
        f"As of {report.at:%Y-%m-%d} it has scored {report.drawn.today.height:,} customers: uplift/whom lists whom to contact, predict/scores the scores with reasons, and "
        f"model.{report.name}_scores(as_of := ...) scores at any moment in plain SQL."
    )


def _quality(report: UpliftReport) -> Iterator[str]:
    test = report.figures[0]["test"]
    low, high = test["effect_low"], test["effect_high"]
    yield (
        f"The test: {test['treated']:,.0f} people treated and {test['control']:,.0f} left alone by chance. {_percent(test['treated_rate'])} of those treated bought, {_percent(test['control_rate'])} of the others: "
        f"{report.study.action} moved {_percent(test['effect'])} ({_percent(low)} to {_percent(high)}) of all."
    )
    low, high = (test["qini"] + sign * Z_95 * test["qini_error"] for sign in (-1, 1))
    verdict = (
        "better than chance could give"
        if report.is_proven
        else "worse than random order"
        if high < 0
        else "no better than chance could give"
    )
    yield (
        f"Qini: working its list from the top gains {1000 * test['qini']:.2f} buyers per 1,000 treated over random order, as a mean over all depths ({1000 * low:.2f} to {1000 * high:.2f}): {verdict}."
    )
    if "qini_share" in test:
        yield (
            f"That is {_percent(test['qini_share'])} of what any order of these people could have, which nobody reaches: it would take to know beforehand who buys."
        )
    others = ", ".join(
        f"{one.kind} {1000 * figures['test']['qini']:.2f}"
        for one, figures in zip(report.models[1:], report.figures[1:], strict=True)
    )
    yield f"The other models have on the same people: {others}. The choice was made on other people before."
    yield (
        f"Of the spread of its scores, the people by whom it was chosen bore out {_percent(report.shrink)} at least (the lower end of an interval); expected gains are shrunk by that."
    )


def _worth(report: UpliftReport) -> Iterator[str]:
    if report.order_value is None:
        yield "What a buyer brings is not known."
        return
    kind = "margin" if report.is_margin else "net revenue, since costs are not known"
    yield f"A buyer brings {report.order_value:,.2f} within the horizon ({kind}), and a contact costs {report.contact_cost:,.4f}."
    test = report.figures[0]["test"]
    low, high = (
        1000 * (test[end] * report.order_value - report.contact_cost) for end in ("effect_low", "effect_high")
    )
    gain = 1000 * (test["effect"] * report.order_value - report.contact_cost)
    yield f"To contact everybody gains {gain:,.2f} ({low:,.2f} to {high:,.2f}) per 1,000 people by the test."
    if low <= 0:
        yield "That interval includes no gain: the trial does not tell whether contacting pays at all."


def _drivers(report: UpliftReport) -> Iterator[str]:
    words = words_of(report.task)
    shown = [driver for driver in report.drivers[:_TOP] if driver.loss > 0]
    for place, driver in enumerate(shown, 1):
        way = "" if driver.direction is None else ", more of it with more uplift" if driver.direction > 0 else ", more of it with less uplift"  # fmt: skip
        yield f"{place}. {words[driver.feature]} ({driver.feature}){way}: shuffled, the order of people agrees with its own to {1 - driver.loss:.2f} alone."
    if not shown:
        yield "Nothing: it says nearly the same of everybody."
    if not report.is_proven:
        yield "Since its order is not proven, neither is what drives it."


def _not_for(report: UpliftReport) -> Iterator[str]:
    yield report.task.not_for
    test = report.figures[0]["test"]
    if not report.is_proven:
        found = max(abs(test["effect"]), test["effect_error"])
        yield (
            f"Not at all for now: its Qini may be chance. To find an effect of {_percent(found)} surely (four studies of five, at 5 %) takes about {_round(people_needed(test, found))} people assigned, where this test has {test['rows']:,.0f}; "
            "to tell people apart by it mostly takes more still."
        )
    yield "Go on holding people out when you work by it, at random among those whom it would contact: else nobody can say whether it still holds."


def _making(report: UpliftReport) -> Iterator[str]:
    drawn, best = report.drawn, report.models[0]
    split = (
        f"later assignments, from {drawn.tested_from:%Y-%m-%d} on"
        if drawn.split == "time"
        else "half of the customers, drawn by a hash of their identifiers, since all were assigned at about the same time: a later time may differ"
    )
    yield (
        f"Learnt from {drawn.training.frame.height:,} assignments of {report.study.name}, chosen by {drawn.validation.frame.height:,}, tested on {drawn.test.frame.height:,}: {split}. "
        f"Features are asked at {drawn.moments} moments, the first midnight of each month with assignments, so up to a month before them and never after; {drawn.left_out:,} assignments were left out, of people unknown by then or between the times."
    )
    way = "a model of each arm, the difference of whose probabilities is the uplift (T-learner)" if len(best.parts) > 1 else "a model of the transformed outcome (class transformation)"  # fmt: skip
    yield f"It is {way}, {best.kind}, over {len(best.design.places())} features of {' and '.join(report.task.features)}; its numbers are rows of model.coefficient or model.tree_node."


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if abs(share) < 0.1 else f"{100 * share:.0f} %"  # noqa: PLR2004


def _round(people: float) -> str:
    """Return a number of people to two digits."""
    return f"{float(f'{people:.2g}'):,.0f}"
