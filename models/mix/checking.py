"""Whether the data can tell channels apart: from demand, and from each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.models.mix.fitting import line_at

if TYPE_CHECKING:
    from martlet.models.mix.fitting import Mix
    from martlet.models.mix.panel import Floats, Ints

__all__ = ["Apart", "apart"]


@dataclass(frozen=True)
class Apart:
    """By channel, (C,), of its shape as it was fitted.

    Attributes
    ----------
    off
        Share of regions and weeks without spend.
    own
        Share of its movement that neither demand nor the other channels have: what is learnt from.
    alike
        The channel that it moves most with once demand is taken out, -1 where there is no other.
    correlation
        How much they do.
    condition
        Condition number of the correlations of all channels: how many times an error is larger in the worst direction.
    """

    off: Floats
    own: Floats
    alike: Ints
    correlation: Floats
    condition: float


def apart(mix: Mix) -> Apart:
    """Return how far the data tell channels apart."""
    line, channels = line_at(mix), len(mix.panel.channels)
    chosen = np.arange(channels) * mix.media.carry.size + mix.place
    gram = line.summed((), mix.level)[0][np.ix_(chosen, chosen)]
    shapes = line.shapes[:, chosen]
    all_movement = (shapes**2 * line.weight[:, None]).sum(axis=0)
    # A channel without movement of its own has a sum of nothing, which rounding may put below.
    least = 1e-12 * np.maximum(all_movement, 1e-12)
    spread = np.sqrt(np.maximum(np.diag(gram), least))
    correlations = gram / np.outer(spread, spread)
    np.fill_diagonal(correlations, 1.0)
    inverse = np.linalg.pinv(gram + np.diag(least))
    own = np.clip(1.0 / np.maximum(np.diag(inverse), 1e-300) / np.maximum(all_movement, 1e-300), 0.0, 1.0)
    others = np.abs(correlations) - np.eye(channels)
    alike = others.argmax(axis=1) if channels > 1 else np.full(channels, -1)
    return Apart(
        off=(mix.panel.spend <= 0).mean(axis=(1, 2)),
        own=own,
        alike=alike,
        correlation=correlations[np.arange(channels), alike] if channels > 1 else np.zeros(channels),
        condition=float(np.linalg.cond(correlations)) if channels else 1.0,
    )
