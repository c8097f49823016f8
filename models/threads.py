"""Linear algebra by one thread: sums have one order, so that a seed gives one model, and on a busy machine threads wait for each other."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from martlet.engine.errors import FitError

__all__ = ["one_thread"]


def one_thread() -> Any:
    """Return a context in which linear algebra has one thread.

    Raises
    ------
    FitError
        If threadpoolctl, which comes with scikit-learn, is missing.
    """
    try:
        return import_module("threadpoolctl").threadpool_limits(1)
    except ImportError:
        raise FitError(
            "to fit a model takes threadpoolctl; install it with: pip install 'martlet[models]'"
        ) from None
