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
      martlet model fit churn
      martlet model card churn
    """


@model.command("fit", cls=Command)
@click.argument("task", metavar="clv|segments|incremental|churn|purchase|next_value|response|uplift")
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
    "--study",
    metavar="email|KIND|EXPERIMENT[/ARM]",
    help="uplift: the trial to learn from: mailings from which people were held out, all (email) or of a kind of campaign, or an experiment. Default: email.",
)
@click.option(
    "--as-of",
    type=options.Day(),
    help="uplift, churn, purchase, next_value, response: day at whose midnight customers are scored. Default: the day after the data.",
)
@click.option(
    "--horizon",
    type=click.IntRange(min=1),
    help="churn, purchase, next_value: how many days are foretold. Default: 90, 30 and 180. uplift: days after the contact within which an order counts. Default: 5, of experiments 14.",
)
@click.option(
    "--gap",
    type=click.IntRange(min=0),
    help="churn, purchase, next_value: days left to act in before these. Default: 7, 0 and 0.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="All but clv: seed of the random draws. Default: 42."
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
    study: str | None,
    as_of: date | None,
    horizon: int | None,
    gap: int | None,
    seed: int | None,
    **where: Any,
) -> None:
    """Fit models and keep them in the warehouse: customer lifetime value (clv), clusters of customers (segments), the orders that touches caused (incremental), whom a contact moves to buy (uplift), or what customers will do (churn, purchase, next_value, response).

    clv: BG/NBD and Pareto/NBD say how often customers buy and when they leave, Gamma-Gamma what they spend. All queries of the pack
    value read the parameters; a second fit, NAME_holdout, of the orders before an earlier day is for value/clv_holdout. It takes SciPy:
    pip install 'martlet[models]'.

    segments: k-means over features of customers who have bought, for segmentation/clusters and its neighbours. A cluster keeps its
    number from fit to fit. What is the same for all, or known of nobody, is left out, and said.

    incremental: tells caused orders from those of habit, and touches that cause from those of people who had already decided, by
    touches and orders alone; for attribution/incremental. Its checks say when not to believe it; docs/incremental.md says how it works.

    churn, purchase, next_value: a linear and a boosted model learn from features/customer at several past days, are chosen on a later one and
    tested on one later still; the better one scores today's customers. martlet model card says what it is worth; docs/models.md explains. It takes
    scikit-learn: pip install 'martlet[models]'. response is the same of the last campaign of which a source tells who answered, its rows split at random.

    uplift: learns from people who were left alone by chance, held out of mailings or in the control of an experiment, what a contact changes for
    whom; the pack uplift says how well, whom to contact next, and when nothing can be said.

    New orders are scored with the parameters that are there; fit again when queries call them stale.

    For example:
      martlet model fit clv
      martlet query value/clv --limit 10
      martlet model fit clv --name until_june --until 2025-07-01 --format csv
      martlet model fit segments
      martlet model fit segments --k 5 --features income,age_years,share:*
      martlet model fit incremental
      martlet model fit incremental --name free --controls none
      martlet model fit churn --horizon 60 --gap 14
      martlet model fit uplift --study Promotional
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
        study=study,
        as_of=as_of,
        horizon=horizon,
        gap=gap,
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


@model.command("list", cls=Command)
@options.output_options
@options.warehouse
def list_(warehouse: Path, **where: Any) -> None:
    """List the models that foretell something, with how good they are: predict/models.

    For example:
      martlet model list
    """
    _ask(warehouse, "predict/models", where)


@model.command("compare", cls=Command)
@click.argument("fit", default="churn")
@options.output_options
@options.warehouse
def compare(fit: str, warehouse: Path, **where: Any) -> None:
    """Hold the boosted model of a fit against the linear one: predict/compare.

    For example:
      martlet model compare churn
    """
    _ask(warehouse, "predict/compare", where, fit=fit)


