"""Clusters of customers on a warehouse file: found, assigned, kept from fit to fit, told when stale, refused in words."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import click.testing
import duckdb
import numpy as np
import polars as pl
import pytest

import martlet
from martlet.cli import cli
from martlet.engine.errors import FitError, ParameterError
from martlet.loaders import fitting
from martlet.loaders.fitting import _features
from martlet.loaders.fitting._lloyd import labelled, lloyd
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting
from martlet.models.k_means import best_of, drawn
from martlet.models.k_means import lloyd as lloyd_in_memory
from martlet.models.partitions import adjusted_rand

ROOT = Path(__file__).parents[3]
TODAY = datetime(2025, 1, 1)
# Days since the last order, orders, money an order: three kinds of customers far apart.
KINDS = [(10, 12, 200), (20, 2, 30), (500, 3, 80)]
PER_KIND = 60


def bought(count=PER_KIND, *, seed=1, key=lambda number: number, order=None):
    """Return customers of the three kinds and their orders; kind and identifier go by number, the key by `key`."""
    draw = np.random.default_rng(seed)
    orders = []
    for number in range(3 * count):
        days, times, money = KINDS[number % 3]
        last = TODAY - timedelta(days=int(days * draw.uniform(0.7, 1.4)))
        orders += [
            (key(number), last - timedelta(days=9 * place), round(money * draw.uniform(0.8, 1.25), 2))
            for place in range(max(1, round(times * draw.uniform(0.75, 1.3))))
        ]
    # Somebody who has not bought, and whose key no kind has.
    customers = [(key(number), f"c{number}") for number in range(3 * count)] + [(9_999, "window shopper")]
    if order is not None:
        mixed = np.random.default_rng(order)
        mixed.shuffle(customers)
        mixed.shuffle(orders)
    return {
        "star.dim_customer": pl.DataFrame(customers, schema=["customer_key", "customer_id"], orient="row"),
        "star.fact_order": pl.DataFrame(
            orders, schema=["customer_key", "ordered_at", "net_revenue"], orient="row"
        )
        .with_row_index("order_id", offset=1)
        .with_columns(pl.col("net_revenue").cast(pl.Decimal(18, 2))),
    }


def found_in(path, query="segmentation/clusters", **params):
    with martlet.open(path) as warehouse:
        return warehouse.query(query, **params).pl()


def cells(path, table):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.sql(f"SELECT * FROM model.{table} ORDER BY ALL").fetchall()


def kinds_of(path):
    """Return the kinds of customers in each cluster."""
    answer = found_in(path).with_columns(kind=pl.col("customer_id").str.slice(1).cast(pl.Int64) % 3)
    return dict(answer.group_by("cluster").agg(pl.col("kind").unique().sort()).sort("cluster").iter_rows())


@pytest.fixture
def path(given):
    opened = given(bought(key=lambda number: number + 1))
    opened.close()
    return opened.path


def test_kinds_are_found_assigned_and_described(path):
    report = martlet.fit("segments", path, fitted_at=TODAY)
    assert report.converged
    assert report.refused == {}
    assert report.frame["customers"].to_list() == [PER_KIND] * 3
    # Numbered by money: 12 orders of 200, 3 of 80, 2 of 30.
    answer = found_in(path)
    kinds = np.array([int(name[1:]) % 3 for name in answer["customer_id"]])
    assert adjusted_rand(kinds, answer["cluster"].to_numpy()) == 1
    by_kind = dict(zip(kinds.tolist(), answer["cluster"], strict=True))
    assert by_kind == {0: 1, 2: 2, 1: 3}
    assert set(answer["fit_status"]) == {"fitted"}
    assert answer["margin"].min() > 0.2
    assert answer.filter((pl.col("second_distance") < pl.col("distance")) | (pl.col("margin") > 1)).is_empty()
    assert "window shopper" not in answer["customer_id"].to_list()
    # What the fit says of its customers, the query finds again.
    kept = answer.group_by("cluster").agg(pl.len(), (pl.col("distance") ** 2).sum()).sort("cluster")
    stored = cells(path, "cluster")
    assert [(row[1], row[3]) for row in stored] == kept.select("cluster", "len").rows()
    assert [row[5] for row in stored] == pytest.approx(kept["distance"].to_list(), rel=1e-8)
    quality = found_in(path, "segmentation/cluster_quality")
    assert quality.filter("is_chosen")["k"].to_list() == quality.filter("is_suggested")["k"].to_list() == [3]
    assert quality.filter("is_chosen")["stability"].item() == 1
    personas = found_in(path, "segmentation/cluster_personas")
    assert personas["name"].to_list() == report.frame["name"].to_list()
    assert personas["strategy"].n_unique() == 3
    profile = found_in(path, "segmentation/cluster_profile")
    used = profile.filter("is_used", cluster=1)
    assert used["feature"].to_list() == ["recency_days", "frequency", "monetary"]


def test_features_are_on_the_scale_that_is_kept(path):
    martlet.fit("segments", path)
    with martlet.open(path) as warehouse:
        values = warehouse.sql(
            "SELECT recency_days, frequency, monetary FROM mart.customer_profile WHERE frequency > 0 ORDER BY customer_key"
        ).pl()
        middles = warehouse.sql(
            "SELECT cluster, list(value ORDER BY position) FROM model.centroid GROUP BY 1 ORDER BY 1"
        ).rows()
    logs = np.log1p(values.cast(float).to_numpy())
    points = (logs - logs.mean(axis=0)) / logs.std(axis=0)
    answer = found_in(path).sort("customer_key")
    for cluster, middle in middles:
        of = answer["cluster"].to_numpy() == cluster
        assert middle == pytest.approx(points[of].mean(axis=0).tolist(), abs=2e-6)
        apart = np.sqrt(((points[of] - np.array(middle)) ** 2).sum(axis=1))
        assert answer.filter(cluster=cluster)["distance"].to_numpy() == pytest.approx(apart, abs=5e-6)


def test_neither_rows_nor_keys_nor_threads_change_a_fit(given, path):
    martlet.fit("segments", path, k=4, fitted_at=TODAY)
    other = given(bought(key=lambda number: 5000 - number, order=3))
    other.close()
    martlet.fit("segments", other.path, k=4, fitted_at=TODAY)
    for table in ("feature", "centroid", "cluster", "quality", "registry"):
        assert cells(path, table) == cells(other.path, table)
    mine, theirs = (found_in(file).sort("customer_id").drop("customer_key") for file in (path, other.path))
    assert mine.equals(theirs)


def test_clusters_keep_their_numbers_and_true_names(path):
    first = martlet.fit("segments", path, k=3).frame
    assert first["customers_kept"].to_list() == [None] * 3
    kinds_first = kinds_of(path)
    with rewriting(path, start_from_existing=True) as connection:
        # Those who brought least of all come to bring more than one of the others.
        connection.execute(
            "UPDATE star.fact_order SET net_revenue = net_revenue * 9 WHERE (customer_key - 1) % 3 = 1"
        )
        star.refresh(connection)
    again = martlet.fit("segments", path, k=3, seed=7).frame
    assert again.sort("monetary", descending=True)["cluster"].to_list() == [1, 3, 2]
    assert kinds_of(path) == kinds_first
    assert again["customers_kept"].min() > 0.8 * PER_KIND
    # The name of the third said that they spend little, which is not true any more.
    assert again["name"].to_list()[:2] == first["name"].to_list()[:2]
    assert "small spenders" in first["name"][2]
    assert "small spenders" not in again["name"][2]
    wider = martlet.fit("segments", path, k=5).frame
    assert {1, 2, 3} < set(wider["cluster"]) == {1, 2, 3, 4, 5}
    assert wider["name"].n_unique() == 5
    with martlet.open(path) as warehouse:
        assert warehouse.sql("SELECT model, seed FROM model.registry").rows() == [("segments.k_means", 42)]


def test_a_warehouse_that_is_made_anew_takes_the_clusters_over(path, given):
    martlet.fit("segments", path, name="kinds")
    martlet.fit("segments", path, name="mine", k=2)
    other = given(bought(seed=2, key=lambda number: number + 1))
    other.close()
    martlet.fit("segments", other.path, name="mine", k=4)
    with rewriting(other.path, start_from_existing=True) as connection:
        connection.execute(f"ATTACH '{path}' AS before (READ_ONLY)")
        fitting.carry_over(connection, "before")
        connection.execute("DETACH before")
    # What it had under the same name stays.
    assert [row[0] for row in cells(other.path, "registry")] == ["kinds.k_means", "mine.k_means"]
    assert sum(row[0] == "mine.k_means" for row in cells(other.path, "cluster")) == 4
    assert found_in(other.path, fit="kinds")["cluster"].n_unique() == 3


def test_new_customers_have_a_cluster_without_another_fit(path):
    martlet.fit("segments", path)
    with duckdb.connect(path) as connection:
        connection.execute(
            "INSERT INTO mart.customer_profile BY NAME SELECT * REPLACE (12345 AS customer_key, 'new' AS customer_id) "
            "FROM mart.customer_profile WHERE customer_id = 'c0'"
        )
    answer = found_in(path)
    first, new = (
        answer.filter(customer_id=name).drop("customer_key", "customer_id") for name in ("c0", "new")
    )
    assert first.equals(new)


def test_what_does_not_tell_customers_apart_is_left_out_and_said(path):
    report = martlet.fit("segments", path, features=["frequency", "nps", "sessions", "monetary"], k=2)
    assert report.refused == {
        "nps": "not known of anybody who has bought",
        "sessions": "the same for all of whom it is known",
    }
    assert [row[2] for row in cells(path, "feature")] == ["frequency", "monetary"]


def test_shares_of_categories_tell_customers_apart(given):
    tables = bought(20, key=lambda number: number + 1)
    draw = np.random.default_rng(4)
    spend = [
        (number + 1, category, round(100 * draw.uniform(0.8, 1.2) * (9 if number % 2 == place else 1), 2))
        for number in range(60)
        for place, category in enumerate(["Wine", "Meat"])
    ]
    tables["star.fact_customer_category_spend"] = pl.DataFrame(
        [(key, 20250101, TODAY.date(), category, amount) for key, category, amount in spend],
        schema=["customer_key", "date_key", "snapshot_on", "category", "spend"],
        orient="row",
    ).with_columns(pl.col("spend").cast(pl.Decimal(18, 2)))
    opened = given(tables)
    opened.close()
    report = martlet.fit("segments", opened.path, features=["nps", "share:*"], name="tastes")
    assert sorted(report.frame["name"]) == ["little Meat, much Wine", "much Meat, little Wine"]
    answer = found_in(opened.path, fit="tastes")
    odd = np.array([int(name[1:]) % 2 for name in answer["customer_id"]])
    assert adjusted_rand(odd, answer["cluster"].to_numpy()) == 1
    assert set(found_in(opened.path)["cluster"]) == {None}


def test_what_cannot_be_meant_is_refused(path):
    for options, problem in [
        ({"k": 1}, "allowed are auto and 2 to 12"),
        ({"k": 13}, "allowed are auto and 2 to 12"),
        ({"features": ["frequensy"]}, "Did you mean 'frequency'"),
        ({"features": ["frequency", "frequency"]}, "twice"),
        ({"features": [f"share:{number}" for number in range(13)]}, "more than 12 shares"),
        ({"declared": "none.toml"}, "none.toml can't be read"),
        ({"until": TODAY.date()}, "until is given, but means nothing for the task segments"),
    ]:
        with pytest.raises(ParameterError, match=problem):
            martlet.fit("segments", path, **options)
    assert cells(path, "registry") == []


def test_a_declaration_of_ones_own_gives_scales_and_words(path, tmp_path):
    file = tmp_path / "features.toml"
    file.write_text(
        'default = ["frequency"]\n[features.frequency]\nscale = "rank"\nhigh = "regulars"\nlow = "rare guests"\n'
    )
    report = martlet.fit("segments", path, declared=file, k=2)
    assert set(report.frame["name"]) == {"regulars", "rare guests"}
    ((_, _, feature, scale, _, _, _, knots, *_),) = cells(path, "feature")
    assert (feature, scale, len(knots)) == ("frequency", "rank", 11)
    file.write_text(file.read_text().replace("rank", "square"))
    with pytest.raises(ParameterError, match=r"features\.toml: features\.frequency\.scale"):
        martlet.fit("segments", path, declared=file)


def test_queries_and_fits_know_the_same_features():
    part = (ROOT / "queries" / "segmentation" / "_points.sql").read_text("utf-8")
    (listed,) = re.findall(r"set columns = (\[.*?\])", part)
    assert tuple(json.loads(listed)) == _features.COLUMNS == tuple(_features.declared().features)
    assert f"set shares = {_features.MOST_SHARES} " in part


def test_who_cannot_be_told_apart_is_refused(given):
    few = given(bought(3, key=lambda number: number + 1))
    few.close()
    with pytest.raises(FitError, match="9 customers have bought: too few"):
        martlet.fit("segments", few.path)
    tables = bought(20, key=lambda number: number + 1)
    one_each = tables["star.fact_order"].unique("customer_key", keep="first", maintain_order=True)
    two_days = one_each.with_columns(
        ordered_at=pl.lit(TODAY) - pl.duration(days=pl.col("customer_key") % 2),
        net_revenue=pl.lit("10.00").cast(pl.Decimal(18, 2)),
    )
    same = given({**tables, "star.fact_order": two_days.with_columns(ordered_at=pl.lit(TODAY))})
    same.close()
    with pytest.raises(FitError, match="all the same in the features"):
        martlet.fit("segments", same.path)
    two = given({**tables, "star.fact_order": two_days})
    two.close()
    with pytest.raises(FitError, match="there are 2 different customers in these features, fewer than 3"):
        martlet.fit("segments", two.path, k=3)
    assert martlet.fit("segments", two.path, k=2).frame["customers"].to_list() == [30, 30]


def test_the_command_says_how_many_and_why(path):
    run = click.testing.CliRunner().invoke(
        cli, ["model", "fit", "segments", "-w", str(path), "--features", "frequency,monetary,rating"]
    )
    assert run.exit_code == 0, run.output
    assert "left out: rating: not known" in run.stderr
    assert "clusters: suggested: has the highest silhouette" in run.stderr
    assert (
        run.stdout.splitlines()[0]
        == "cluster,name,customers,customer_share,monetary,monetary_share,customers_kept"
    )
    wrong = click.testing.CliRunner().invoke(
        cli, ["model", "fit", "segments", "-w", str(path), "--k", "many"]
    )
    assert wrong.exit_code == 2
    assert "allowed are auto and 2 to 12" in wrong.stderr


@pytest.mark.parametrize("threads", [1, 4])
def test_lloyd_in_sql_is_that_of_memory(threads):
    draw = np.random.default_rng(8)
    points = np.round(draw.normal(0, 1, (30_000, 3)) * 2**20) / 2**20
    some = draw.integers(0, 2**64, len(points), dtype=np.uint64)
    start = points[np.argsort(drawn(some, 1))[:5]]
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.register("frame", pl.DataFrame(points, schema=["a", "b", "c"]))
        connection.execute("CREATE TABLE points AS SELECT * FROM frame ORDER BY random()")
        mine = lloyd(connection, "points", ["a", "b", "c"], start.tolist())
        theirs = lloyd_in_memory(points, start)
        assert mine.converged == theirs.converged
        assert mine.steps == theirs.steps
        # Exact: on a grid sums do not depend on the order.
        assert np.array_equal(np.array(mine.middles), theirs.middles)
        assert sum(mine.inertias) == pytest.approx(theirs.inertia, rel=1e-8)
        assert sum(mine.sizes) == len(points)
        alone = connection.sql(
            f"SELECT count(*) FROM ({labelled('points', ['a', 'b', 'c'], mine.middles)}) WHERE cluster IS NULL"
        )
        assert alone.fetchall() == [(0,)]


def test_lloyd_in_sql_moves_a_middle_without_rows():
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE points AS SELECT unnest([0e0, 1e0, 2e0, 50e0]) AS a")
        found = lloyd(connection, "points", ["a"], [[1.0], [900.0], [901.0]])
        assert found.converged
        assert sum(found.sizes) == 4
        assert min(found.sizes) >= 1
        assert not lloyd(connection, "points", ["a"], [[0.0], [0.5]], steps=1).converged


def test_the_sample_finds_what_all_customers_would():
    draw = np.random.default_rng(2)
    points = np.round((draw.normal(0, 0.5, (3000, 2)) + draw.integers(0, 3, (3000, 1)) * 4) * 2**20) / 2**20
    some = draw.integers(0, 2**64, 3000, dtype=np.uint64)
    first = np.argsort(some)[:500]
    start = best_of(points[first], some[first], 3, 42, 8).middles
    assert lloyd_in_memory(points, start).inertia == pytest.approx(
        best_of(points, some, 3, 42, 8).inertia, rel=1e-9
    )


def test_planted_personas_are_found_better_than_by_chance(warehouse_path, tmp_path):
    path = tmp_path / "w.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    report = martlet.fit(
        "segments", path, k=4, features=["income", "age_years", "children", "avg_order_value"]
    )
    assert report.converged
    answer = found_in(path, "segmentation/cluster_scorecard")
    clusters = found_in(path)
    with martlet.open(path) as warehouse:
        planted = warehouse.sql(
            "SELECT customer_key, persona FROM truth.customer WHERE persona IS NOT NULL"
        ).pl()
    both = clusters.join(planted, on="customer_key")
    assert answer["customers"].sum() == both.height > 100
    mine, theirs = both["cluster"].to_numpy(), both["persona"].to_numpy()
    (score,) = set(answer["adjusted_rand"])
    assert score == pytest.approx(adjusted_rand(mine, theirs), abs=1e-12)
    # More than every one of 500 partitions that have nothing to do with the personas.
    draw = np.random.default_rng(1)
    assert score > max(adjusted_rand(draw.permutation(mine), theirs) for _ in range(500))
