"""k-means, its figures, and the numbers and names of clusters, against plain recomputations, definitions and published values."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.models.how_many import suggested, tried
from martlet.models.k_means import best_of, drawn, first_middles, lloyd
from martlet.models.naming import names, words
from martlet.models.partitions import adjusted_rand, davies_bouldin, matched, silhouettes


def keys(count, seed=1):
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def on_grid(points):
    return np.round(np.asarray(points) * 2**20) / 2**20


def groups(per_group=60, *, spread=0.3, seed=5):
    """Return points about four corners, and which corner each belongs to."""
    draw = np.random.default_rng(seed)
    middles = np.array([[0.0, 0, 0], [4, 0, 1], [0, 4, 2], [4, 4, 3]])
    labels = np.repeat(np.arange(4), per_group)
    return on_grid(middles[labels] + draw.normal(0, spread, (len(labels), 3))), labels


def plain_lloyd(points, middles):
    """Return middles and inertia by loops over points."""
    middles = [tuple(middle) for middle in middles]
    while True:
        members = {place: [] for place in range(len(middles))}
        inertia = 0.0
        for point in points:
            apart = [sum((a - b) ** 2 for a, b in zip(point, middle, strict=True)) for middle in middles]
            inertia += min(apart)
            members[apart.index(min(apart))].append(point)
        moved = [tuple(np.mean(members[place], axis=0)) for place in range(len(middles))]
        if np.allclose(moved, middles, rtol=0, atol=1e-12):
            return np.array(moved), inertia
        middles = moved


def test_draws_belong_to_key_and_address():
    some = keys(20_000)
    one = drawn(some, 42, 0, 1)
    assert (one == drawn(some[::-1], 42, 0, 1)[::-1]).all()
    assert 0 < one.min() < one.max() < 1
    # A twentieth of 20,000 has a standard deviation of 31: five of them.
    assert abs(np.histogram(one, 20, (0, 1))[0] - 1000).max() < 5 * 31
    for other in (drawn(some, 42, 1, 0), drawn(some, 43, 0, 1), drawn(some, 42, 0)):
        # Of independent draws the correlation has a standard deviation of 0.007.
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 * 0.0071


def test_starts_are_drawn_as_k_means_plus_plus_says():
    points = np.array([[0.0], [1.0], [3.0]])
    counts = np.zeros((3, 3))
    for start in range(6000):
        first, second = first_middles(points, keys(3), 2, 7, start)[:, 0]
        counts[[0, 1, 3].index(first), [0, 1, 3].index(second)] += 1
    apart = (points - points.T) ** 2
    expected = 6000 / 3 * apart / apart.sum(axis=1, keepdims=True)
    # Five standard deviations of a count.
    assert (abs(counts - expected) <= 5 * np.sqrt(expected)).all()


def test_another_point_changes_a_start_only_if_it_is_drawn():
    points, _ = groups()
    some = keys(len(points))
    changed = 0
    for start in range(40):
        whole = first_middles(points, some, 4, 3, start)
        fewer = first_middles(points[1:], some[1:], 4, 3, start)
        changed += not np.array_equal(whole, fewer)
        assert np.array_equal(whole, fewer) or (whole == points[0]).all(axis=1).any()
    assert changed < 10


@pytest.mark.parametrize("k", [2, 3, 4, 6])
def test_lloyd_is_that_of_loops(k):
    points, _ = groups(25, spread=1.2)
    start = first_middles(points, keys(len(points)), k, 1, 0)
    found = lloyd(points, start)
    middles, inertia = plain_lloyd(points.tolist(), start.tolist())
    assert found.converged
    assert found.middles == pytest.approx(middles, abs=1e-12)
    assert found.inertia == pytest.approx(inertia, rel=1e-12)


def test_neither_order_of_rows_nor_of_points_matters():
    points, _ = groups(spread=1.5)
    some = keys(len(points))
    order = np.random.default_rng(2).permutation(len(points))
    one, other = best_of(points, some, 5, 42, 4), best_of(points[order], some[order], 5, 42, 4)
    assert np.array_equal(one.middles, other.middles)
    assert np.array_equal(one.labels[order], other.labels)


def test_a_middle_without_points_goes_to_the_farthest():
    points = np.array([[0.0], [1.0], [2.0], [50.0]])
    found = lloyd(points, np.array([[1.0], [900.0]]))
    assert found.converged
    assert sorted(found.middles[:, 0]) == [1, 50]


def test_it_says_when_it_had_to_stop():
    points, _ = groups(spread=1.5)
    start = first_middles(points, keys(len(points)), 6, 1, 0)
    assert not lloyd(points, start, steps=1).converged


def plain_silhouette(points, labels):
    values = []
    for place, point in enumerate(points):
        apart = [float(np.linalg.norm(point - other)) for other in points]
        own = [d for at, d in enumerate(apart) if labels[at] == labels[place] and at != place]
        if not own:
            values.append(0.0)
            continue
        others = [
            np.mean([d for at, d in enumerate(apart) if labels[at] == name])
            for name in set(labels) - {labels[place]}
        ]
        a, b = np.mean(own), min(others)
        values.append((b - a) / max(a, b))
    return np.mean(values)


@pytest.mark.parametrize("k", [2, 4, 7])
def test_a_silhouette_is_that_of_all_pairs(k):
    points, _ = groups(70, spread=1.4)
    labels = best_of(points, keys(len(points)), k, 1, 2).labels
    assert silhouettes(points, {k: labels})[k] == pytest.approx(
        plain_silhouette(points, labels.tolist()), abs=1e-12
    )


def test_a_point_alone_has_no_silhouette():
    points = np.array([[0.0], [1.0], [10.0]])
    labels = np.array([0, 0, 1])
    # (10 - 1) / 10 and (9 - 1) / 9, and 0 for who is alone.
    assert silhouettes(points, {2: labels})[2] == pytest.approx((0.9 + 8 / 9) / 3)


def test_davies_bouldin_by_hand():
    points = np.array([[0.0], [2.0], [10.0], [14.0]])
    # Widths 1 and 2, middles 1 and 12.
    assert davies_bouldin(points, np.array([5, 5, 7, 7])) == pytest.approx(3 / 11)


partition = st.lists(st.integers(0, 3), min_size=2, max_size=14)


@given(one=partition, seed=st.integers(0, 99))
def test_an_adjusted_rand_index_is_that_of_all_pairs(one, seed):
    other = np.random.default_rng(seed).integers(0, 3, len(one)).tolist()
    n = len(one)
    pairs = [(a, b) for a in range(n) for b in range(a)]
    in_one = sum(one[a] == one[b] for a, b in pairs)
    in_other = sum(other[a] == other[b] for a, b in pairs)
    both = sum(one[a] == one[b] and other[a] == other[b] for a, b in pairs)
    chance, most = in_one * in_other / len(pairs), (in_one + in_other) / 2
    expected = 1.0 if most == chance else (both - chance) / (most - chance)
    assert adjusted_rand(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-12)
    assert adjusted_rand(np.array(one), np.array([{0: 7, 1: 3, 2: 5, 3: 1}[label] for label in one])) == 1


@given(
    table=st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=4),
)
def test_as_many_customers_as_possible_stay_where_they_were(table):
    overlap = {(new, old): count for new, row in enumerate(table) for old, count in enumerate(row)}
    found = matched(overlap)
    assert len(set(found.values())) == len(found)
    padded = [*range(3), *[None] * len(table)]
    best = max(
        sum(overlap.get((new, old), 0) for new, old in enumerate(order[: len(table)]))
        for order in permutations(padded, len(table))
    )
    assert sum(overlap[pair] for pair in found.items()) == best
    assert all(overlap[pair] > 0 for pair in found.items())


HIGH, LOW = ("much a", "much b", "much c"), ("little a", "little b", "little c")


def test_a_name_says_what_sets_apart_most_and_is_the_only_one():
    true = {
        1: words([0.5, -2.0, 0.1], HIGH, LOW),
        2: words([0.5, -2.0, 0.4], HIGH, LOW),
        3: words([0.5, -2.0, 0.0], HIGH, LOW),
        4: words([0.1, -0.1, 0.0], HIGH, LOW),
        5: words([0.0, 0.2, 0.0], HIGH, LOW),
    }
    assert true[2] == ("little b", "much a", "much c")
    assert names(true, {}) == {
        1: "little b, much a",
        2: "little b, much a, much c",
        3: "little b, much a (2)",
        4: "average",
        5: "average (2)",
    }


def test_a_name_stays_while_it_is_true():
    true = {1: ("much b", "much a"), 2: ("little c",), 3: ()}
    assert names(true, {1: "much a", 2: "much c", 9: "x"}) == {1: "much a", 2: "little c", 3: "average"}
    assert names(true, {1: "much a", 2: "much a"})[2] == "little c"


def test_the_number_of_groups_is_suggested():
    points, labels = groups()
    found = tried(points, keys(len(points)), range(2, 8), 42)
    k, reasons = suggested(found)
    assert k == 4
    assert reasons[4].startswith("suggested: has the highest silhouette")
    four = next(one for one in found if one.k == 4)
    assert adjusted_rand(four.partition.labels, labels) == 1
    assert four.stability == 1
    assert four.explained == pytest.approx(
        1 - four.partition.inertia / ((points - points.mean(axis=0)) ** 2).sum()
    )
    assert all(one.stability < 1 for one in found if one.k > 4)


def test_a_cloud_without_groups_is_said_to_be_none():
    points = on_grid(np.random.default_rng(3).normal(0, 1, (400, 4)))
    found = tried(points, keys(len(points)), range(2, 7), 42)
    _, reasons = suggested(found)
    assert all(one.silhouette < 0.25 for one in found)
    assert any("not well apart" in reason or "not stable" in reason for reason in reasons.values())


def test_figures_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    cluster = pytest.importorskip("sklearn.cluster")
    points, labels = groups(50, spread=1.3)
    start = first_middles(points, keys(len(points)), 5, 1, 0)
    found = lloyd(points, start)
    theirs = cluster.KMeans(5, init=start, n_init=1, tol=0, max_iter=300, algorithm="lloyd").fit(points)
    assert found.inertia == pytest.approx(theirs.inertia_, rel=1e-9)
    assert silhouettes(points, {5: found.labels})[5] == pytest.approx(
        metrics.silhouette_score(points, found.labels), abs=1e-12
    )
    assert davies_bouldin(points, found.labels) == pytest.approx(
        metrics.davies_bouldin_score(points, found.labels), abs=1e-12
    )
    assert adjusted_rand(found.labels, labels) == pytest.approx(
        metrics.adjusted_rand_score(labels, found.labels), abs=1e-12
    )


def test_irises_fall_into_three_as_published():
    datasets = pytest.importorskip("sklearn.datasets")
    points = datasets.load_iris().data
    found = best_of(points, keys(150), 3, 42, 20)
    assert found.inertia == pytest.approx(78.851441426146, abs=1e-9)
