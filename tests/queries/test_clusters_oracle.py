"""The assignment to clusters against a plain recomputation, on random customers and random fits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

COLUMNS = ["recency_days", "frequency", "income", "open_rate", "children"]
KNOTS = 11

number = st.integers(-40, 4000).map(lambda value: value / 4)
knots = st.lists(st.sampled_from([0, 1, 1, 2, 2.5, 3, 5, 8, 13]), min_size=KNOTS, max_size=KNOTS).map(sorted)
feature = st.fixed_dictionaries(
    {
        "scale": st.sampled_from(["log", "linear", "rank"]),
        "fill": number,
        "centre": st.integers(-8, 8).map(lambda value: value / 4),
        "spread": st.sampled_from([0.25, 0.7, 3.0]),
        "knots": knots,
    }
)
customer = st.fixed_dictionaries(
    {
        "recency_days": st.none() | st.integers(0, 900),
        "frequency": st.integers(0, 15),
        "income": st.none() | st.integers(0, 900),
        "open_rate": st.none() | st.sampled_from([0, 0.2, 1 / 3, 0.5, 1]),
        "children": st.none() | st.integers(0, 3),
    }
)


def placed(value, one):
    """Return a value on the scale of a feature."""
    if one["scale"] == "log":
        place = math.copysign(math.log1p(abs(value)), value)
    elif one["scale"] == "linear":
        place = value
    else:
        below = sum(knot < value for knot in one["knots"])
        equal = one["knots"].count(value)
        if equal:
            # The mean of the places of the knots that equal it.
            steps = sum(range(below, below + equal)) / equal
        elif below in (0, KNOTS):
            steps = min(below, KNOTS - 1)
        else:
            low, high = one["knots"][below - 1 : below + 1]
            steps = below - 1 + (value - low) / (high - low)
        place = steps / (KNOTS - 1)
    return (place - one["centre"]) / one["spread"]


def put(star, features, middles, customers):
    star.fill()
    execute = star.connection.execute
    execute(
        "INSERT INTO model.registry (model, task, fitted_at, as_of, rows, converged) "
        "VALUES ('segments.k_means', 'segments', '2025-01-01', '2025-01-01', 9, true)"
    )
    for position, (name, one) in enumerate(features.items(), 1):
        execute(
            "INSERT INTO model.feature VALUES ('segments.k_means', $position, $name, $scale, $fill, $centre, $spread, $knots, 'h', 'l')",
            {"position": position, "name": name, **one, "knots": [float(knot) for knot in one["knots"]]},
        )
    for cluster, middle in middles.items():
        execute(
            f"INSERT INTO model.cluster VALUES ('segments.k_means', {cluster}, 'n{cluster}', 1, 1, 1, NULL)"
        )
        for position, value in enumerate(middle, 1):
            execute(
                f"INSERT INTO model.centroid VALUES ('segments.k_means', {cluster}, {position}, {value}e0)"
            )
    for key, row in enumerate(customers, 1):
        execute(
            f"INSERT INTO mart.customer_profile ({', '.join(row)}, customer_key, customer_id, monetary) "
            f"VALUES ({', '.join(f'${name}' for name in row)}, {key}, 'c{key}', 1)",
            row,
        )


@given(
    features=st.dictionaries(st.sampled_from(COLUMNS), feature, min_size=1, max_size=4),
    numbers=st.lists(st.integers(1, 12), min_size=2, max_size=5, unique=True),
    customers=st.lists(customer, min_size=1, max_size=6),
    seed=st.randoms(use_true_random=False),
)
def test_each_customer_is_with_the_nearest_middle(star, features, numbers, customers, seed):
    middles = {cluster: [seed.randint(-30, 30) / 8 for _ in features] for cluster in numbers}
    put(star, features, middles, customers)
    answer = {row["customer_key"]: row for row in star.ask("segmentation/clusters")}
    assert set(answer) == {key for key, row in enumerate(customers, 1) if row["frequency"] > 0}
    for key, row in answer.items():
        values = customers[key - 1]
        point = [
            placed(one["fill"] if values[name] is None else values[name], one)
            for name, one in features.items()
        ]
        apart = {cluster: math.dist(point, middle) for cluster, middle in middles.items()}
        nearest = sorted(apart, key=lambda cluster: (apart[cluster], cluster))
        # The points lie on a grid of a millionth.
        assert row["distance"] == pytest.approx(apart[nearest[0]], abs=1e-5)
        assert row["second_distance"] == pytest.approx(apart[nearest[1]], abs=1e-5)
        assert apart[row["cluster"]] == pytest.approx(apart[nearest[0]], abs=1e-5)
        assert row["cluster"] != row["second_cluster"]
        assert (row["name"], row["second_name"]) == (f"n{row['cluster']}", f"n{row['second_cluster']}")
        if row["second_distance"]:
            assert row["margin"] == pytest.approx(1 - row["distance"] / row["second_distance"], abs=1e-12)
        else:
            assert row["margin"] is None
