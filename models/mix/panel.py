"""What the model sees: sales and spend by region and week, and what else moves sales."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from martlet.engine.errors import FitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Panel"]


@dataclass(frozen=True)
class Panel:
    """Weekly sales and spend; arrays are by region and week, the weeks in order and without gaps.

    Attributes
    ----------
    sales
        Orders or revenue by region and week, (R, T), not negative.
    spend
        Money by channel, region and week, (C, R, T), in any one currency.
    controls
        What moves sales besides, (K, R, T): days with holidays, promotions, weather. Levels and scales do not matter.
    week
        Number of each week since some Monday, (T,), for the season.
    channels
        Names of the channels.
    is_count
        Whether sales are counts, whose variance is at least their mean.

    Examples
    --------
    >>> import numpy as np
    >>> panel = Panel(np.full((2, 60), 9.0), np.ones((1, 2, 60)), np.zeros((0, 2, 60)), np.arange(60), ("Search",))
    >>> panel.regions, panel.weeks, panel.until(52).weeks
    (2, 60, 52)
    """

    sales: Floats
    spend: Floats
    controls: Floats
    week: Ints
    channels: tuple[str, ...]
    is_count: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be fitted.

        Raises
        ------
        FitError
            If shapes do not agree, or a number is negative or missing.
        """
        regions, weeks = self.sales.shape
        wanted = {
            "spend": (self.spend.shape, (len(self.channels), regions, weeks)),
            "controls": (self.controls.shape, (len(self.controls), regions, weeks)),
            "week": (self.week.shape, (weeks,)),
        }
        for name, (shape, right) in wanted.items():
            if shape != right:
                raise FitError(f"{name} has the shape {shape}, but of these sales it must be {right}")
        for name, values in (("sales", self.sales), ("spend", self.spend)):
            if not np.isfinite(values).all() or (values < 0).any():
                raise FitError(f"{name} must be known in each week and region, and not negative")
        if not np.isfinite(self.controls).all():
            raise FitError("controls must be known in each week and region")

    @property
    def regions(self) -> int:
        """Number of regions."""
        return len(self.sales)

    @property
    def weeks(self) -> int:
        """Number of weeks."""
        return int(self.sales.shape[1])

    def until(self, weeks: int) -> Panel:
        """Return the panel of the first weeks alone."""
        return replace(
            self,
            sales=self.sales[:, :weeks],
            spend=self.spend[:, :, :weeks],
            controls=self.controls[:, :, :weeks],
            week=self.week[:weeks],
        )

    def of(self, channels: list[int]) -> Panel:
        """Return the panel with some of the channels."""
        return replace(
            self, spend=self.spend[channels], channels=tuple(self.channels[place] for place in channels)
        )
