"""Tests, intervals, sizes and regressions of the pack email against scipy and numpy, on random campaigns."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from math import asin, exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from .mails_by_hand import wilson

KINDS = ["Newsletter", "Promotional", "Welcome"]


@st.composite
def reports(draw, least=2, most=5):
    """Draw campaigns of several kinds with their reports."""
    found = []
    for kind in KINDS[: draw(st.integers(1, 3))]:
        for _ in range(draw(st.integers(least, most))):
            delivered = draw(st.integers(50, 2000))
            opened = draw(st.integers(1, delivered - 1))
            found.append(
                {
                    "kind": kind,
                    "delivered": delivered,
                    "unique_opens": opened,
                    "unique_clicks": draw(st.integers(0, opened)),
                    "orders": draw(st.integers(0, 20)),
                    "revenue": Decimal(draw(st.integers(0, 200_000))) / 100,
                }
            )
    return [{"campaign_key": key, **one} for key, one in enumerate(found, 1)]


def fill(star, found):
    star.fill(
        dim_campaign=[
            {
                "campaign_key": one["campaign_key"],
                "campaign_id": f"c{one['campaign_key']}",
                "name": f"C{one['campaign_key']}",
                "channel_key": 6,
                "campaign_type": one["kind"],
                "subject_line": one.get("line"),
                "mailing": one.get("mailing"),
            }
            for one in found
        ],
        fact_email_report=[
            {
                "campaign_key": one["campaign_key"],
                "sent_at": datetime(2024, 1, 1) + timedelta(days=one["campaign_key"]),
                "recipients": one["delivered"],
                **{
                    name: one[name]
                    for name in ("delivered", "unique_opens", "unique_clicks", "orders", "revenue")
                },
            }
            for one in found
        ],
    )


def by_kind(found):
    kinds = defaultdict(list)
    for one in found:
        kinds[one["kind"]].append(one)
    return kinds


def holm(values):
    """Return Holm's correction of p-values by their names."""
    corrected, highest = {}, 0.0
    for place, (name, p) in enumerate(sorted(values.items(), key=lambda item: (item[1], item[0]))):
        highest = max(highest, min(1.0, p * (len(values) - place)))
        corrected[name] = highest
    return corrected


