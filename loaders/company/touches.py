"""Touches: contacts between marketing and people. `exogenous` draws those that no order brings about, `harvest` the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["TOUCH_TYPES", "Touches"]

TOUCH_TYPES: Final = ["impression", "click", "visit", "email_open", "email_click", "other"]


@dataclass(frozen=True)
class Touches:
    """Touches of a block. `who` is the person's position in it, `visits` whether the touch leads to the site.

    `browser` is the visitor's number within the person (see `browsers.py`), -1 for none; before the cookies are known the device.
    `slot` is the channel's position in the preset, `order` the position of the order that a harvest touch belongs to, else -1,
    `converts` whether its visit is the one that holds the order. Costs are in millionths.
    """

    id: Ints
    who: Ints
    u: Floats
    at: Ints
    channel: Ints
    campaign: Ints
    kind: Ints
    browser: Ints
    visits: Bools
    is_exogenous: Bools
    order: Ints
    converts: Bools
    cost: Ints

    def take(self, chosen: Ints) -> Touches:
        """Return the touches at the given positions."""
        return Touches(**{name: values[chosen] for name, values in vars(self).items()})

    @staticmethod
    def join(parts: list[Touches]) -> Touches:
        """Return the touches of all parts."""
        return Touches(
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
        )
