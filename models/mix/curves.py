"""What a fit and its draws say of each channel: sales by week, in all, and what other budgets would have brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.mix.media import carried, saturated

if TYPE_CHECKING:
    from martlet.models.mix.fitting import Draws, Mix
    from martlet.models.mix.panel import Floats

__all__ = ["MULTIPLES", "Told", "told"]

# Of the spend of each region and week. 1.01 is there for what the next unit of money brings.
MULTIPLES: Final = (
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.01, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0,
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """Sales that channels added; the first of the draws is the fit itself.

    `weekly` is by draw, channel and week, (D, C, T); `curve` by draw, channel and multiple of the spend, (D, C, M), of a mean week of
    the last `year` weeks.
    """

    weekly: Floats
    curve: Floats
    year: int

    @property
    def total(self) -> Floats:
        """Sales in all weeks, (D, C)."""
        return np.asarray(self.weekly.sum(axis=2))

    @property
    def of_year(self) -> Floats:
        """Sales in the last year, (D, C)."""
        return np.asarray(self.weekly[:, :, -self.year :].sum(axis=2))


def told(mix: Mix, draws: Draws, *, year: int) -> Told:
    """Return what a fit and its draws say; `year` is how many of the last weeks the curves are of."""
    both, media, demand = draws.with_fit(mix), mix.media, mix.demand
    multiples = np.array(MULTIPLES)[:, None, None]
    weekly = np.zeros((*both.place.shape, mix.panel.weeks))
    curve = np.zeros((*both.place.shape, multiples.size))
    for channel in range(both.place.shape[1]):
        for place in np.unique(both.place[:, channel]):
            at = both.place[:, channel] == place
            shape = media.shape(channel, int(place))
            weekly[at, channel] = (demand * shape).sum(axis=0)
            shapes = carried(
                saturated(media.spend[channel] * multiples, media.half[place]), media.carry[place]
            )
            curve[at, channel] = (demand * shapes)[:, :, -year:].sum(axis=(1, 2)) / year
    weekly *= both.coefficient[:, :, None]
    curve *= both.coefficient[:, :, None]
    return Told(weekly, curve, year)
