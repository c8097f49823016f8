"""A sentence is said only where it holds: findings against plain Python, on answers that are drawn, ties and gaps among them."""

from collections import defaultdict
from datetime import date, timedelta
from statistics import mean, median

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine import packs

# Multiples of a quarter, so that sums are exact and ties are drawn.
COUNTS = st.integers(0, 240).map(lambda n: n / 4)
SHARES = st.integers(0, 8).map(lambda n: n / 8)
MONEY = st.integers(-8, 400).map(lambda n: n * 1.25)
NAMES = st.sampled_from(["Email", "Display", "Direct", "(unattributed)"])
ONE_MODEL = st.just("linear")
MODELS = st.sampled_from(["linear", "linear", "first"])


def percent(value):
    return f"{100 * value:.1f} %"


def money(value):
    return f"{value:,.2f}"


def number(value):
    return f"{value:,.2f}" if value == 0 or abs(value) >= 0.05 else f"{value:.2g}"


def first_alone(rows, key, margin=0.0):
    """Return the row of the greatest value, None where another has as much or there is no other."""
    placed = sorted(rows, key=key, reverse=True)
    if len(placed) < 2 or key(placed[0]) <= key(placed[1]) + margin:
        return None
    return placed[0]


def models(rows):
    return {row["model"] for row in rows}


def summed(rows, by, *names):
    sums = defaultdict(lambda: dict.fromkeys(names, 0.0))
    for row in rows:
        for name in names:
            sums[row[by]][name] += row[name]
    return [{by: key, **found} for key, found in sums.items()]


def assists(rows):
    helping = [
        row
        for row in rows
        if row["assisted_conversions"] >= 20 and row["assisted_conversions"] > row["last_conversions"]
    ]
    if not helping:
        return None
    best = min(helping, key=lambda row: (row["last_conversions"] - row["assisted_conversions"], row["step"]))
    return (
        f"{best['step']} helps more than it closes: it was on the path of {best['assisted_conversions']:,.0f} orders before the last "
        f"touch, and the last touch of {best['last_conversions']:,.0f}."
    )


def campaigns(rows):
    best = first_alone(
        [row for row in rows if row["spend"] > 0 and row["conversions"] >= 10], lambda row: row["roas"]
    )
    return best and (
        f"By the model {best['model']}, {best['campaign']} has the best return of the campaigns with ten orders or more: "
        f"{money(best['revenue'])} for {money(best['spend'])}."
    )


def channels(rows):
    own = [row for row in rows if row["channel"] != "(unattributed)"]
    best = first_alone(own, lambda row: row["revenue"])
    if best is None or len(models(rows)) > 1 or best["conversions"] < 10:
        return None
    total = sum(row["revenue"] for row in own)
    return total and (
        f"By the model linear, {best['channel']} has the most revenue to its credit: {money(best['revenue'])}, "
        f"{percent(best['revenue'] / total)} of what the channels have."
    )


def compare(rows):
    spans = []
    for step in dict.fromkeys(row["step"] for row in rows):
        own = [row for row in rows if row["step"] == step]
        low, high = (pick(own, key=lambda row: row["conversion_share"]) for pick in (min, max))
        spans.append((high["conversion_share"] - low["conversion_share"], low, high))
    spans.sort(key=lambda span: -span[0])
    widest, low, high = spans[0]
    others = [span for span, *_ in spans[1:]] or [0]
    orders = sum(row["conversions"] for row in rows) / len(models(rows))
    if widest < 0.05 or widest <= others[0] or orders < 30:
        return None
    return (
        f"The models disagree most about {low['step']}: {percent(low['conversion_share'])} of the orders by {low['model']}, "
        f"{percent(high['conversion_share'])} by {high['model']}."
    )


def given_paths(rows):
    best = first_alone(rows, lambda row: row["conversions"])
    total = sum(row["conversions"] for row in rows)
    if best is None or total < 30 or len(models(rows)) > 1:
        return None
    return (
        f"By the model linear, {best['channel']} has {percent(best['conversions'] / total)} of the {total:,.0f} conversions to its "
        "credit, more than any other."
    )


def lag(rows):
    days = [row for row in rows if row["measure"] == "days" and row["value"] is not None]
    total = sum(row["conversions"] for row in days)
    if total < 30:
        return None
    half = next(
        value
        for value in sorted(row["value"] for row in days)
        if 2 * sum(row["conversions"] for row in days if row["value"] <= value) >= total
    )
    told = "1 day" if half == 0 else f"{half + 1:,} days"
    return (
        f"At least half of the orders with a touch came less than {told} after the first touch on their path."
    )


