"""Scikit-learn, which comes with the extra `models`, imported when something is fitted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from martlet.engine.errors import FitError
from martlet.models.threads import one_thread

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
    """Fit an estimator by one thread."""
    with one_thread():
        return model.fit(matrix, label, **more)
