"""Companies whose weekly sales are made of known demand and known effects of media."""

import numpy as np

from martlet.models.mix.media import carried, saturated
from martlet.models.mix.panel import Panel

CARRY = np.array([0.2, 0.5, 0.3])
HALF = np.array([1.0, 0.5, 2.0])
LIMIT = np.array([0.5, 0.3, 0.4])


def mix(*, seed=0, regions=10, weeks=104, orders=40.0, noise=True, limit=LIMIT, flighted=True):
    """Return a panel, and the sales that each channel brought in it, (C, R, T).

    Channels run in flights of four weeks, region by region, or with `flighted` false everywhere and always at nearly the same level.
    """
    draw = np.random.default_rng(seed)
    time = np.arange(weeks)
    size = np.exp(draw.normal(0, 0.5, regions))
    holiday = (draw.random(weeks) < 0.08) * 1.0
    demand = (
        orders
        * size[:, None]
        * np.exp(0.2 * time / 52 + 0.2 * np.sin(2 * np.pi * (time + 20) / 52.18) + 0.15 * holiday)
    )
    flights = -(-weeks // 4)
    runs = draw.random((len(limit), regions, flights)) < 0.5
    level = np.exp(draw.normal(0, 0.35, (len(limit), regions, flights)))
    if not flighted:
        runs, level = np.ones_like(runs), np.ones_like(level)
    dose = np.repeat(runs * level, 4, axis=2)[:, :, :weeks] * np.exp(draw.normal(0, 0.1, weeks))
    shapes = np.array(
        [carried(saturated(one, half), carry) for one, half, carry in zip(dose, HALF, CARRY, strict=False)]
    )
    brought = np.array(limit)[:, None, None] * demand * shapes
    mean = demand + brought.sum(axis=0)
    sales = draw.poisson(mean).astype(float) if noise else mean
    spend = 100.0 * dose * size[:, None]
    names = tuple("ABC"[: len(limit)])
    controls = np.broadcast_to(holiday, (1, regions, weeks)).copy()
    return Panel(sales, spend, controls, time + 2800, names, is_count=noise), brought
