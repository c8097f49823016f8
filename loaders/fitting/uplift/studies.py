"""What uplift is learnt from: mailings from which people were held out, or an experiment that left an arm alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from martlet.engine.errors import FitError, ParameterError, did_you_mean, shown

if TYPE_CHECKING:
    import duckdb
    import polars as pl

__all__ = ["EMAIL", "Study", "assignments", "study"]

EMAIL: Final = "email"

# As email/holdout counts: everybody assigned, delivered or not, to a mailing from which somebody was held out; versions are one mailing.
_CAMPAIGNS = """
campaigns AS (
    SELECT
        campaign.campaign_key,
        campaign.campaign_type,
        min(campaign.campaign_key) OVER (PARTITION BY coalesce(campaign.mailing, campaign.campaign_id), campaign.mailing IS NULL) AS mailing_key
    FROM star.dim_campaign AS campaign
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE channel.channel = 'Email' OR campaign.campaign_key IN (SELECT campaign_key FROM star.fact_email)
)"""
_KINDS: Final = f"""
WITH {_CAMPAIGNS}
SELECT campaigns.campaign_type, count(*) FILTER (WHERE mail.is_holdout) AS held, count(*) FILTER (WHERE NOT mail.is_holdout) AS sent
FROM star.fact_email AS mail
INNER JOIN campaigns ON campaigns.campaign_key = mail.campaign_key
WHERE mail.customer_key <> 0
GROUP BY campaigns.campaign_type
ORDER BY campaigns.campaign_type"""
_MAILS: Final = f"""
{_CAMPAIGNS},

assigned AS (
    SELECT
        mail.email_id AS assignment,
        mail.customer_key,
        mail.assigned_at,
        CAST(version.mailing_key AS BIGINT) AS stratum,
        NOT mail.is_holdout AS is_treated,
        CAST(mail.cost AS DOUBLE) AS cost
    FROM star.fact_email AS mail
    INNER JOIN campaigns AS version ON version.campaign_key = mail.campaign_key
    INNER JOIN campaigns AS mailing ON mailing.campaign_key = version.mailing_key
    WHERE
        mail.customer_key <> 0
        AND ($kind IS NULL OR mailing.campaign_type = $kind)
        AND version.mailing_key IN (
            SELECT held_from.mailing_key
            FROM star.fact_email AS held
            INNER JOIN campaigns AS held_from ON held_from.campaign_key = held.campaign_key
            WHERE held.is_holdout
        )
)"""
# As experiment/results counts: people by their first exposure; those who met several arms were assigned wrongly, and are left out. Browsers of nobody known have no features.
_EXPERIMENT: Final = """
assigned AS (
    SELECT
        CAST(exposure.customer_key AS BIGINT) AS assignment,
        exposure.customer_key,
        min(exposure.exposed_at) AS assigned_at,
        CAST(exposure.experiment_key AS BIGINT) AS stratum,
        min(exposure.variant_key) <> $control AS is_treated,
        0e0 AS cost
    FROM star.fact_exposure AS exposure
    WHERE exposure.customer_key <> 0 AND exposure.experiment_key = $experiment AND exposure.variant_key <> 0
    GROUP BY exposure.customer_key, exposure.experiment_key
    HAVING min(exposure.variant_key) = max(exposure.variant_key) AND min(exposure.variant_key) IN ($control, $arm)
)"""
# Margin is told where every order's cost is known.
_OUTCOMES: Final = """
WITH {assigned},

bought AS (
    SELECT
        assigned.assignment,
        count(*) AS orders,
        sum(placed.net_revenue) AS revenue,
        CASE WHEN count(placed.margin) = count(*) THEN CAST(sum(placed.margin) AS DOUBLE) END AS margin
    FROM assigned
    INNER JOIN star.fact_order AS placed
        ON placed.customer_key = assigned.customer_key
        AND main.is_sale(placed.status)
        AND placed.ordered_at >= assigned.assigned_at
        AND epoch_us(placed.ordered_at) - epoch_us(assigned.assigned_at) <= main.microseconds($horizon)
    GROUP BY assigned.assignment
)

SELECT
    assigned.*,
    -- The moment of asking: the first midnight of the month on which somebody was assigned, not after any of the assignments that take it.
    date_trunc('day', min(assigned.assigned_at) OVER (PARTITION BY date_trunc('month', assigned.assigned_at))) AS asked_at,
    md5(customer.customer_id) AS lot,
    coalesce(bought.orders, 0) AS bought_orders,
    CAST(coalesce(bought.revenue, 0) AS DECIMAL(18, 2)) AS bought_revenue,
    bought.margin AS bought_margin
