"""A model of a difference that an action makes: two models whose scores are subtracted, or one of the difference itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from martlet.loaders.fitting.predicting.learned import BOOSTED, LINEAR, Learned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from martlet.models.predicting.design import Design

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Scoring: TypeAlias = "Learned | Difference"

__all__ = ["KINDS", "UPLIFT", "Difference", "part_names"]

UPLIFT: Final = "uplift"
# By kind of difference, what its parts are of, and what they are made by.
KINDS: Final = {
    "t_linear": (("treated", "control"), LINEAR),
    "t_boosted": (("treated", "control"), BOOSTED),
    "transformed_linear": (("effect",), LINEAR),
    "transformed_boosted": (("effect",), BOOSTED),
}


@dataclass(frozen=True)
class Difference:
    """A model of a difference: the probability of the first part less that of the second, or the raw score of the only one.

    All parts have the same design.
    """

    kind: str
    parts: tuple[Learned, ...]

    @property
    def design(self) -> Design:
        """The columns of features that the parts ask about."""
        return self.parts[0].design

    def raw(self, matrix: Matrix) -> Vector:
        """Return the difference of each row; it may be below 0."""
        if len(self.parts) == 1:
            return self.parts[0].raw(matrix)
        treated, control = self.parts
        return treated.score(matrix) - control.score(matrix)

    def score(self, matrix: Matrix) -> Vector:
        """Return the same as `raw`."""
        return self.raw(matrix)


def part_names(model: str) -> list[str]:
    """Return the names of the parts of a model, as rows are kept under them; none where it is no difference."""
    roles, base = KINDS.get(model.rpartition(".")[2], ((), ""))
    return [f"{model}.{role}.{base}" for role in roles]