def new_vs_returning(rows):
    steps = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["step"] != "(unattributed)":
            steps[row["step"]][0] += row["conversions"] if row["customers"] == "new" else 0
            steps[row["step"]][1] += row["conversions"]
    rated = [(step, new / both) for step, (new, both) in steps.items() if both >= 20]
    best = first_alone(rated, lambda found: found[1], 1e-9)
    if best is None or len(models(rows)) > 1:
        return None
    return (
        f"Of those with 20 orders or more, {best[0]} wins new customers most often: {percent(best[1])} of its orders are first ones, by "
        "the model linear."
    )


def paths(rows):
    best = first_alone([row for row in rows if row["path"] != "(no touch)"], lambda row: row["conversions"])
    if best is None or best["conversions"] < 10:
        return None
    walks = best["conversions"] + best["non_conversions"]
    return (
        f"The path {best['path']} ends in the most orders: {best['conversions']:,}, of the {walks:,} times that it was "
        "walked."
    )


def removal_effects(rows):
    best = first_alone(
        [row for row in rows if row["removal_effect"] is not None], lambda r: r["removal_effect"]
    )
    return best and (
        f"{percent(best['removal_effect'])} of the orders pass through {best['step']}, more than through any other, as the Markov model "
        "has it."
    )


def roi(rows):
    sums = summed(rows, "channel", "conversions", "revenue", "spend")
    best = first_alone(
        [one for one in sums if one["spend"] > 0 and one["conversions"] >= 10],
        lambda one: one["revenue"] / one["spend"],
    )
    if best is None or len(models(rows)) > 1:
        return None
    return (
        f"By the model linear, {best['channel']} returned most on its cost over all periods: {money(best['revenue'])} for "
        f"{money(best['spend'])}."
    )


def scorecard(rows):
    errors = {
        row["model"]: row["mean_absolute_error"] for row in rows if row["mean_absolute_error"] is not None
    }
    placed = sorted(errors, key=lambda model: (errors[model], model))
    if len(placed) < 2 or errors[placed[0]] >= errors[placed[1]]:
        return None
    if sum(row["caused_conversions"] for row in rows if row["model"] == placed[0]) < 30:
        return None
    worst = min(placed, key=lambda model: (-errors[model], model))
    return (
        f"The model {placed[0]} comes closest to what the channels caused: a channel's share is off by {percent(errors[placed[0]])} of "
        f"all orders on the mean, by {worst} {percent(errors[worst])}."
    )


def shapley(rows):
    sums = summed(rows, "step", "credited_conversions")
    best = first_alone(sums, lambda one: one["credited_conversions"], 1e-9)
    total = sum(row["credited_conversions"] for row in rows)
    return (
        f"Over all sets, {best['step']} is credited with the most orders: {number(best['credited_conversions'])} of {total:,.0f}."
        if best and total >= 30
        else None
    )


def touches(rows):
    lengths = {row["order_id"]: row["path_length"] for row in rows if row["place"] is not None}
    if len(lengths) < 30:
        return None
    alone = sum(length == 1 for length in lengths.values()) / len(lengths)
    return (
        f"An order with a touch has {number(mean(lengths.values()))} of them on the mean; {percent(alone)} of these orders have only "
        "one."
    )


def transitions(rows):
    rated = []
    for state in {row["from_state"] for row in rows} - {"(start)"}:
        own = [row for row in rows if row["from_state"] == state]
        passages = sum(row["passages"] for row in own)
        orders = sum(row["passages"] for row in own if row["to_state"] == "(conversion)")
        if passages >= 50:
            rated.append((state, orders / passages, passages))
    best = first_alone(rated, lambda one: one[1])
    return best and (
        f"An order follows most often after {best[0]}: {percent(best[1])} of {best[2]:,.0f} times."
    )


def mix(rows):
    sure = [row for row in rows if row["marginal_roas_low"] is not None and row["marginal_roas_low"] > 0]
    if not sure:
        return None
    best = min(sure, key=lambda row: (-row["marginal_roas_low"], row["model"], row["channel"]))
    return (
        f"Another 1 of weekly spend on {best['channel']} went along with {number(best['marginal_roas'])} of revenue "
        f"({number(best['marginal_roas_low'])} to {number(best['marginal_roas_high'])}), by the model {best['model']}."
    )


