"""How many of the touches that cause are seen at all: people are known only where they logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.incremental.totals import totals

if TYPE_CHECKING:
    from martlet.models.incremental.observed import Browsers, Floats, Ints, Observed

    # Places of browsers, and for each how many like it there are.
    Missed = list[tuple[Ints, Floats]]

__all__ = ["log_in_rate", "seen"]

_HALVINGS: Final = 40
# Fewer browsers say nothing.
_FEWEST: Final = 30
_LEAST_SEEN: Final = 0.05


def log_in_rate(visits: Floats, before: Floats, weights: Floats) -> float:
    """Return the chance that a visit is one with a log-in, from browsers known by one.

    The visit of the first log-in, given that there is one among `visits`, follows a truncated geometric distribution; its rate is found where
    the likelihood has no slope.
    """
    low, high = 0.01, 0.95
    for _ in range(_HALVINGS):
        rate = (low + high) / 2
        never = (1 - rate) ** visits
        slope = 1 / rate - before / (1 - rate) - visits * (1 - rate) ** (visits - 1) / (1 - never)
        low, high = (rate, high) if (weights * slope).sum() > 0 else (low, rate)
    return (low + high) / 2


def _missed_visits(browsers: Browsers, _weights: Floats, missed: Missed) -> float:
    return _total(browsers.visits, missed)


def _missed_views(browsers: Browsers, weights: Floats, missed: Missed) -> float:
    """Return the views in browsers whose user never came to be known, those that never visited included.

    How many of the latter there are follows from those with one visit and with two (Chao 1987), each weighted by its views.
    """
    views, new, missed_new = browsers.views, ~browsers.is_older, missed[:1]

    def after(visits: int) -> float:
        exactly = browsers.visits == visits
        return float((weights * views)[new & exactly].sum()) + _total(views * exactly, missed_new)

    once, twice = after(1), after(2)
    among = float((weights * views)[new].sum()) + _total(views, missed_new)
    unknown = _total(views, missed)
    if not twice or not among:
        return unknown
    return unknown + once**2 / (2 * twice) / among * (float((weights * views).sum()) + unknown)


def _total(values: Ints, missed: Missed) -> float:
    """Return the sum of what is counted by browser over those that never came to be known."""
    return sum(float((own * values[rows]).sum()) for rows, own in missed)


def _missed(browsers: Browsers, weights: Floats) -> Missed:
    """Return browsers, and for each how many like it never came to be known: first new customers', then those of older ones."""
    new = np.flatnonzero(~browsers.is_older)
    if new.size < _FEWEST:
        return []
    visits = browsers.visits.astype(float)
    rate = log_in_rate(visits[new], browsers.before[new].astype(float), weights[new])
    never = (1 - rate) ** visits
    found = [(new, weights[new] * never[new] / (1 - never[new]))]
    # The log-in of an older browser may lie before the data, unless a visit came before it.
    late = np.flatnonzero(browsers.is_older & (browsers.before > 0))
    return [*found, (late, weights[late] * never[late] / ((1 - rate) - never[late]))]


def seen(observed: Observed, weights: Floats) -> Floats:
    """Return by kind the share of customers' touches whose customer was known at the time, those of browsers that never were known included.

    These are estimated by weighting each browser that was known by how likely it was to be missed (Horvitz and Thompson 1952). Mails are
    always known.
    """
    browsers, contacts = observed.browsers, observed.contacts
    kinds = len(observed.kinds)
    of = weights[contacts.customer]
    total = totals(contacts.kind, of * contacts.count, kinds)
    known = totals(contacts.kind, of * contacts.known, kinds)
    overall = known.sum() / total.sum() if total.sum() else 1.0
    # A kind with few touches leans on all.
    share = (known + 10 * overall) / (total + 10)
    is_view = np.array([kind.is_view for kind in observed.kinds])
    own = weights[browsers.customer]
    missed = _missed(browsers, own)
    for group, unknown in ((~is_view, _missed_visits), (is_view, _missed_views)):
        count = total[group].sum()
        if count:
            share[group] *= count / (count + unknown(browsers, own, missed))
    found: Floats = np.where([kind.is_mail for kind in observed.kinds], 1.0, np.clip(share, _LEAST_SEEN, 1.0))
    return found
