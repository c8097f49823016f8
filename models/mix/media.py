"""What spend becomes: saturated in its own week, then carried over to later ones.

    x(r, t) = spend(r, t) / size(r, t), against the mean of the cells with spend
    s(r, t) = x(r, t) / (x(r, t) + half)                                     (Michaelis and Menten; Hill with slope 1)
    f(r, t) = (1 - carry) x (s(r, t) + carry x f(r, t - 1) / (1 - carry))    (geometric adstock, Broadbent 1979)

Saturation comes first, because it happens where contacts are bought; the delay from contact to sale follows. So the effect of a week's
spend does not depend on the weeks around it, curves are concave, and a budget can be shared out exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from martlet.models.mix.panel import Floats, Panel

__all__ = ["CARRIES", "HALVES", "Media", "carried", "saturated"]

CARRIES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
HALVES: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
# What is usual before data are seen: a third of an effect comes later than its week, half of the limit is reached at the mean spend of a week that has any.
_CARRY: Final = 0.3
_CARRY_SPREAD: Final = 0.2
_HALF: Final = 1.0
_HALF_SPREAD: Final = 0.8


def saturated(spend: Floats, half: float) -> Floats:
    """Return the share of its limit that spend reaches; half of it at `half`, in the unit of the spend.

    Examples
    --------
    >>> import numpy as np
    >>> saturated(np.array([0.0, 1.0, 3.0]), 1.0)
    array([0.  , 0.5 , 0.75])
    """
    return np.asarray(spend / (spend + half))


def carried(effect: Floats, carry: float) -> Floats:
    """Return effects by week, the last axis, when the share `carry` of each week's goes over to the next; sums are kept but for the end.

    Examples
    --------
    >>> import numpy as np
    >>> carried(np.array([1.0, 0.0, 0.0]), 0.5)
    array([0.5  , 0.25 , 0.125])
    """
    found, memory = np.empty_like(effect), np.zeros(effect.shape[:-1])
    for week in range(effect.shape[-1]):
        memory = carry * memory + (1.0 - carry) * effect[..., week]
        found[..., week] = memory
    return found


@dataclass(frozen=True)
class Media:
    """Spend against size, (C, R, T), and its mean by channel in cells with any; shapes that are tried, (S,), with their penalty."""

    spend: Floats
    unit: Floats
    carry: Floats
    half: Floats

    @classmethod
    def of(cls, panel: Panel, size: Floats) -> Media:
        """Return the media of a panel, whose regions have a size by week."""
        spend = panel.spend / size
        unit = np.array([one[one > 0].mean() if (one > 0).any() else 1.0 for one in spend])
        carry, half = (grid.ravel() for grid in np.meshgrid(CARRIES, HALVES, indexing="ij"))
        return cls(spend / unit[:, None, None], unit, carry, half)

    def shape(self, channel: int, place: int, *, times: float = 1.0) -> Floats:
        """Return what a channel's spend, times a factor, adds at most to demand, by region and week, by one of the shapes."""
        return carried(saturated(self.spend[channel] * times, self.half[place]), self.carry[place])

    def all_shapes(self) -> Floats:
        """Return them all, (C, S, R, T)."""
        return np.array(
            [
                [self.shape(channel, place) for place in range(self.carry.size)]
                for channel in range(len(self.spend))
            ]
        ).reshape(len(self.spend), self.carry.size, *self.spend.shape[1:])

    def penalty(self, draw: np.random.Generator | None = None) -> Floats:
        """Return how far each shape of each channel is from what is usual, (C, S); with a draw, from what might as well be usual."""
        shape = (len(self.spend), 1)
        noise = np.zeros((2, *shape)) if draw is None else draw.standard_normal((2, *shape))
        return np.asarray(
            ((self.carry - _CARRY) / _CARRY_SPREAD - noise[0]) ** 2
            + (np.log(self.half / _HALF) / _HALF_SPREAD - noise[1]) ** 2
        )