def overclaim(rows):
    claimed, credited = (sum(row[name] for row in rows) for name in ("platform_conversions", "conversions"))
    if len(models(rows)) > 1 or credited < 10 or claimed <= credited:
        return None
    return (
        f"Platforms claim {claimed:,.0f} orders, {number(claimed / credited)} for each of the {credited:,.0f} that the model linear "
        "credits to them."
    )


def pacing(rows):
    off = [
        row
        for row in rows
        if row["projected_overspend"] is not None
        and (row["status"], row["projected_overspend"] > 0) in {("over", True), ("under", False)}
        and row["projected_overspend"] != 0
    ]
    if not off:
        return None
    most = min(off, key=lambda row: (-abs(row["projected_overspend"]), row["campaign_key"]))
    side = "above" if most["projected_overspend"] > 0 else "below"
    return (
        f"{most['campaign_name']} ends {money(abs(most['projected_overspend']))} {side} its budget of {money(most['budget'])} if its last "
        "days go on."
    )


def performance(rows):
    paid = [row for row in rows if row["spend"] > 0]
    spend, conversions, revenue = (
        sum(row[name] for row in paid) for name in ("spend", "conversions", "revenue")
    )
    if len(models(paid)) != 1 or conversions < 10:
        return None
    return (
        f"The ads cost {money(spend)} and are credited with {number(conversions)} orders and {money(revenue)}, "
        f"{number(revenue / spend)} for each 1 spent, by the model {paid[0]['model']}."
    )


def waste(rows):
    named = [row for row in rows if row["campaign_id"] != "(unknown)"]
    if len(named) < 2 or len(models(named)) > 1:
        return None
    stake, spend = (sum(row[name] for row in named) for name in ("money_at_stake", "spend"))
    return (
        f"By the model {named[0]['model']}, {len(named):,} campaigns return less than asked for; {money(stake)} of the {money(spend)} "
        "that they cost is at stake."
    )


def weekly_panel(rows):
    whole = [row for row in rows if row["days"] == 7]
    weeks = summed(whole, "week_start", "spend")
    best = first_alone(weeks, lambda week: week["spend"])
    if len(weeks) < 4 or best is None:
        return None
    revenue = max(row["revenue"] for row in whole if row["week_start"] == best["week_start"])
    return f"Most was spent in the week of {best['week_start']}: {money(best['spend'])}, and {money(revenue)} came in."


def credit(rows):
    if len(rows) < 10:
        return None
    return (
        f"{len(rows):,} orders worth {money(sum(row['net_revenue'] for row in rows))} are credited to mails; half of them came within "
        f"{number(median(row['hours_before'] for row in rows))} hours."
    )


def members(rows):
    sizes = summed([{**row, "one": 1} for row in rows], "segment", "one", "monetary")
    best = min(sizes, key=lambda one: (-one["one"], one["segment"]))
    return f"{best['segment']} has {best['one']:,.0f} members, who brought in {money(best['monetary'])}."


