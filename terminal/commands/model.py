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
    from martlet.loaders.fitting.mixing import Calibrate, Outcome
    from martlet.loaders.fitting.mixing.asked import By

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
      martlet model fit mix
      martlet model fit churn
      martlet model card churn
    """


@model.command("fit", cls=Command)
@click.argument(
    "task",
    metavar="clv|segments|incremental|mix|churn|purchase|next_value|visit|lead|response|uplift|subject_type|opens",
)
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
    "--outcome",
    type=click.Choice(("orders", "revenue")),
    help="mix: what spend brings about. Default: orders.",
)
@click.option(
    "--calibrate",
    type=click.Choice(("none", "incremental")),
    help="mix: hold channels to what the fit incremental found, within its errors. Default: none.",
)
@click.option(
    "--lifts",
    type=click.Path(path_type=Path),
    help="mix: CSV file of experiments: channel, first, last, sales, standard_error, and if wanted country and region.",
)
@click.option(
    "--by",
    type=click.Choice(("region", "company")),
    help="mix: whether regions are told apart. Default: where all spend is known by region.",
)
@click.option(
    "--leave-out",
    metavar="A,B,...|none",
    help="mix: channels left out. Default: those paid by the sale, and search for the own name.",
)
@click.option(
    "--holdout-weeks",
    type=click.IntRange(min=4, max=52),
    help="mix: how many of the last weeks the back-test holds out. Default: 13.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=20, max=2000),
    help="mix: of the bootstrap that gives the intervals. Default: 200.",
)
@click.option(
    "--study",
    metavar="email|KIND|EXPERIMENT[/ARM]",
    help="uplift: the trial to learn from: mailings from which people were held out, all (email) or of a kind of campaign, or an experiment. Default: email.",
)
@click.option(
    "--as-of",
    type=options.Day(),
    help="uplift, churn, purchase, next_value, visit, lead, response: day at whose midnight customers are scored. Default: the day after the data.",
)
@click.option(
    "--horizon",
    type=click.IntRange(min=1),
    help="churn, purchase, next_value, lead: how many days are foretold. Default: 90, 30, 180 and 90. visit: how many days of visits are taken at a time. Default: 60. uplift: days after the contact within which an order counts. Default: 5, of experiments 14.",
)
@click.option(
    "--gap",
    type=click.IntRange(min=0),
    help="churn, purchase, next_value, visit, lead: days left to act in before these. Default: 7, 0, 0, 1 and 0.",
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
    outcome: Outcome | None,
    calibrate: Calibrate | None,
    lifts: Path | None,
    by: By | None,
    leave_out: str | None,
    holdout_weeks: int | None,
    draws: int | None,
    study: str | None,
    as_of: date | None,
    horizon: int | None,
    gap: int | None,
    seed: int | None,
    **where: Any,
) -> None:
    """Fit models and keep them in the warehouse: customer lifetime value (clv), clusters of customers (segments), the orders that touches caused (incremental), what each channel's spend brought (mix), whom a contact moves to buy (uplift), what customers and visits will do (churn, purchase, next_value, visit, lead, response), or what subject lines say (subject_type, opens).

    clv: BG/NBD and Pareto/NBD say how often customers buy and when they leave, Gamma-Gamma what they spend. All queries of the pack
    value read the parameters; a second fit, NAME_holdout, of the orders before an earlier day is for value/clv_holdout. It takes SciPy:
    pip install 'martlet[models]'.

    segments: k-means over features of customers who have bought, for segmentation/clusters and its neighbours. A cluster keeps its
    number from fit to fit. What is the same for all, or known of nobody, is left out, and said.

    incremental: tells caused orders from those of habit, and touches that cause from those of people who had already decided, by
    touches and orders alone; for attribution/incremental. Its checks say when not to believe it; docs/incremental.md says how it works.

    mix: a marketing mix model by week and region: demand, and what each channel's spend adds, saturated and carried over, with intervals. For
    the pack mix: contributions, curves, the next unit of money, a budget that says how sure it is, a back-test. martlet model card mix says what is not known.

    churn, purchase, next_value, lead: a linear and a boosted model learn from features/customer at several past days, are chosen on a later one and
    tested on one later still; the better one scores today's customers. martlet model card says what it is worth; docs/models.md explains. It takes
    scikit-learn: pip install 'martlet[models]'. response is the same of the last campaign of which a source tells who answered, its rows split at random.
    visit foretells which visits will end in an order, by what is known a minute after they began (features/visit).

    subject_type and opens: which kind of campaign a subject line sounds like, and how many will open it, learnt from the lines that were sent; for
    predict/line, which tells it of any line.

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
      martlet model fit mix
      martlet model fit mix --name calibrated --calibrate incremental
      martlet model fit churn --horizon 60 --gap 14
      martlet model fit visit
      martlet model fit opens
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
        outcome=outcome,
        calibrate=calibrate,
        lifts=lifts,
        by=by,
        leave_out=_channels(leave_out),
        holdout_weeks=holdout_weeks,
        draws=draws,
        study=study,
        as_of=as_of,
        horizon=horizon,
        gap=gap,
        seed=seed,
    )
    click.echo(report.summary(), err=True)
    output.deliver(report.frame.to_arrow(), **where)


def _channels(given: str | None) -> list[str] | None:
    """Return the channels as they were typed, an empty list for none."""
    if given is None:
        return None
    return [] if given == "none" else [name.strip() for name in given.split(",")]


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
      martlet model card mix
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
    """Return the report that tells of a fit: a mix and uplift have others than what is foretold."""
    import martlet

    with martlet.open(warehouse) as opened:
        tasks = opened.sql(
            "SELECT split_part(model, '.', 1), task FROM model.registry WHERE is_chosen"
        ).rows()
    return {"mix": "mix", "uplift": "uplift_card"}.get(dict(tasks).get(fit, ""), "card")


def _ask(warehouse: Path, query: str, where: dict[str, Any], **params: Any) -> None:
    """Ask a query, as martlet query does."""
    import martlet
    from martlet.terminal import output

    with martlet.open(warehouse) as opened:
        described = opened.describe(query)
        result = opened.query(query, **params)
        output.deliver_result(result, described.headline, **where)
