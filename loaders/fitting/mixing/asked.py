"""What a fit of the mix is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from martlet.engine.errors import ParameterError, shown

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Asked", "By", "Calibrate", "Outcome"]

Outcome = Literal["orders", "revenue"]
Calibrate = Literal["none", "incremental"]
By = Literal["region", "company"]

_CHOICES = {
    "outcome": ("orders", "revenue"),
    "calibrate": ("none", "incremental"),
    "by": ("region", "company"),
}
_HOLDOUT = (4, 52)
_DRAWS = (20, 2000)


@dataclass(frozen=True)
class Asked:
    """Options of the fit; `by` and `leave_out` are found in the data where they are not given."""

    outcome: Outcome = "orders"
    calibrate: Calibrate = "none"
    by: By | None = None
    holdout_weeks: int = 13
    draws: int = 200
    lifts: Path | None = None
    leave_out: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises
        ------
        ParameterError
            If an option has a value that is not allowed.
        """
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed and not (name == "by" and value is None):
                raise ParameterError(f"{name} is {shown(value)}; allowed are {', '.join(allowed)}")
        for name, (least, most) in (("holdout_weeks", _HOLDOUT), ("draws", _DRAWS)):
            if not least <= getattr(self, name) <= most:
                raise ParameterError(f"{name} is {getattr(self, name)}; allowed are {least} to {most}")