def rfm(rows):
    spent = sorted((row["monetary"] for row in rows), reverse=True)
    if len(spent) < 50 or sum(spent) <= 0:
        return None
    share = sum(spent[: len(spent) // 5]) / sum(spent)
    return f"The fifth of the customers who spent most brought in {percent(share)} of the money."


def rfm_thresholds(rows):
    recency = [row for row in rows if row["measure"] == "recency"]
    best = max(recency, key=lambda row: row["score"], default=None)
    if best is None or best["upper_bound"] is None or best["customers"] < 2:
        return None
    days = "1 day" if best["upper_bound"] == 1 else f"{best['upper_bound']:,.0f} days"
    return (
        f"Who ordered within the last {days} has the best score for recency, {best['score']}: {best['customers']:,} "
        "customers."
    )


def sessionize(rows):
    if len(rows) < 100:
        return None
    bounces = sum(row["is_bounce"] for row in rows) / len(rows)
    return f"{len(rows):,} sessions were made; {percent(bounces)} of them are bounces."


def mix_marginal(rows):
    good = [row for row in rows if row["low"] is not None and row["low"] > 1]
    best = min(good, key=lambda row: (-row["low"], row["channel"]), default=None)
    return best and (
        f"The next 1 on {best['channel']} brings {number(best['marginal_roas'])} of revenue ({number(best['low'])} to {number(best['high'])}); "
        f"on average it brought {number(best['mean_roas'])}."
    )


def mix_backtest(rows):
    errors = [row["error"] for row in rows if row["error"] is not None]
    if not errors:
        return None
    return (
        f"The last {len(rows)} weeks were foretold with a mean error of {percent(mean(errors))}; {sum(row['is_inside'] for row in rows)} lay "
        "within the interval of 90 %."
    )


def mix_budget(rows):
    whole = next((row for row in rows if row["channel"] == "(all)"), None)
    if whole is None or whole["planned_spend"] is None:
        return None
    return (
        f"Sharing the same money out anew would bring {number(whole['expected_gain'])} more a week ({number(whole['gain_low'])} to "
        f"{number(whole['gain_high'])}); the chance that it helps is {percent(whole['chance'])}."
    )


def maybe(values):
    return st.one_of(st.none(), values)


WEEKS = st.integers(0, 5).map(lambda n: date(2025, 1, 6) + timedelta(weeks=n))
# Of each query: what it says, the columns that decide it, and those of which a row is one of a kind.
FINDINGS = {
    "attribution/assists": (assists, {"step": NAMES, "assisted_conversions": st.integers(0, 60), "last_conversions": st.integers(0, 60)}, ["step"]),
    "attribution/campaigns": (campaigns, {"model": MODELS, "campaign": NAMES, "conversions": COUNTS, "revenue": MONEY, "spend": MONEY.map(abs), "roas": SHARES}, ["model", "campaign"]),
    "attribution/channels": (channels, {"model": MODELS, "channel": NAMES, "conversions": COUNTS, "revenue": MONEY.map(abs)}, ["model", "channel"]),
    "attribution/compare": (compare, {"model": MODELS, "step": NAMES, "conversions": COUNTS, "conversion_share": SHARES}, ["model", "step"]),
    "attribution/given_paths": (given_paths, {"model": MODELS, "channel": NAMES, "conversions": COUNTS}, ["model", "channel"]),
    "attribution/lag": (lag, {"measure": st.sampled_from(["days", "days", "touches"]), "value": maybe(st.integers(0, 9)), "conversions": st.integers(1, 30)}, ["measure", "value"]),
    "attribution/new_vs_returning": (new_vs_returning, {"model": MODELS, "step": NAMES, "customers": st.sampled_from(["new", "returning"]), "conversions": COUNTS}, ["model", "step", "customers"]),
    "attribution/paths": (paths, {"path": st.sampled_from(["a > b", "a", "b", "(no touch)"]), "conversions": st.integers(0, 20), "non_conversions": st.integers(0, 99)}, ["path"]),
    "attribution/removal_effects": (removal_effects, {"step": NAMES, "removal_effect": maybe(SHARES)}, ["step"]),
    "attribution/roi": (roi, {"model": ONE_MODEL, "period_start": WEEKS, "channel": NAMES, "conversions": COUNTS, "revenue": MONEY, "spend": MONEY.map(abs)}, ["period_start", "channel"]),
    "attribution/scorecard": (scorecard, {"model": MODELS, "channel": NAMES, "caused_conversions": st.integers(0, 40), "mean_absolute_error": maybe(SHARES)}, ["model"]),
    "attribution/shapley": (shapley, {"steps": st.sampled_from("abc"), "step": NAMES, "credited_conversions": COUNTS.map(lambda n: n - 5)}, ["steps", "step"]),
    "attribution/touches": (touches, {"order_id": st.integers(1, 60), "place": st.sampled_from([1, 1, 1, 1, 1, None]), "path_length": st.integers(1, 3)}, ["order_id"]),
    "attribution/transitions": (transitions, {"from_state": st.sampled_from(["(start)", "a", "b"]), "to_state": st.sampled_from(["a", "(conversion)", "(null)"]), "passages": st.integers(1, 60)}, ["from_state", "to_state"]),
    "mix/backtest": (mix_backtest, {"week_start": WEEKS, "error": maybe(SHARES), "is_inside": st.booleans()}, ["week_start"]),
    "mix/budget": (mix_budget, {"channel": st.sampled_from(["Display", "(all)"]), "planned_spend": maybe(MONEY), "expected_gain": COUNTS, "gain_low": COUNTS, "gain_high": COUNTS, "chance": SHARES}, ["channel"]),
    "mix/marginal": (mix_marginal, {"channel": NAMES, "marginal_roas": COUNTS, "low": maybe(COUNTS), "high": COUNTS, "mean_roas": COUNTS}, ["channel"]),
    "spend/mix": (mix, {"model": MODELS, "channel": NAMES, "marginal_roas": COUNTS, "marginal_roas_low": maybe(MONEY), "marginal_roas_high": MONEY}, ["model", "channel"]),
    "spend/overclaim": (overclaim, {"model": MODELS, "channel": NAMES, "platform_conversions": COUNTS, "conversions": COUNTS}, ["model", "channel"]),
    "spend/pacing": (pacing, {"campaign_key": st.integers(1, 9), "campaign_name": NAMES, "status": st.sampled_from(["over", "under", "on pace", "ended"]), "budget": MONEY.map(abs), "projected_overspend": maybe(MONEY)}, ["campaign_key"]),
    "spend/performance": (performance, {"model": MODELS, "channel": NAMES, "spend": MONEY, "conversions": COUNTS, "revenue": MONEY}, ["model", "channel"]),
    "spend/waste": (waste, {"model": MODELS, "campaign_id": st.sampled_from(["(unknown)", "C1", "C2", "C3"]), "spend": MONEY.map(abs), "money_at_stake": MONEY.map(abs)}, ["model", "campaign_id"]),
    "spend/weekly_panel": (weekly_panel, {"week_start": WEEKS, "channel": NAMES, "days": st.sampled_from([7, 7, 7, 3]), "spend": MONEY, "revenue": MONEY}, ["week_start", "channel"]),
    "email/credit": (credit, {"order_id": st.integers(1, 99), "net_revenue": MONEY, "hours_before": MONEY.map(abs)}, ["order_id"]),
    "segmentation/members": (members, {"segment": st.sampled_from(["one", "two"]), "customer_key": st.integers(1, 9), "monetary": MONEY}, ["segment", "customer_key"]),
    "segmentation/rfm": (rfm, {"customer_key": st.integers(1, 200), "monetary": MONEY}, ["customer_key"]),
    "segmentation/rfm_thresholds": (rfm_thresholds, {"measure": st.sampled_from(["recency", "monetary"]), "score": st.integers(1, 5), "upper_bound": maybe(st.integers(1, 40)), "customers": st.integers(0, 9)}, ["measure", "score"]),
    "web/sessionize": (sessionize, {"unit_id": st.integers(1, 999), "is_bounce": st.booleans()}, ["unit_id"]),
}  # fmt: skip
# Sentences that need many rows.
MANY = {"attribution/touches": 45, "email/credit": 20, "segmentation/rfm": 70, "web/sessionize": 130}


def table_of(rows, columns):
    kinds = {date: pa.date32(), float: pa.float64(), int: pa.int64(), bool: pa.bool_(), str: pa.string()}
    found = {}
    for name in columns:
        values = [row[name] for row in rows]
        known = next((value for value in values if value is not None), 0.0)
        found[name] = pa.array(values, kinds[type(known)])
    return pa.table(found)


@pytest.mark.parametrize("path", FINDINGS)
@given(st.data())
def test_a_sentence_is_that_of_plain_python_or_none(path, data):
    oracle, columns, unique = FINDINGS[path]
    if "model" in columns and data.draw(st.booleans()):
        columns = {**columns, "model": ONE_MODEL}
    most = MANY.get(path, 12)
    rows = data.draw(
        st.lists(
            st.fixed_dictionaries(columns),
            min_size=data.draw(st.sampled_from([1, most - 5])) if path in MANY else 1,
            max_size=most,
            unique_by=lambda row: tuple(row[name] for name in unique),
        )
    )
    told = packs.get(path).finding.of(table_of(rows, columns))
    assert told == (oracle(rows) or None)


@pytest.mark.parametrize("path", FINDINGS)
def test_the_sentence_of_a_company_is_that_of_plain_python(path, warehouse):
    result = warehouse.query(path)
    rows = [
        {name: float(value) if hasattr(value, "as_tuple") else value for name, value in row.items()}
        for row in result.arrow().to_pylist()
    ]
    if rows:
        assert result.finding == (FINDINGS[path][0](rows) or None)
    else:
        assert result.finding is None
