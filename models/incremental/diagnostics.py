"""When not to believe the estimate: checks that a user sees, each with a threshold and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import FitError
from martlet.models.incremental.found import found

if TYPE_CHECKING:
    from collections.abc import Callable

    from martlet.models.incremental.found import Found
    from martlet.models.incremental.observed import Observed

__all__ = ["Diagnostic", "diagnostics"]

# Orders are moved back by more than touches work for.
_MOVED: Final = 30
_PLACEBO: Final = 0.25
_CONTROL: Final = 0.1
_HALVES: Final = 0.06
_ANONYMOUS: Final = 0.5
_EFFECTIVE: Final = 100.0


@dataclass(frozen=True)
class Diagnostic:
    """A check: its value, NaN where it can't be made, the threshold that it must not pass, and what it means."""

    name: str
    value: float
    threshold: float
    is_passed: bool
    sentence: str


def diagnostics(
    observed: Observed, made: Found, *, steps: int, anonymous_share: float
) -> tuple[Diagnostic, ...]:
    """Return all checks of an estimate; a check that the data are too few for has not passed."""
    total = max(made.caused.seen_orders.sum(), 1e-12)

    def again(company: Callable[[], Observed]) -> Found | None:
        try:
            return found(company(), steps=steps, replicates=0, seed=0)
        except FitError:
            return None

    placebo = again(lambda: observed.moved(_MOVED))
    free = again(
        lambda: replace(observed, kinds=tuple(replace(kind, is_control=False) for kind in observed.kinds))
    )
    middle = observed.days // 2
    first = again(lambda: observed.between(0, middle))
    second = again(lambda: observed.between(middle, observed.days))
    apart = np.nan
    if first is not None and second is not None:
        apart = float(np.abs(first.caused.share - second.caused.share).mean())
    direct = {kind.channel for kind in observed.kinds if kind.is_direct}
    shown = (
        np.nan
        if free is None
        else float(
            sum(
                share
                for channel, share in zip(free.channels, free.caused.share, strict=True)
                if channel in direct
            )
        )
    )
    return (
        _at_most("placebo", np.nan if placebo is None else float(placebo.caused.seen_orders.sum() / total), _PLACEBO,
            f"Orders moved {_MOVED} days back find that much of the caused orders again, though what caused them comes after them then. "
            "More than the threshold means that touches mark those who will order anyway: retargeting, bidding on intent, or habits that the model does not know."),
        _at_most("negative_control", shown, _CONTROL,
            "With nothing assumed about Direct, it has this share of the caused orders. More than the threshold means that Direct causes orders, or "
            "that harvest is taken for causes: then no channel's figure is safe."),
        _at_most("halves", apart, _HALVES,
            "Mean difference of the channels' shares between the first and the second half of the time. More than the threshold means that they changed, or that there are too few orders."),
        _at_most("anonymous", anonymous_share, _ANONYMOUS,
            "Share of the touches of customers whose customer was not known at the time. Their effect is scaled up from the known ones, which must be like them."),
        _at_least("effective_orders", made.effective_orders, _EFFECTIVE,
            "If each order's cause were drawn by its weights, so many would be named rightly. With fewer than the threshold, the intervals are too wide to act on."),
    )  # fmt: skip


def _at_most(name: str, value: float, threshold: float, sentence: str) -> Diagnostic:
    return Diagnostic(name, value, threshold, bool(value <= threshold), sentence)


def _at_least(name: str, value: float, threshold: float, sentence: str) -> Diagnostic:
    return Diagnostic(name, value, threshold, bool(value >= threshold), sentence)
