"""Arms of experiments that the others are compared with, as the exposures tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging.hook import Hook

if TYPE_CHECKING:
    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.rows import KeyedRows

__all__ = ["Controls"]

_MARK = """
UPDATE star.dim_variant AS arm
SET is_control = told.is_control
FROM (
    SELECT experiment_key, staged.variant, arg_max(is_control, row) AS is_control
    FROM {exposures} AS staged
    JOIN star.dim_experiment ON experiment_id = staged.experiment
    WHERE is_control IS NOT NULL
    GROUP BY ALL
) AS told
WHERE arm.experiment_key = told.experiment_key AND arm.variant = told.variant
"""


class Controls(Hook):
    """Says which arms are controls; the last row that tells counts."""

    def after(self, outcome: Outcome, keyed: KeyedRows) -> None:  # noqa: ARG002  (a hook's signature)
        """Mark them."""
        if "is_control" in self.staged.fed:
            self.load.connection.execute(_MARK.format(exposures=self.staged.name))
