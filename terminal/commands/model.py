"""The commands that fit models on a warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from martlet.engine.errors import ParameterError, shown
from martlet.terminal import options
from martlet.terminal.application import Application, Command

if TYPE_CHECKING:
    from datetime import date

    from martlet.loaders.fitting import Controls

# Heavy modules are imported by the command itself, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["model"]


@click.group(cls=Application)
def model() -> None:
    """Fit models on a warehouse; their scores are plain queries.

    For example:
      martlet model fit clv
      martlet model fit segments --k 5
      martlet model fit incremental
    """


@model.command("fit", cls=Command)
@click.argument("task", metavar="clv|segments|incremental")
@click.option("--name", "fit_name", help="Name of the fit. Default: that of the task.")
@click.option(
    "--until",
    type=options.Day(),
    help="clv: day after the last of the orders that count. Default: all orders.",
)
@click.option(
    "--holdout-from",
    type=options.Day(),
    help="clv: first day of what the fit NAME_holdout must foretell. Default: the last quarter of the time.",
)
@click.option(
    "--k",
    "k",
    metavar="auto|2-12",
    help="segments: how many clusters. Default: auto, as many as the figures of segmentation/cluster_quality speak for.",
)
@click.option(
    "--features",
    metavar="A,B,...",
    help="segments: by what customers are told apart: columns of mart.customer_profile, share:CATEGORY, share:*. "
    "Default: recency_days,frequency,monetary.",
)
@click.option(
    "--declared",
    type=click.Path(path_type=Path),
    help="segments: TOML file with features, their scales and words. Default: Martlet's.",
)
@click.option(
    "--controls",
    type=click.Choice(("direct_and_brand", "direct", "none")),
    help="incremental: touches that are assumed to cause nothing. Default: direct_and_brand, Direct and paid search for the own name.",
)
@click.option(
    "--replicates",
    type=click.IntRange(min=0, max=1000),
    help="incremental: of the bootstrap that gives the errors; 0 for none. Default: 30.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="segments, incremental: seed of the random draws. Default: 42."
)
@options.output_options
@options.warehouse
def fit(
    task: str,
    warehouse: Path,
    *,
    fit_name: str | None,
    until: date | None,
    holdout_from: date | None,
    k: str | None,
    features: str | None,
    declared: Path | None,
    controls: Controls | None,
    replicates: int | None,
    seed: int | None,
    **where: Any,
) -> None:
    """Fit models and keep their parameters in the warehouse: customer lifetime value (clv), clusters of customers (segments), or the orders that touches caused (incremental).

    clv: BG/NBD and Pareto/NBD say how often customers buy and when they leave, Gamma-Gamma what they spend. All queries of the pack
    value read the parameters; a second fit, NAME_holdout, of the orders before an earlier day is for value/clv_holdout. It takes SciPy:
    pip install 'martlet[models]'.

    segments: k-means over features of customers who have bought, for segmentation/clusters and its neighbours. A cluster keeps its
    number from fit to fit. What is the same for all, or known of nobody, is left out, and said.

    incremental: tells caused orders from those of habit, and touches that cause from those of people who had already decided, by
    touches and orders alone; for attribution/incremental. Its checks say when not to believe it; docs/incremental.md says how it works.

    New orders are scored with the parameters that are there; fit again when queries call them stale.

    For example:
      martlet model fit clv
      martlet query value/clv --limit 10
      martlet model fit clv --name until_june --until 2025-07-01 --format csv
      martlet model fit segments
      martlet model fit segments --k 5 --features income,age_years,share:*
      martlet model fit incremental
      martlet model fit incremental --name free --controls none
    """
    import martlet
    from martlet.terminal import output

    report = martlet.fit(
        task,
        warehouse,
        name=fit_name,
        until=until,
        holdout_from=holdout_from,
        k=_number(k),
        features=[name.strip() for name in features.split(",")] if features else None,
        declared=declared,
        controls=controls,
        replicates=replicates,
        seed=seed,
    )
    click.echo(report.summary(), err=True)
    output.deliver(report.frame.to_arrow(), **where)


def _number(k: str | None) -> int | None:
    """Return a number of clusters as it was typed, None for auto."""
    if k is None or k == "auto":
        return None
    try:
        return int(k)
    except ValueError:
        raise ParameterError(f"k is {shown(k)}; allowed are auto and 2 to 12") from None
