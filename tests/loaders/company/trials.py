"""What an analyst measures of experiments: by person exposed to one arm only, from the exposure to the last day."""

import numpy as np
import polars as pl

METRICS = ["add_to_cart", "checkout", "orders", "units", "bounce", "opens", "clicks"]
CARTS = ["Add to Cart", "Checkout", "Purchase"]


def person(customer="customer_key", visitor="visitor_id"):
    return (
        pl.when(pl.col(customer) > 0).then(pl.col(customer).cast(pl.Int64)).otherwise(-pl.col(visitor))
    ).alias("person")


def exposed(tables):
    """People who met one arm only: experiment, arm, whether it is the control, first exposure, end of the experiment."""
    people = (
        tables["fact_exposure"]
        .group_by("experiment_key", person())
        .agg(
            variant_key=pl.col("variant_key").min(),
            arms=pl.col("variant_key").n_unique(),
            since=pl.col("exposed_at").min(),
        )
        .filter(pl.col("arms") == 1)
    )
    ends = tables["dim_experiment"].select(
        "experiment_key", "starts_on", end=pl.col("ends_on").dt.offset_by("1d").cast(pl.Datetime("us"))
    )
    arms = tables["dim_variant"].select("variant_key", "is_control")
    return people.drop("arms").join(ends, on="experiment_key").join(arms, on="variant_key")


def outcomes(tables):
    """By experiment and person the value of each metric: a cart or not, a checkout or not, the number of orders."""
    people = exposed(tables)
    visits = tables["fact_session"].select(
        person(), "started_at", "is_bounce", stage=pl.col("furthest_stage").cast(pl.String)
    )
    during = people.join(visits, on="person").filter(
        pl.col("started_at") >= pl.col("since"), pl.col("started_at") < pl.col("end")
    )
    steps = during.group_by("experiment_key", "person").agg(
        add_to_cart=pl.col("stage").is_in(CARTS).any().cast(pl.Float64),
        checkout=pl.col("stage").is_in(CARTS[1:]).any().cast(pl.Float64),
        bounce=pl.col("is_bounce").sum().cast(pl.Float64),
    )
    units = tables["fact_order_line"].group_by("order_id").agg(units=pl.col("quantity").sum())
    placed = (
        tables["fact_order"]
        .join(units, on="order_id")
        .select("units", person=pl.col("customer_key").cast(pl.Int64), at="ordered_at")
    )
    orders = (
        people.join(placed, on="person")
        .filter(pl.col("at") >= pl.col("since"), pl.col("at") < pl.col("end"))
        .group_by("experiment_key", "person")
        .agg(orders=pl.len().cast(pl.Float64), units=pl.col("units").sum().cast(pl.Float64))
    )
    mails = people.join(_mails(tables), on=["experiment_key", "person"]).filter(
        pl.col("sent_at") >= pl.col("since"), pl.col("sent_at") < pl.col("end")
    )
    mails = mails.group_by("experiment_key", "person").agg(
        opens=pl.col("first_human_opened_at").is_not_null().sum().cast(pl.Float64),
        clicks=pl.col("first_human_clicked_at").is_not_null().sum().cast(pl.Float64),
    )
    found = people.join(steps, on=["experiment_key", "person"], how="left")
    for rows in (orders, mails):
        found = found.join(rows, on=["experiment_key", "person"], how="left")
    by_mail = _about_mail(tables)["experiment_key"].implode()
    on_site = found.filter(~pl.col("experiment_key").is_in(by_mail))
    assert on_site["add_to_cart"].null_count() == 0  # the visit of the exposure is one of them
    return found.with_columns(pl.col(*METRICS).fill_null(0.0))


def _about_mail(tables):
    """The experiments on mail, and the type of mail that each is about."""
    about = tables["truth.experiment"].select("experiment_key", "campaign_type").unique()
    return about.filter(pl.col("campaign_type").is_not_null())


def _mails(tables):
    """The mails that experiments are about, by experiment and person."""
    types = tables["dim_campaign"].select("campaign_key", "campaign_type")
    sent = tables["fact_email"].filter(pl.col("sent_at").is_not_null()).join(types, on="campaign_key")
    return sent.join(_about_mail(tables), on="campaign_type").with_columns(
        person=pl.col("customer_key").cast(pl.Int64)
    )


def truth(tables):
    """The rows about arms that are not the control, by experiment, arm and metric."""
    arms = tables["dim_variant"].filter(~pl.col("is_control")).select("variant_key")
    return tables["truth.experiment"].join(arms, on="variant_key").sort("experiment_key", "metric")


def log_ratio(treated, control):
    """The log of the ratio of two means, and its standard error by the delta method."""
    ratio = np.log(treated.mean() / control.mean())
    parts = [np.var(y, ddof=1) / y.size / y.mean() ** 2 for y in (treated, control)]
    return ratio, np.sqrt(sum(parts))


def measured(tables, row, rows=None):
    """The log of the lift of a row of the truth, and its standard error, from the outcomes."""
    rows = outcomes(tables) if rows is None else rows
    mine = rows.filter(pl.col("experiment_key") == row["experiment_key"])
    arms = [mine.filter(pl.col("is_control") == side)[row["metric"]].to_numpy() for side in (False, True)]
    return log_ratio(*arms)
