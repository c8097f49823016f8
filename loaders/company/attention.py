"""How attentive customers are: less and less for some weeks before they leave of their own accord, and little after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]

__all__ = ["attention_at"]


def attention_at(world: World, u: Floats, left_u: Floats) -> Floats:
    """Return the attention of customers at operational times, by when they leave of their own accord: 1, or falling, or low."""
    people = world.preset.people
    left = np.clip((u - left_u) / people.fading_days + 1.0, 0.0, 1.0)
    attention: Floats = 1.0 - (1.0 - people.attention_after_churn) * left
    return attention
