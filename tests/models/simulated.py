"""Customers simulated by the models' own stories, with numbers that are known."""

import numpy as np

from martlet.models.counted import Histories


def bg_nbd(count, *, r, alpha, a, b, longest, seed):
    """Return histories of customers who buy at Gamma rates and may leave after each purchase."""
    draw = np.random.default_rng(seed)
    rate, leaves = draw.gamma(r, 1 / alpha, count), draw.beta(a, b, count)
    age = draw.uniform(0, longest, count)
    x, t_x, at, there = np.zeros(count), np.zeros(count), np.zeros(count), np.ones(count, bool)
    while there.any():
        at = at + draw.exponential(1 / rate)
        there &= at < age
        x[there] += 1
        t_x[there] = at[there]
        there &= draw.random(count) >= leaves
    return Histories.of(x, t_x, age)


def pareto_nbd(count, *, r, alpha, s, beta, longest, seed):
    """Return histories of customers who buy at Gamma rates and leave at Gamma hazards."""
    draw = np.random.default_rng(seed)
    rate, hazard = draw.gamma(r, 1 / alpha, count), draw.gamma(s, 1 / beta, count)
    age = draw.uniform(0, longest, count)
    end = np.minimum(age, draw.exponential(1 / hazard))
    x = draw.poisson(rate * end)
    # The last of x uniform moments.
    t_x = np.where(x > 0, end * draw.random(count) ** (1 / np.maximum(x, 1)), 0.0)
    return Histories.of(x.astype(float), t_x, age)


def spending(count, *, p, q, v, seed):
    """Return repeat purchases and their mean, of customers whose purchases vary around means of their own."""
    draw = np.random.default_rng(seed)
    x = draw.integers(1, 9, count).astype(float)
    scale = 1 / draw.gamma(q, 1 / v, count)
    return x, draw.gamma(p * x, 1) * scale / x
