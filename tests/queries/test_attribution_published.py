"""The pack against published results: DP6, analyzecore, Shapley's worked examples and Snowplow's Fractribution."""

import csv
import json
from datetime import timedelta
from fractions import Fraction

import pytest

from .attribution_paths import CONVERSION, fill_paths
from .in_memory import InMemory, moment


@pytest.fixture(scope="module")
def star():
    return InMemory()


@pytest.fixture(scope="module")
def worked(shared):
    text = (shared / "known_answers/dp6_mam/algorithmic_worked_examples.json").read_text(encoding="utf-8")
    return json.loads(text)


def revenue(star, **params):
    rows = star.ask("attribution/channels", **params)
    return {row["channel"]: row["revenue"] for row in rows if row["channel"] != "(unattributed)"}


def numbers(expected):
    return {name: float(Fraction(str(value))) for name, value in expected.items()}


@pytest.mark.parametrize(
    ("theirs", "params"),
    [
        ("first", {"model": "first"}),
        ("last", {"model": "last"}),
        ("last_non_A", {"model": "last_non_direct"}),
        ("linear", {"model": "linear"}),
        ("position_40_20_40", {"model": "position"}),
        ("markov", {"model": "markov"}),
        ("shapley_conv_rate", {"model": "shapley", "shapley_v": "rate"}),
    ],
)
def test_nine_paths(star, worked, theirs, params):
    case = worked["dp6_9path"]
    fill_paths(star, [(path.split(" > "), case["value_each"], 1, 0) for path in case["paths"]], direct=("A",))
    assert revenue(star, **params) == pytest.approx(numbers(case[theirs]), abs=5e-6)


def test_nine_paths_removal_effects(star, worked):
    case = worked["dp6_9path"]
    fill_paths(star, [(path.split(" > "), case["value_each"], 1, 0) for path in case["paths"]])
    effects = {row["step"]: row["removal_effect"] for row in star.ask("attribution/removal_effects")}
    assert effects == pytest.approx(case["markov_removal"], abs=1e-8)


def test_markov_of_analyzecore(star, worked):
    case = worked["markov_analyzecore"]
    paths = [(path[:-1], 1, int(path[-1] == "conversion"), int(path[-1] == "null")) for path in case["paths"]]
    fill_paths(star, paths)
    rows = {row["step"]: row for row in star.ask("attribution/removal_effects")}
    assert {k: row["removal_effect"] for k, row in rows.items()} == pytest.approx(
        case["removal_effect"], abs=1e-12
    )
    assert {k: row["conversion_share"] for k, row in rows.items()} == pytest.approx(
        case["attributed_of_1"], abs=1e-12
    )


def test_shapley_of_given_worths(star, worked):
    case = worked["shapley_dp6_readme"]
    fill_paths(star, [(s.split("+"), 1, v, 100 - v) for s, v in case["v"].items()])
    rows = [row for row in star.ask("attribution/shapley") if row["size"] == 3]
    found = {row["step"]: row["share"] * case["sum"] for row in rows}
    assert found == pytest.approx(numbers(case["phi"]), rel=1e-9)


def test_shapley_of_conversions_is_an_equal_split_of_sets(star, worked):
    case = worked["shapley_tds"]
    fill_paths(star, [(s.split("+"), 1, n, 0) for s, n in case["conversions_by_set"].items() if n])
    assert revenue(star, model="shapley") == pytest.approx(case["phi"], rel=1e-9)


def rows_of(shared, name):
    path = shared / f"known_answers/snowplow_fractribution/{name}"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("theirs", "params"),
    [
        ("trim_long_path", {"path_transform": "trim", "trim_steps": 1}),
        ("trim_long_path2", {"path_transform": "trim", "trim_steps": 2}),
        ("unique_path", {"path_transform": "none"}),
        ("frequency_path", {"path_transform": "frequency"}),
        ("exposure_path", {"path_transform": "exposure"}),
        ("first_path", {"path_transform": "first"}),
        ("remove_if_not_all", {"path_transform": "remove_if_not_all"}),
        ("remove_if_last_and_not_all", {"path_transform": "remove_if_last_and_not_all"}),
    ],
)
def test_path_transforms_of_fractribution(star, shared, theirs, params):
    for row in rows_of(shared, "path_transform_vectors.csv"):
        # A path without a single touch, or with a nameless channel, is not one that a warehouse can hold.
        if row["raw_array"] and not row["raw_array"].endswith("> "):
            fill_paths(star, [(row["raw_array"].split(" > "), 1, 1, 0)])
            (found,) = star.ask("attribution/paths", **params)
            assert found["path"] == row[theirs], row["raw_array"]