@model.command("card", cls=Command)
@click.argument("fit", default="churn")
@options.output_options
@options.warehouse
def card(fit: str, warehouse: Path, **where: Any) -> None:
    """Tell in sentences what a model says, what it is worth, what drives it, whether it is fair and when not to use it.

    Written to a file that ends in .html, .md or .pdf it is a page with its pictures and tables.

    For example:
      martlet model card churn
      martlet model card churn -o card.html
      martlet model card purchase --format csv
    """
    import martlet
    from martlet.reports.report import ENDINGS
    from martlet.terminal import protection
    from martlet.terminal.cards import lines

    output: Path | None = where["output"]
    if output is not None and output.suffix in ENDINGS:
        protection.refuse(output, overwrite=where["overwrite"])
        martlet.report(warehouse, template=_template(warehouse, fit), fit=fit).save(output)
        return
    if output is None and where["name"] in (None, "table"):
        with martlet.open(warehouse) as opened:
            rows = opened.query("predict/card", fit=fit).rows()
        if rows:
            click.echo("\n".join(lines(rows)))
            return
    _ask(warehouse, "predict/card", where, fit=fit)


@model.command("score", cls=Command)
@click.argument("fit", default="churn")
@click.option(
    "--as-of",
    type=options.Day(),
    help="The day at whose midnight customers are scored. Default: the day after the data.",
)
@options.output_options
@options.warehouse
def score(fit: str, warehouse: Path, *, as_of: date | None, **where: Any) -> None:
    """Score the customers of today, or of another day, by a fit that is there, and keep the scores.

    For example:
      martlet model score churn
      martlet model score churn --as-of 2025-10-01 --format csv
    """
    from martlet.loaders import fitting
    from martlet.terminal import output

    output.deliver(fitting.score(warehouse, fit, as_of=as_of).to_arrow(), **where)


@model.command("drift", cls=Command)
@click.argument("fit", default="churn")
@click.option(
    "--as-of",
    type=options.Day(),
    help="The day that is held against training. Default: the day after the data.",
)
@options.output_options
@options.warehouse
def drift(fit: str, warehouse: Path, *, as_of: date | None, **where: Any) -> None:
    """Hold the features and scores of today against those of training, and keep the answer: predict/drift shows it over time.

    For example:
      martlet model drift churn
    """
    from martlet.loaders import fitting
    from martlet.terminal import output

    output.deliver(fitting.measure_drift(warehouse, fit, as_of=as_of).to_arrow(), **where)


@model.command("refit", cls=Command)
@click.argument("fit", default="churn")
@click.option("--if-drifted", is_flag=True, help="Only when today's scores are those of another population.")
@options.warehouse
def refit(fit: str, warehouse: Path, *, if_drifted: bool) -> None:
    """Fit a model again as it was asked for, on what has come since; with --if-drifted it fits a nightly job.

    The drift of today is measured and kept first, as martlet model drift does.

    For example:
      martlet model refit churn
      martlet model refit churn --if-drifted
    """
    import martlet

    report = martlet.refit(warehouse, fit, if_drifted=if_drifted)
    if report is None:
        click.echo(
            f"{fit} was not fitted again: its scores have not drifted, as predict/drift shows", err=True
        )
    else:
        click.echo(report.summary(), err=True)


def _template(warehouse: Path, fit: str) -> str:
    """Return the report that tells of a fit: uplift has another than what is foretold."""
    import martlet

    with martlet.open(warehouse) as opened:
        studies = opened.sql("SELECT split_part(model, '.', 1) FROM model.study").rows()
    return "uplift_card" if (fit,) in studies else "card"


def _ask(warehouse: Path, query: str, where: dict[str, Any], **params: Any) -> None:
    """Ask a query, as martlet query does."""
    import martlet
    from martlet.terminal import output

    with martlet.open(warehouse) as opened:
        described = opened.describe(query)
        result = opened.query(query, **params)
        output.deliver_result(result, described.headline, **where)
