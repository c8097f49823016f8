"""What a fit found: parameters with their standard errors, how likely they make the data, and whether the search came to an end."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Estimate", "Parameter"]


@dataclass(frozen=True)
class Parameter:
    """A parameter; the standard error is NaN where the data do not determine it."""

    name: str
    value: float
    standard_error: float


@dataclass(frozen=True)
class Estimate:
    """A model fitted by maximum likelihood.

    Attributes
    ----------
    model
        Which model it is: `bg_nbd`, `pareto_nbd` or `gamma_gamma`.
    rows
        Customers that it was fitted on, and `distinct`, the rows that they were grouped into.
    log_likelihood
        Of all of these customers together.
    converged
        Whether the gradient is zero there, and the likelihood falls in every direction.
    """

    model: str
    parameters: tuple[Parameter, ...]
    rows: int
    distinct: int
    log_likelihood: float
    converged: bool
    steps: int

    @property
    def values(self) -> dict[str, float]:
        """The parameters by name."""
        return {parameter.name: parameter.value for parameter in self.parameters}