@pytest.fixture
def fractribution(star, shared):
    """Sessions and conversions of the published example, as touches and orders."""
    sessions = rows_of(shared, "snowplow_fractribution_sessions_by_customer_id_expected.csv")
    conversions = rows_of(shared, "snowplow_fractribution_conversions_by_customer_id_expected.csv")
    spends = rows_of(shared, "snowplow_fractribution_channel_spend_expected.csv")
    names = {row["channel"]: key for key, row in enumerate(spends, 101)}
    people = {name: key for key, name in enumerate(sorted({row["customer_id"] for row in sessions}), 1)}
    star.fill(
        dim_channel=[{"channel_key": key, "channel": name} for name, key in names.items()],
        dim_date=[{"date_key": 20220701, "date": moment("2022-07-01").date()}],
        fact_order=[
            {
                "order_id": number,
                "customer_key": people[row["customer_id"]],
                "ordered_at": moment(row["conversion_tstamp"]),
                "net_revenue": row["revenue"],
            }
            for number, row in enumerate(conversions, 1)
        ],
        fact_touchpoint=[
            {
                "touchpoint_id": number,
                "customer_key": people[row["customer_id"]],
                "touched_at": moment(row["visit_start_tstamp"]),
                "channel_key": names[row["channel"]],
            }
            for number, row in enumerate(sessions, 1)
        ],
        fact_ad_spend=[
            {"date_key": 20220701, "channel_key": names[row["channel"]], "spend": row["spend"]}
            for row in spends
        ],
    )
    return star


def test_path_summary_of_fractribution(fractribution, shared):
    found = {
        row["path"]: (row["conversions"], row["non_conversions"], float(row["revenue"]))
        for row in fractribution.ask("attribution/paths", path_transform="exposure")
    }
    expected = {
        row["transformed_path"]: (
            int(row["conversions"]),
            int(row["non_conversions"]),
            float(row["revenue"] or 0),
        )
        for row in rows_of(shared, "snowplow_fractribution_path_summary_expected.csv")
    }
    assert found == expected


@pytest.mark.parametrize(
    ("theirs", "params"),
    [
        ("shapley", {"model": "counterfactual"}),
        ("shapley", {"model": "shapley", "shapley_v": "counterfactual"}),
        ("last_touch", {"model": "last"}),
    ],
)
def test_report_of_fractribution(fractribution, shared, theirs, params):
    rows = {
        row["channel"]: row
        for row in fractribution.ask("attribution/channels", path_transform="exposure", **params)
    }
    report = rows_of(shared, "snowplow_fractribution_report_table_expected.csv")
    for expected in report:
        if expected["ATTRIBUTION_TYPE"] == theirs:
            row = rows[expected["CHANNEL"]]
            assert row["conversions"] == pytest.approx(float(expected["CONVERSIONS"]), rel=1e-9)
            assert row["revenue"] == pytest.approx(float(expected["REVENUE"]), rel=1e-9)
            assert row["spend"] == float(expected["SPEND"])
            assert row["roas"] == pytest.approx(float(expected["ROAS"]), rel=1e-6)


ALL = [
    "first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped",
    "time_decay", "markov", "shapley", "counterfactual",
]  # fmt: skip


def test_paths_of_one_touch_get_the_same_answer_from_every_model(star):
    fill_paths(star, [(["a"], 10, 3, 5), (["b"], 20, 2, 1), (["c"], 5, 1, 9)])
    for row in star.ask("attribution/channels", model=ALL):
        expected = {"a": (3, 30), "b": (2, 40), "c": (1, 5), "(unattributed)": (0, 0)}[row["channel"]]
        assert (row["conversions"], row["revenue"]) == pytest.approx(expected), row["model"]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_removal_effects_do_not_depend_on_how_often_a_path_is_seen(star, order):
    paths = [(["a", "b", "a"], 10, 1, 1), (["b", "c"], 20, 1, 2), (["c"], 30, 0, 1)]
    fill_paths(star, paths)
    once = star.ask("attribution/removal_effects", markov_order=order)
    fill_paths(star, [(steps, value, 7 * n, 7 * m) for steps, value, n, m in paths])
    seven = star.ask("attribution/removal_effects", markov_order=order)
    for one, other in zip(once, seven, strict=True):
        assert one["step"] == other["step"]
        assert one["removal_effect"] == pytest.approx(other["removal_effect"], abs=1e-12)