@given(found=reports(), test=st.sampled_from(["welch", "clustered", "z"]))
def test_pairs_of_kinds_are_tested_as_scipy_does(star, found, test):
    fill(star, found)
    kinds = by_kind(found)
    rows = {
        (row["campaign_type"], row["other_type"]): row for row in star.ask("email/campaign_types", test=test)
    }
    assert {frozenset(pair) for pair in rows} == {frozenset(pair) for pair in combinations(kinds, 2)}
    raw = {}
    for (first, second), row in rows.items():
        (x, n), (y, m) = (
            (
                np.array([one["unique_opens"] for one in kinds[kind]], float),
                np.array([one["delivered"] for one in kinds[kind]], float),
            )
            for kind in (first, second)
        )
        if test == "welch" and not all(len(rates) > 2 and np.ptp(rates) for rates in (x / n, y / m)):
            # Of two campaigns, or of some that are all alike, the test knows no chance.
            assert (row["statistic"], row["p_value"], row["verdict"]) == (None, None, "too little data")
            continue
        if test == "welch":
            answer = stats.ttest_ind(x / n, y / m, equal_var=False)
            low, high = answer.confidence_interval(0.95)
            statistic, p, degrees = answer.statistic, answer.pvalue, answer.df
        elif test == "clustered":
            errors = []
            pooled = (x.sum() + y.sum()) / (n.sum() + m.sum())
            for events, mails in ((x, n), (y, m)):
                rate = events.sum() / mails.sum()
                errors.append(
                    max(
                        ((events - rate * mails) ** 2).sum()
                        * len(mails)
                        / (len(mails) - 1)
                        / mails.sum() ** 2,
                        pooled * (1 - pooled) / mails.sum(),
                    )
                )
            difference = x.sum() / n.sum() - y.sum() / m.sum()
            degrees = sum(errors) ** 2 / (errors[0] ** 2 / (len(x) - 1) + errors[1] ** 2 / (len(y) - 1))
            statistic = difference / sqrt(sum(errors))
            p = 2 * stats.t.sf(abs(statistic), degrees)
            reach = stats.t.ppf(0.975, degrees) * sqrt(sum(errors))
            low, high = difference - reach, difference + reach
        else:
            share, other = x.sum() / n.sum(), y.sum() / m.sum()
            pooled = (x.sum() + y.sum()) / (n.sum() + m.sum())
            statistic = (share - other) / sqrt(pooled * (1 - pooled) * (1 / n.sum() + 1 / m.sum()))
            p, degrees = 2 * stats.norm.sf(abs(statistic)), None
            (low_1, high_1), (low_2, high_2) = wilson(share, n.sum()), wilson(other, m.sum())
            low = share - other - sqrt((share - low_1) ** 2 + (high_2 - other) ** 2)
            high = share - other + sqrt((high_1 - share) ** 2 + (other - low_2) ** 2)
        assert row["statistic"] == pytest.approx(statistic, rel=1e-7)
        assert row["degrees"] == (None if degrees is None else pytest.approx(degrees, rel=1e-7))
        assert row["effect_size"] == pytest.approx(
            2 * asin(sqrt(row["rate"])) - 2 * asin(sqrt(row["other_rate"]))
        )
        # With few degrees the macros of t are right to three digits, and below three the whole degrees are taken.
        if degrees is None or degrees >= 3:
            assert row["p_value"] == pytest.approx(p, rel=1e-3, abs=5e-5)
            assert (row["low"], row["high"]) == (
                pytest.approx(low, rel=3e-3, abs=1e-5),
                pytest.approx(high, rel=3e-3, abs=1e-5),
            )
        else:
            assert row["p_value"] >= p - 1e-9
            assert row["low"] <= low + 1e-9
            assert row["high"] >= high - 1e-9
        raw[first, second] = row["p_value"]
    for pair, corrected in holm(raw).items():
        assert rows[pair]["p_holm"] == pytest.approx(corrected)
        assert rows[pair]["verdict"] == ("higher" if corrected < 0.05 else "no evidence")


def test_campaigns_that_are_all_alike_prove_nothing_to_welch(star):
    found = [
        {
            "campaign_key": key,
            "kind": KINDS[key % 2],
            "delivered": 700 * key,
            "unique_opens": (210 if key % 2 else 140) * key,
            "unique_clicks": 0,
            "orders": 0,
            "revenue": 0,
        }
        for key in range(1, 7)
    ]
    fill(star, found)
    (row,) = star.ask("email/campaign_types", test="welch")
    assert (row["difference"], row["p_value"], row["verdict"]) == (
        pytest.approx(0.1),
        None,
        "too little data",
    )


@given(found=reports())
def test_summary_statistics_are_numpy_s(star, found):
    fill(star, found)
    kinds = by_kind(found)
    for row in star.ask("email/summary", by="campaign_type"):
        if row["measure"] not in ("open_rate", "revenue"):
            continue
        own = kinds[row["campaign_type"]]
        values = np.array(
            [
                one["unique_opens"] / one["delivered"]
                if row["measure"] == "open_rate"
                else float(one["revenue"])
                for one in own
            ]
        )
        assert row["campaigns"] == len(own)
        assert (row["mean"], row["sd"]) == (
            pytest.approx(values.mean()),
            pytest.approx(values.std(ddof=1), abs=1e-12),
        )
        quartiles = [row[name] for name in ("lowest", "p25", "median", "p75", "highest")]
        assert quartiles == pytest.approx(np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist())
        reach = stats.t.ppf(0.975, len(own) - 1) * values.std(ddof=1) / sqrt(len(own))
        assert row["mean_high"] - row["mean"] == pytest.approx(reach, rel=2e-3, abs=1e-12)
        if row["measure"] == "open_rate":
            assert row["pooled"] == pytest.approx(
                sum(one["unique_opens"] for one in own) / sum(one["delivered"] for one in own)
            )