FROM assigned
INNER JOIN star.dim_customer AS customer ON customer.customer_key = assigned.customer_key
LEFT JOIN bought ON bought.assignment = assigned.assignment
WHERE assigned.assigned_at + to_days(CAST($horizon AS INTEGER)) <= $until
ORDER BY assigned.assigned_at, assigned.assignment"""
_ARMS: Final = """
SELECT
    experiment.experiment_key,
    experiment.experiment_id,
    experiment.name,
    arm.variant_key,
    arm.variant,
    row_number() OVER (
        PARTITION BY experiment.experiment_key
        ORDER BY arm.is_control DESC, lower(arm.variant) LIKE '%control%' DESC, lower(arm.variant), arm.variant_key
    ) = 1 AS is_control
FROM star.dim_experiment AS experiment
INNER JOIN star.dim_variant AS arm ON arm.experiment_key = experiment.experiment_key
WHERE experiment.experiment_key <> 0 AND arm.variant_key <> 0
ORDER BY experiment.experiment_id, arm.variant_key"""


@dataclass(frozen=True)
class Study:
    """A trial: its name as it is asked for, what was done in words, how its people are read, and how many days count when none are named."""

    name: str
    trial: Literal["mails", "experiment"]
    action: str
    assigned: str
    values: dict[str, Any]
    horizon: int


def study(connection: duckdb.DuckDBPyConnection, asked: str | None) -> Study:
    """Return the trial of a name: email (all mailings with a hold-out), a kind of campaign, or an experiment with its arm.

    Raises
    ------
    FitError
        If nobody was held out.
    ParameterError
        If there is no such trial.
    """
    asked = EMAIL if asked is None else asked.strip()
    kinds = {kind: (held, sent) for kind, held, sent in connection.execute(_KINDS).fetchall() if kind}
    held_kinds = {kind.lower(): kind for kind, (held, _) in kinds.items() if held}
    if asked.lower() in (EMAIL, *held_kinds):
        kind = held_kinds.get(asked.lower())
        _refuse_one_arm(kinds if kind is None else {kind: kinds[kind]}, EMAIL if kind is None else kind)
        action = "a mail" if kind is None else f"a mail of the kind {kind}"
        return Study(kind or EMAIL, "mails", action, _MAILS, {"kind": kind}, 5)
    unheld = {kind.lower(): kind for kind in kinds}
    if asked.lower() in unheld:
        _refuse_one_arm({}, unheld[asked.lower()])
    return _experiment(connection, asked, [EMAIL, *held_kinds.values()])


def _refuse_one_arm(kinds: dict[str, tuple[int, int]], name: str) -> None:
    held, sent = (sum(counts) for counts in zip(*kinds.values(), strict=True)) if kinds else (0, 0)
    if not held or not sent:
        what = "nobody was held out" if not held else "everybody was held out"
        raise FitError(
            f"{what} of the mailings of {name} (star.fact_email.is_holdout), so that nothing tells what a mail changes: "
            "hold out a part at random, or name another study"
        )


def _experiment(connection: duckdb.DuckDBPyConnection, asked: str, others: list[str]) -> Study:
    arms = connection.execute(_ARMS).fetchall()
    whole, _, named_arm = asked.partition("/")
    for name, wanted in ((asked, ""), (whole.strip(), named_arm.strip())):
        found = [row for row in arms if name.lower() in (row[1].lower(), row[2].lower())]
        if found:
            return _arm(found, wanted)
    names = [*others, *sorted({row[2] for row in arms})]
    raise ParameterError(
        f"study is {shown(asked)}; it must be email (all mailings from which people were held out), a kind of campaign, or an experiment's "
        f"name.{did_you_mean(asked, names)}"
    )


def _arm(found: list[Any], wanted: str) -> Study:
    """Return the trial of one arm of an experiment against its control."""
    experiment, _, name, control = next(row[:4] for row in found if row[5])
    others = {row[4]: row[3] for row in found if not row[5]}
    chosen = {arm.lower(): arm for arm in others}.get(wanted.lower()) if wanted else None
    if chosen is None and not wanted and len(others) == 1:
        (chosen,) = others
    if chosen is None:
        if not others:
            raise FitError(f"the experiment {name} has one arm alone, so that nothing tells what it changes")
        raise ParameterError(
            f"study must name an arm of {name} other than the control: {', '.join(f'{name}/{arm}' for arm in others)}"
        )
    return Study(
        f"{name}/{chosen}",
        "experiment",
        f"the arm {chosen} of {name}",
        _EXPERIMENT,
        {"experiment": experiment, "control": control, "arm": others[chosen]},
        14,
    )


def assignments(
    connection: duckdb.DuckDBPyConnection, study: Study, *, horizon: int, until: object
) -> pl.DataFrame:
    """Return the people of a trial whose horizon is over at a moment, one row an assignment, with what they bought within it."""
    values = {**study.values, "horizon": horizon, "until": until}
    frame: pl.DataFrame = connection.sql(_OUTCOMES.format(assigned=study.assigned), params=values).pl()
    return frame
