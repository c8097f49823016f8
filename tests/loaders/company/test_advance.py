"""Time goes on: the later company is the one built at once, and its past is the old one's."""

from datetime import date, timedelta

import duckdb
import pytest

import martlet
from martlet.engine.errors import CheckError, ParameterError, WarehouseError
from martlet.loaders.warehouse.atomic import rewriting

from .test_build import fingerprint

UNTIL = date(2025, 12, 3)
FLAT = {
    "visits.prospects": "2",
    "channels.Email.effect": 0.04,
    "channels.Referral.acquisition": 2,
    "referrals.days": 60,
}
COMPANY = {"customers": 250, "days": 370, "seed": 7, "set": FLAT, "threads": 1}
# They record the loads themselves: when, how many, and what each found.
OF_LOADS = {"meta.load", "meta.check_result", "meta.load_relation", "meta.relation", "model.registry"}


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    path = tmp_path_factory.mktemp("old") / "warehouse.duckdb"
    martlet.build(path, until=UNTIL, **COMPANY)
    return path


@pytest.fixture
def warehouse_file(old, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(old.read_bytes())
    return path


@pytest.fixture(scope="module")
def advanced(old, tmp_path_factory):
    path = tmp_path_factory.mktemp("advanced") / "warehouse.duckdb"
    path.write_bytes(old.read_bytes())
    return martlet.advance(path, days=30, threads=1)


def ask(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_building_at_once_gives_the_same_rows(advanced, tmp_path):
    path = tmp_path / "once.duckdb"
    later = UNTIL + timedelta(days=30)
    martlet.build(path, **{**COMPANY, "days": 400}, until=later, customers_on=UNTIL)
    once, step = fingerprint(path), fingerprint(advanced.warehouse)
    assert once.keys() == step.keys()
    assert {table for table in once if once[table] != step[table]} <= OF_LOADS


# In every run, `test_building_at_once_gives_the_same_rows` holds one step against none.
@pytest.mark.slow
def test_two_steps_are_one(old, advanced, tmp_path):
    path = tmp_path / "steps.duckdb"
    path.write_bytes(old.read_bytes())
    martlet.advance(path, days=9, threads=1)
    martlet.advance(path, days=21, threads=2)
    one, two = fingerprint(advanced.warehouse), fingerprint(path)
    assert {table for table in one if one[table] != two[table]} <= OF_LOADS


def test_the_past_is_as_it_was(old, advanced):
    """Held against the old file without the code that checks it when it advances."""
    with duckdb.connect(str(old), read_only=True) as connection:
        connection.execute(f"ATTACH '{advanced.warehouse}' AS later (READ_ONLY)")
        for table, moment in {
            "fact_order_line": "ordered_at",
            "fact_touchpoint": "touched_at",
            "fact_event": "occurred_at",
            "fact_return": "returned_at",
            "fact_review": "reviewed_at",
            "fact_social_post": "posted_at",
        }.items():
            was = f"SELECT CAST(t AS VARCHAR) FROM star.{table} AS t"
            now = f"SELECT CAST(t AS VARCHAR) FROM later.star.{table} AS t WHERE {moment} < DATE '{UNTIL}'"
            for one, other in ((was, now), (now, was)):
                assert connection.execute(f"{one} EXCEPT ALL {other}").fetchall() == [], table
        gone = connection.execute(
            "SELECT order_id, ordered_at, net_revenue FROM star.fact_order "
            "EXCEPT SELECT order_id, ordered_at, net_revenue FROM later.star.fact_order"
        )
        assert gone.fetchall() == []


def test_an_invitation_of_before_is_there_once_it_is_taken_up(old, advanced):
    taken_up = f"SELECT count(*) FROM star.fact_referral WHERE referred_at < DATE '{UNTIL}' AND signed_up_at >= DATE '{UNTIL}'"
    assert ask(old, taken_up) == [(0,)]
    assert ask(advanced.warehouse, taken_up) > [(0,)]


def test_there_is_something_new_and_it_is_counted(old, advanced):
    assert advanced.until == UNTIL + timedelta(days=30)
    for table in ("star.dim_customer", "star.fact_order", "star.fact_email", "star.fact_session"):
        (before,), (after,) = (
            ask(path, f"SELECT count(*) FROM {table}")[0] for path in (old, advanced.warehouse)
        )
        assert after - before == advanced.added[table] > 0
    build, advance = ask(
        advanced.warehouse,
        "SELECT load_id, kind, rows_read, rows_loaded, rows_merged FROM meta.load ORDER BY 1",
    )
    assert build[:2] == (1, "build")
    assert advance[:2] == (2, "advance")
    assert advance[2] == advance[3] + advance[4] == sum(advanced.rows.values())
    assert advance[4] == build[3]


def test_sign_ups_grow_on(old, advanced):
    count = "SELECT count(*) FROM star.dim_customer WHERE customer_key > 0"
    assert ask(old, count) == [(250,)]
    assert ask(advanced.warehouse, f"{count} AND signed_up_at < DATE '{UNTIL}'") == [(250,)]
    settings = dict(ask(advanced.warehouse, "SELECT name, value FROM meta.setting"))
    assert (settings["customers"], settings["customers_on"]) == ("250", UNTIL.isoformat())
    assert (settings["days"], settings["until"]) == ("400", "2026-01-02")
    assert settings["set.visits.prospects"] == "2"


def test_what_is_cancelled_after_the_end_leaves_no_row_that_would_vanish(tmp_path):
    path = tmp_path / "w.duckdb"
    hasty = {
        "orders.rate_scale": 20,
        "orders.dropout_b": 40,
        "basket.delivery_days": 0,
        "basket.cancelled": 0.5,
        "basket.return_probability": 0.9,
        "basket.return_days": 0.1,
        "feedback.review": 1,
        "feedback.review_days": 0.1,
    }
    martlet.build(path, customers=400, days=30, until=UNTIL, set=hasty)
    assert martlet.advance(path, days=2).added["star.fact_review"] > 0


def test_a_preset_from_a_file_that_has_gone(tmp_path):
    path, preset = tmp_path / "w.duckdb", tmp_path / "mine.toml"
    preset.write_text('base = "ecommerce"\nvisits.prospects = 1\n', encoding="utf-8")
    martlet.build(path, customers=40, days=60, until=UNTIL, preset=preset)
    preset.unlink()
    assert martlet.advance(path, days=5).until == UNTIL + timedelta(days=5)


def test_readers_in_this_process_keep_the_old_file(warehouse_file):
    with martlet.open(warehouse_file) as warehouse:
        before = warehouse.sql("SELECT count(*) FROM star.fact_event").rows()
        martlet.advance(warehouse_file, days=2, threads=1)
        assert warehouse.sql("SELECT count(*) FROM star.fact_event").rows() == before
    assert ask(warehouse_file, "SELECT count(*) FROM star.fact_event")[0] > before[0]


@pytest.mark.parametrize("days", [0, -1, 1.5, True, 10**9, 13_000])
def test_impossible_days_are_named(warehouse_file, days):
    with pytest.raises(ParameterError, match="days is "):
        martlet.advance(warehouse_file, days=days)


def test_real_companies_have_no_known_future(tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text("customer,date,amount\na,2025-01-31,10.50\n")
    path = tmp_path / "mine.duckdb"
    martlet.ingest("orders", orders, warehouse=path)
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="no synthetic company"):
        martlet.advance(path, days=30)
    assert path.read_bytes() == before


def test_no_warehouse_is_an_error(tmp_path):
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        martlet.advance(tmp_path / "none.duckdb", days=30)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            "UPDATE meta.setting SET value = '0' WHERE name = 'generator'",
            WarehouseError,
            "generator was 0, is [0-9]+",
        ),
        (
            "UPDATE star.fact_order SET net_revenue = net_revenue + 1 WHERE order_id = (SELECT min(order_id) FROM star.fact_order)",
            CheckError,
            "star.fact_order: 1 rows changed, for example order_id = ",
        ),
        (
            "INSERT INTO star.fact_social_post BY NAME SELECT * REPLACE (1 AS post_id) FROM star.fact_social_post LIMIT 1",
            CheckError,
            "star.fact_social_post: 1 rows gone, for example post_id = 1",
        ),
        (
            "DELETE FROM star.fact_review WHERE review_id = (SELECT min(review_id) FROM star.fact_review)",
            CheckError,
            "star.fact_review: 1 new rows in the past, for example review_id = ",
        ),
        (
            "UPDATE star.fact_session SET page_views = 99 WHERE session_id = (SELECT arg_min(session_id, started_at) FROM star.fact_session)",
            CheckError,
            "star.fact_session: 1 rows changed",
        ),
    ],
)
def test_a_past_that_would_change_is_not_published(warehouse_file, change, error, message):
    with rewriting(warehouse_file, start_from_existing=True) as connection:
        connection.execute(change)
    before = warehouse_file.read_bytes()
    with pytest.raises(error, match=message):
        martlet.advance(warehouse_file, days=1, threads=1)
    assert warehouse_file.read_bytes() == before
    assert [path.name for path in warehouse_file.parent.iterdir()] == [warehouse_file.name]