@pytest.mark.parametrize(("power", "confidence"), [("80", "95"), ("90", "99"), ("95", "90")])
def test_a_test_of_that_size_finds_the_lift_with_that_power(star, power, confidence):
    """The normal power of two proportions, the other way round: at the size found, and not at one less."""
    fill(
        star,
        [
            {
                "campaign_key": 1,
                "kind": "Newsletter",
                "delivered": 5000,
                "unique_opens": 1000,
                "unique_clicks": 0,
                "orders": 0,
                "revenue": 0,
            }
        ],
    )
    for row in star.ask("email/sample_size", power_percent=power, confidence_percent=confidence):
        p, q = row["rate"], row["changed_rate"]

        def reached(size, p=p, q=q):
            pooled = (p + q) / 2
            threshold = stats.norm.ppf(0.5 + float(confidence) / 200) * sqrt(2 * pooled * (1 - pooled) / size)
            return stats.norm.cdf((q - p - threshold) / sqrt((p * (1 - p) + q * (1 - q)) / size))

        assert (
            reached(row["per_version"]) >= float(power) / 100 - 1e-9 > reached(row["per_version"] - 1) - 2e-9
        )
        assert row["mailings"] == pytest.approx(2 * row["per_version"] / 5000)


@st.composite
def lines(draw):
    """Draw versions of mailings, with features of their lines and as many opens as these lead to, and chance."""
    found = []
    for mailing in range(draw(st.integers(6, 10))):
        for version in range(4):
            features = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
            line = (
                "a" * draw(st.integers(5, 30))
                + ("?" if features[0] else "")
                + (" 7" if features[1] else "")
                + (" {first_name}" if features[2] else "")
            )
            delivered = draw(st.integers(200, 2000))
            found.append(
                {
                    "kind": "Newsletter",
                    "mailing": f"m{mailing}" if mailing else None,
                    "line": line,
                    "delivered": delivered,
                    "unique_opens": draw(st.integers(1, delivered // 2)),
                    "unique_clicks": 0,
                    "orders": 0,
                    "revenue": 0,
                    "version": version,
                }
            )
    return [{"campaign_key": key, **one} for key, one in enumerate(found, 1)]


@given(found=lines())
@settings(max_examples=8)
def test_factors_of_subject_lines_are_those_of_weighted_least_squares(star, found):
    fill(star, found)
    strata = defaultdict(list)
    for one in found:
        strata[one["mailing"]].append(one)
    names = ["first name", "question", "number", "ten characters more"]
    outcome, weight, design = [], [], []
    for place, own in enumerate(strata.values()):
        rate = (sum(one["unique_opens"] for one in own) + 0.5) / (sum(one["delivered"] for one in own) + 1)
        for one in own:
            outcome.append(log((one["unique_opens"] + 0.5) / (one["delivered"] + 1)))
            weight.append((one["delivered"] + 1) * rate / (1 - rate))
            line = one["line"]
            design.append(
                [float("{first_name}" in line), float("?" in line), float("7" in line), len(line) / 10]
                + [float(place == other) for other in range(len(strata))]
            )
    x, y, w = np.array(design), np.array(outcome), np.array(weight)
    normal = x.T @ (x * w[:, None])
    if (np.diag(normal) == 0).any() or np.linalg.cond(
        normal / np.sqrt(np.outer(np.diag(normal), np.diag(normal)))
    ) > 1e8:
        return
    beta = np.linalg.solve(normal, x.T @ (w * y))
    degrees = len(y) - x.shape[1]
    # Not surer than the opens themselves are.
    errors = np.sqrt(np.diag(np.linalg.inv(normal)) * max((w * (y - x @ beta) ** 2).sum() / degrees, 1))
    rows = {row["feature"]: row for row in star.ask("email/subject_lines")}
    for name, coefficient, error in zip(names, beta, errors, strict=False):
        row = rows[name]
        assert row["factor"] == pytest.approx(exp(coefficient), rel=1e-6)
        reach = stats.t.ppf(0.975, degrees) * error
        assert (row["factor_low"], row["factor_high"]) == pytest.approx(
            (exp(coefficient - reach), exp(coefficient + reach)), rel=1e-3
        )
        assert row["p_value"] == pytest.approx(
            2 * stats.t.sf(abs(coefficient / error), degrees), rel=1e-3, abs=1e-6
        )
    assert rows["emoji"]["factor"] is None


@given(found=reports(least=2), contacts=st.sampled_from([None]), at_most=st.sampled_from([1.0, 1.5, 3.0]))
@settings(max_examples=10)
def test_the_plan_keeps_its_bounds_and_expects_what_random_effects_do(star, found, contacts, at_most):
    fill(star, found)
    rows = star.ask("email/budget", days=365.0, at_most=at_most, contacts=contacts, fixed=["Welcome"])
    *kinds, whole = rows
    orders, revenue = (
        sum(one["orders"] for one in found),
        float(sum(one["revenue"] for one in found if one["orders"])),
    )
    floor = (revenue / orders) ** 2 if orders else 0
    gains, errors = {}, {}
    for kind, own in by_kind(found).items():
        sent = sum(one["delivered"] for one in own)
        gains[kind] = float(sum(one["revenue"] for one in own)) / sent
        squares = (
            sum((float(one["revenue"]) - gains[kind] * one["delivered"]) ** 2 for one in own)
            * len(own)
            / (len(own) - 1)
        )
        errors[kind] = max(squares, floor) / sent**2
    known = [kind for kind in gains if errors[kind] > 0]
    weights = {kind: 1 / errors[kind] for kind in known}
    if known:
        total = sum(weights.values())
        mean = sum(weights[kind] * gains[kind] for kind in known) / total
        spread = sum(weights[kind] * (gains[kind] - mean) ** 2 for kind in known) - (len(known) - 1)
        room = total - sum(weight**2 for weight in weights.values()) / total
        tau = max(0, spread / room) if room > 1e-9 * total else 0
        again = {kind: 1 / (errors[kind] + tau) for kind in known}
        middle = sum(again[kind] * gains[kind] for kind in known) / sum(again.values())
        for row in kinds:
            if row["campaign_type"] in known and (tau == 0 or tau > 1e-9 * mean**2):
                kind = row["campaign_type"]
                expected = (tau * gains[kind] + errors[kind] * middle) / (tau + errors[kind])
                assert row["expected_gain"] == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert whole["sends_now"] == sum(one["delivered"] for one in found)
    assert whole["planned_sends"] <= whole["sends_now"]
    for row in kinds:
        now = row["sends_now"]
        if row["campaign_type"] == "Welcome":
            assert row["change"] == 0
        else:
            assert now * 0.5 - 1 <= row["planned_sends"] <= now * at_most
        if row["expected_gain"] is not None:
            assert row["expected_change"] == pytest.approx(row["change"] * row["expected_gain"], abs=1e-9)
    known_changes = [row["expected_change"] for row in kinds if row["expected_change"] is not None]
    if known_changes:
        assert whole["expected_change"] == pytest.approx(sum(known_changes), abs=1e-6)
        assert whole["expected_change"] >= -1e-6


@pytest.mark.parametrize("word", ["", " ", "?!"])
def test_a_word_without_a_letter_is_refused(star, word):
    fill(
        star,
        [
            {
                "campaign_key": 1,
                "kind": "Newsletter",
                "line": "news",
                "delivered": 100,
                "unique_opens": 10,
                "unique_clicks": 0,
                "orders": 0,
                "revenue": 0,
            }
        ],
    )
    with pytest.raises(Exception, match="word must hold a letter or a digit"):
        star.ask("email/subject_lines", word=word)


@pytest.mark.parametrize("path", ["email/funnel", "email/subject_lines", "email/send_times"])
def test_a_kind_is_found_in_any_letter_case_and_an_unknown_one_refused(star, path):
    counts = {"delivered": 100, "unique_opens": 10, "unique_clicks": 0, "orders": 0, "revenue": 0}
    fill(
        star,
        [
            {"campaign_key": 1, "kind": "Newsletter", "line": "news", **counts},
            {"campaign_key": 2, "kind": "Promotional", "line": "sale", **counts},
        ],
    )
    assert star.ask(path, campaign_type="newsLETTER") == star.ask(path, campaign_type="Newsletter") != []
    with pytest.raises(Exception, match="campaign_type must be one of: Newsletter, Promotional"):
        star.ask(path, campaign_type="News")
