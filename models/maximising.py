"""Maximum likelihood of positive parameters: searched on their logarithms, with the gradient, and errors from the curvature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import FitError
from martlet.models.estimate import Estimate, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    # Takes the parameters, and returns the mean log likelihood of a customer and its gradient by them.
    Likelihood = Callable[[Vector], tuple[float, Vector]]

__all__ = ["maximum", "scipy_or_error"]

# Beyond these a parameter has run away: heterogeneity of none, or of a kind that no data tell from infinite.
_FURTHEST: Final = 14.0
# A gradient by the logarithms, of the mean over customers, that counts as zero.
_ZERO: Final = 1e-7
_STEP: Final = 1e-4
_NEWTON: Final = 8


def scipy_or_error(name: str) -> ModuleType:
    """Return a module of SciPy.

    Raises
    ------
    FitError
        If SciPy is not installed; the message names the extra.
    """
    from importlib import import_module  # noqa: PLC0415

    try:
        return import_module(f"scipy.{name}")
    except ImportError:
        raise FitError("to fit a model takes SciPy; install it with: pip install 'martlet[models]'") from None


def maximum(
    model: str, likelihood: Likelihood, start: Mapping[str, float], *, rows: int, distinct: int
) -> Estimate:
    """Search the parameters that make the data likeliest, from a start.

    L-BFGS comes near; Newton's steps then reach the top to the last digits, so that the answer does not depend on where the
    search stopped.
    """
    optimize = scipy_or_error("optimize")

    def climb(logs: Vector) -> tuple[float, Vector]:
        with np.errstate(all="ignore"):
            values = np.exp(logs)
            found, gradient = likelihood(values)
        if not np.isfinite(found):
            return 1e10, np.zeros_like(logs)
        return -found, -gradient * values

    found = optimize.minimize(
        climb,
        np.log(np.array(list(start.values()))),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_FURTHEST, _FURTHEST)] * len(start),
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
    )
    logs, steps = found.x, int(found.nit)
    curvature = _curvature(climb, logs)
    for _ in range(_NEWTON):
        lowest, gradient = climb(logs)
        if np.abs(gradient).max() < _ZERO / 100 or not _rises(curvature):
            break
        step = np.linalg.solve(curvature, gradient)
        if np.abs(step).max() > 1 or climb(logs - step)[0] > lowest + 1e-12:
            break
        logs, steps = logs - step, steps + 1
        curvature = _curvature(climb, logs)
    lowest, gradient = climb(logs)
    is_top = _rises(curvature) and np.abs(logs).max() < _FURTHEST - 1
    errors = (
        np.sqrt(np.diag(np.linalg.inv(curvature)) / rows) * np.exp(logs)
        if is_top
        else np.full(len(logs), np.nan)
    )
    return Estimate(
        model=model,
        parameters=tuple(
            Parameter(name, float(np.exp(log)), float(error))
            for name, log, error in zip(start, logs, errors, strict=True)
        ),
        rows=rows,
        distinct=distinct,
        log_likelihood=-lowest * rows,
        converged=bool(is_top and np.abs(gradient).max() < _ZERO),
        steps=steps,
    )


def _curvature(climb: Callable[[Vector], tuple[float, Vector]], logs: Vector) -> Vector:
    """Return the second derivatives, as differences of the gradient."""
    rows = []
    for place in range(len(logs)):
        step = np.zeros_like(logs)
        step[place] = _STEP
        rows.append((climb(logs + step)[1] - climb(logs - step)[1]) / (2 * _STEP))
    found = np.array(rows)
    return (found + found.T) / 2


def _rises(curvature: Vector) -> bool:
    """Whether it is a minimum there in every direction, by more than rounding makes."""
    if not np.isfinite(curvature).all():
        return False
    return bool(np.linalg.eigvalsh(curvature).min() > 1e-7)  # noqa: PLR2004
