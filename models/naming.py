"""Names of clusters, from what sets them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["names", "words"]

# So many standard deviations from the mean are worth a word.
_APART: Final = 0.3
_NOTHING: Final = "average"
_WORDS: Final = 2


def words(middle: Sequence[float], high: Sequence[str], low: Sequence[str]) -> tuple[str, ...]:
    """Return what is true of a cluster, what sets it apart most first.

    Parameters
    ----------
    middle
        Where its middle lies, by feature, in standard deviations from the mean.
    high, low
        What customers with much or little of each feature are called.
    """
    order = sorted(range(len(middle)), key=lambda place: (-abs(round(middle[place], 6)), place))
    return tuple(
        (high if middle[place] > 0 else low)[place] for place in order if abs(middle[place]) >= _APART
    )


def names(true_of: Mapping[int, Sequence[str]], before: Mapping[int, str]) -> dict[int, str]:
    """Return a name for each cluster, no two the same: that of before while every word of it is true, else the words that tell most.

    Parameters
    ----------
    true_of
        What is true of each cluster, what tells most first.
    before
        Names that clusters had, by their number now.
    """
    found: dict[int, str] = {}
    for cluster, true in true_of.items():
        name = before.get(cluster)
        if name is not None and name not in found.values() and set(name.split(", ")) <= set(true):
            found[cluster] = name
    for cluster, true in true_of.items():
        if cluster not in found:
            longer = [", ".join(true[:count]) for count in range(min(_WORDS, len(true)), len(true) + 1)]
            plain = longer[0] or _NOTHING
            numbered = [f"{plain} ({number})" for number in range(2, len(true_of) + 2)]
            tried = [name or _NOTHING for name in longer] + numbered
            found[cluster] = next(name for name in tried if name not in found.values())
    return dict(sorted(found.items()))
