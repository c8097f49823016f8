"""What the recovery tests share: presets with numbers changed, maximum likelihood, and the models' likelihoods."""

import json
import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import optimize, special

from martlet.loaders.company import company as company_module

PRESET = Path(company_module.__file__).parent / "ecommerce.toml"

# Demand that is the same in every hour: operational time is then calendar time.
FLAT = {
    "growth": {"sign_ups_per_year": 0.0},
    "clock": {
        "demand_growth_per_year": 0.0,
        "month": [1.0] * 12,
        "weekday": [1.0] * 7,
        "hour": [1.0] * 24,
        "hour_weekend": [1.0] * 24,
        "holidays": {},
    },
    "promotions": [],
    "external": {"confidence_effect": 0.0, "competitor_effect": 0.0, "rain_effect": 0.0},
}


def changed(path: Path, *changes: dict) -> Path:
    """Write the shipped preset with tables merged over it, and return the file."""
    preset = tomllib.loads(PRESET.read_text(encoding="utf-8"))
    for change in changes:
        _merge(preset, change)
    path.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in preset.items()), encoding="utf-8")
    return path


def _merge(table: dict, change: dict) -> None:
    """Change values in place. Tables in lists are found by their name; `holidays` is replaced whole."""
    for key, value in change.items():
        old = table.get(key)
        if isinstance(value, dict) and isinstance(old, list):
            for entry in old:
                if entry["name"] in value:
                    _merge(entry, value[entry["name"]])
        elif isinstance(value, dict) and isinstance(old, dict) and key != "holidays":
            _merge(old, value)
        else:
            table[key] = value


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    return json.dumps(value, ensure_ascii=False)


class Fit:
    """A maximum of a log likelihood of positive parameters, with standard errors from its Hessian, on the log scale."""

    def __init__(self, likelihood: Callable[..., float], names: str, start: list[float]) -> None:
        self.names = names.split()

        def loss(logs: np.ndarray) -> float:
            value = -likelihood(*np.exp(logs))
            return value if math.isfinite(value) else 1e300

        best = np.log(start)
        for _ in range(3):  # a simplex can stop early; from where it stopped, it goes on
            options = {"xatol": 1e-6, "fatol": 1e-7, "maxiter": 4000, "maxfev": 4000}
            best = optimize.minimize(loss, best, method="Nelder-Mead", options=options).x
        self.logs = best
        self.covariance = np.linalg.inv(hessian(loss, best))
        self.errors = np.sqrt(np.diag(self.covariance))

    def scores(self, planted: list[float]) -> np.ndarray:
        """Return how many standard errors each estimate lies above what was planted."""
        return (self.logs - np.log(planted)) / self.errors

    def wald(self, planted: list[float]) -> float:
        """Return the squared distance of all estimates together, chi-square with as many degrees as parameters."""
        off = self.logs - np.log(planted)
        return float(off @ np.linalg.solve(self.covariance, off))

    def says(self, planted: list[float]) -> str:
        """Return the estimates beside what was planted, for a test's message."""
        rows = zip(self.names, np.exp(self.logs), planted, self.errors, self.scores(planted), strict=True)
        return "; ".join(
            f"{name} {found:.4g} (planted {true:.4g}, {error:.1%} standard error, {score:+.2f})"
            for name, found, true, error, score in rows
        )


def hessian(function: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Return the second derivatives by central differences."""
    size = at.size
    steps = np.eye(size) * step
    out = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            corners = [function(at + one * steps[i] + two * steps[j]) for one in (1, -1) for two in (1, -1)]
            out[i, j] = out[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step * step)
    return out


def bg_nbd(x: np.ndarray, recency: np.ndarray, age: np.ndarray) -> Callable[..., float]:
    """Return the log likelihood of BG/NBD: Fader, Hardie and Lee (2005), Marketing Science 24(2), equation 6.

    `x` repeat orders up to `age`, the last of them at `recency`, all counted from the start of the relation.
    """
    repeat = x > 0
    times = np.where(repeat, recency, 0.0)
    later = np.maximum(x, 1) - 1

    def likelihood(r: float, alpha: float, a: float, b: float) -> float:
        front = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        alive = special.betaln(a, b + x) - special.betaln(a, b) - (r + x) * np.log(alpha + age)
        gone = special.betaln(a + 1, b + later) - special.betaln(a, b) - (r + x) * np.log(alpha + times)
        return float((front + np.where(repeat, np.logaddexp(alive, gone), alive)).sum())

    return likelihood


def gamma_gamma(count: np.ndarray, mean: np.ndarray) -> Callable[..., float]:
    """Return the log likelihood of gamma-gamma: Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, equation 1a.

    `mean` worth of `count` orders of each customer.
    """

    def likelihood(p: float, q: float, v: float) -> float:
        shape = p * count
        constant = special.gammaln(shape + q) - special.gammaln(shape) - special.gammaln(q)
        terms = q * np.log(v) + (shape - 1) * np.log(mean) + shape * np.log(count)
        return float((constant + terms - (shape + q) * np.log(v + mean * count)).sum())

    return likelihood
