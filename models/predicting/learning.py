"""Scikit-learn, which comes with the extra `models`, imported when something is fitted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from martlet.engine.errors import FitError

__all__ = ["fitted", "learner"]


def learner(module: str, name: str, **settings: Any) -> Any:
    """Return an estimator of scikit-learn with its settings.

    Raises
    ------
    FitError
        If scikit-learn is missing.
    """
    try:
        found = import_module(f"sklearn.{module}")
    except ImportError:
        raise FitError("models that foretell take scikit-learn: pip install 'martlet[models]'") from None
    return getattr(found, name)(**settings)


def fitted(model: Any, matrix: Any, label: Any, **more: Any) -> Any:
    """Fit an estimator by one thread: sums have one order, so that a seed gives one model, and on a busy machine threads wait for each other."""
    limits = import_module("threadpoolctl").threadpool_limits
    with limits(1):
        return model.fit(matrix, label, **more)
