"""How many of the touches that cause are seen at all: people are known only where they logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from martlet.models.incremental.observed import Floats, Observed

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


def seen(observed: Observed, weights: Floats) -> Floats:
    """Return by kind the share of customers' touches whose customer was known at the time, those of browsers that never were known included.

    These are estimated by weighting each browser that was known by how likely it was to be missed (Horvitz and Thompson 1952). Mails are
    always known.
    """
    browsers, contacts = observed.browsers, observed.contacts
    kinds = len(observed.kinds)
    of = weights[contacts.customer]
    total = np.bincount(contacts.kind, weights=of * contacts.count, minlength=kinds)
    known = np.bincount(contacts.kind, weights=of * contacts.known, minlength=kinds)
    overall = known.sum() / total.sum() if total.sum() else 1.0
    # A kind with few touches leans on all.
    share = (known + 10 * overall) / (total + 10)
    missed = 0.0
    new = ~browsers.is_older
    if new.sum() >= _FEWEST:
        visits, own = browsers.visits.astype(float), weights[browsers.customer]
        rate = log_in_rate(visits[new], browsers.before[new].astype(float), own[new])
        never = (1 - rate) ** visits
        missed = float((own * browsers.touches * never / (1 - never))[new].sum())
        # The log-in of an older browser may lie before the data, unless a visit came before it.
        late = browsers.is_older & (browsers.before > 0)
        missed += float((own[late] * browsers.touches[late] * never[late] / ((1 - rate) - never[late])).sum())
    share = share * total.sum() / (total.sum() + missed) if total.sum() else share
    found: Floats = np.where([kind.is_mail for kind in observed.kinds], 1.0, np.clip(share, _LEAST_SEEN, 1.0))
    return found