def test_a_step_that_follows_itself_changes_no_result_of_first_order(star):
    fill_paths(star, [(["a", "b"], 10, 1, 1), (["b", "c"], 20, 1, 2)])
    plain = star.ask("attribution/removal_effects")
    fill_paths(star, [(["a", "a", "a", "b"], 10, 1, 1), (["b", "b", "c", "c"], 20, 1, 2)])
    repeated = star.ask("attribution/removal_effects")
    for one, other in zip(plain, repeated, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


def test_no_orders_at_all(star):
    fill_paths(star, [(["a", "b"], 1, 0, 3)], spend={"a": 50})
    for row in star.ask("attribution/channels", model=ALL):
        assert (row["conversions"], row["revenue"]) == (0, 0)
        assert row["cpa"] is None
    assert all(row["removal_effect"] is None for row in star.ask("attribution/removal_effects"))
    assert star.ask("attribution/shapley") == []


def test_spend_without_an_order_keeps_its_row(star):
    fill_paths(star, [(["a"], 10, 1, 0)], spend={"z": 50})
    rows = {row["channel"]: row for row in star.ask("attribution/channels", model=["markov", "last"])}
    assert (rows["z"]["spend"], rows["z"]["conversions"], rows["z"]["roas"]) == (50, 0, 0)


@pytest.mark.parametrize("order", [1, 2])
def test_five_hundred_touches_that_swing_to_and_fro(star, order):
    fill_paths(star, [(["a", "b"] * 250, 10, 1, 1), (["c", "a"], 10, 1, 0)])
    rows = star.ask("attribution/channels", model=ALL, markov_order=order)
    for model in ALL:
        credited = [row for row in rows if row["model"] == model]
        assert sum(row["conversions"] for row in credited) == pytest.approx(2, abs=1e-9)
    effects = {
        row["step"]: row["removal_effect"]
        for row in star.ask("attribution/removal_effects", markov_order=order)
    }
    assert effects["a"] == pytest.approx(1)


def test_touches_of_the_same_moment_go_by_their_number(star):
    star.fill(
        dim_channel=[{"channel_key": 101, "channel": "a"}, {"channel_key": 102, "channel": "b"}],
        fact_order=[{"order_id": 1, "customer_key": 1, "ordered_at": CONVERSION, "net_revenue": 1}],
        fact_touchpoint=[
            {
                "touchpoint_id": n,
                "customer_key": 1,
                "touched_at": CONVERSION - timedelta(days=1),
                "channel_key": key,
            }
            for n, key in ((2, 101), (1, 102))
        ],
    )
    assert [row["path"] for row in star.ask("attribution/paths")] == ["b > a"]


@pytest.mark.parametrize("markov_order", [1, 2])
@pytest.mark.parametrize("revenues", [(100, 50, -30), (-50, 20, 0), (30, -30, 0)])
def test_revenue_below_zero_is_credited_where_it_happened(star, revenues, markov_order):
    names = ("Email", "Direct", "Display")
    fill_paths(star, [([name], value, 1, 2) for name, value in zip(names, revenues, strict=True)])
    expected = {**dict(zip(names, revenues, strict=True)), "(unattributed)": 0}
    for row in star.ask("attribution/channels", model=ALL, markov_order=markov_order):
        assert row["revenue"] == pytest.approx(expected[row["channel"]], abs=1e-9), row["model"]


@pytest.mark.parametrize("markov_order", [1, 2])
def test_credits_sum_to_the_total_when_some_revenue_is_below_zero(star, markov_order):
    fill_paths(
        star, [(["a", "b"], 100, 1, 3), (["b", "a", "c"], -250, 1, 1), (["c"], 40, 2, 0), (["b"], -7, 1, 4)]
    )
    totals = dict.fromkeys(ALL, 0)
    for row in star.ask("attribution/channels", model=ALL, markov_order=markov_order):
        totals[row["model"]] += row["revenue"]
    assert totals == pytest.approx(dict.fromkeys(ALL, 100 - 250 + 80 - 7), abs=1e-9)


def test_a_path_without_orders_has_no_removal_effect(star):
    fill_paths(star, [(["a"], 10, 0, 5)])
    assert star.ask("attribution/removal_effects") == []
