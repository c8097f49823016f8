"""A build is deterministic, complete, checked and described."""

from datetime import date
from unittest.mock import Mock

import duckdb
import pytest

import martlet
from martlet.engine.errors import CheckError, MartletError, WarehouseError
from martlet.loaders.company import build as build_module
from martlet.loaders.company import company as company_module
from martlet.loaders.quality import checks
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

SMALL = {"customers": 200, "days": 200, "until": date(2025, 7, 1)}


def fingerprint(path):
    """Rows, order and values of every table, but for the clock in meta.load, and when models were fitted."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE table_name <> 'load' ORDER BY ALL"
        ).fetchall()
        return {
            table: connection.execute(
                f"SELECT count(*), md5(string_agg(md5(CAST(t AS VARCHAR)), '' ORDER BY place)) "
                f"FROM (SELECT {columns}, row_number() OVER (ORDER BY rowid) AS place FROM {table}) AS t"
            ).fetchall()
            for table, columns in (
                (table, "* EXCLUDE (fitted_at)" if table == "model.registry" else "*") for (table,) in tables
            )
        }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    return martlet.build(path, **SMALL, seed=3, threads=1)


# With two, what threads could change shows already; one and eight are run by `-m slow`.
@pytest.mark.parametrize(
    "threads", [2, pytest.param(1, marks=pytest.mark.slow), pytest.param(8, marks=pytest.mark.slow)]
)
def test_same_seed_same_content_whatever_the_threads(built, tmp_path, threads):
    path = tmp_path / "again.duckdb"
    martlet.build(path, **SMALL, seed=3, threads=threads)
    assert fingerprint(path) == fingerprint(built.warehouse)


def test_batches_change_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(company_module, "BLOCK", 64)
    one, path, told = tmp_path / "one.duckdb", tmp_path / "many.duckdb", {}
    martlet.build(one, **SMALL, seed=3, threads=2)
    monkeypatch.setattr(build_module, "_BATCH", 1)

    def progress(table, rows, share):
        before = told.get(table, (0, 0.0))
        assert rows > before[0]
        assert before[1] <= share <= 1.0
        told[table] = (rows, share)

    report = martlet.build(path, **SMALL, seed=3, threads=2, progress=progress)
    assert fingerprint(path) == fingerprint(one)
    assert {table: rows for table, (rows, _) in told.items()} == report.rows
    assert told["star.fact_order"][1] == 1.0


def test_what_goes_wrong_while_writing_is_told_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(star, "insert", Mock(side_effect=OSError("no space left")))
    with pytest.raises(WarehouseError, match="no space left"):
        martlet.build(tmp_path / "w.duckdb", **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_another_seed_is_another_company(built, tmp_path):
    path = tmp_path / "other.duckdb"
    martlet.build(path, **SMALL, seed=4, threads=1)
    ours, other = fingerprint(built.warehouse), fingerprint(path)
    assert ours["star.fact_order"] != other["star.fact_order"]
    assert ours["star.dim_channel"] == other["star.dim_channel"]


def test_every_table_is_filled(built):
    # Of real data or packs of a user only, or of people who were forgotten.
    empty = {
        "meta.forgotten",
        "meta.load_change",
        "meta.load_profile",
        "meta.pack_file",
        "meta.refund",
        # Of clusters, which a build does not fit.
        "model.centroid",
        "model.cluster",
        "model.feature",
        "model.quality",
        # Of caused orders, likewise.
        "model.caused",
        "model.diagnostic",
        "model.touch_weight",
        # Of predictive models, likewise.
        "model.calibration",
        "model.card",
        "model.confusion",
        "model.coefficient",
        "model.drift",
        "model.importance",
        "model.metric",
        "model.reference",
        "model.score",
        "model.subgroup",
        "model.term",
        "model.tree_node",
        # Of a marketing mix, likewise.
        "model.mix_backtest",
        "model.mix_channel",
        "model.mix_curve",
        "model.mix_draw",
        "model.mix_week",
        # Of uplift, likewise.
        "model.study",
        "model.uplift_test",
        "quarantine.awaited_reference",
        "quarantine.flagged_value",
        "quarantine.rejected_row",
        "star.fact_campaign_response",
        "star.fact_customer_category_spend",
        "star.fact_customer_snapshot",
        "star.fact_email_report",
        "star.fact_experiment_outcome",
        "star.fact_path",
        "star.fact_session_report",
        "truth.defect",
    }
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name || '.' || name, row_count FROM meta.relation WHERE kind = 'table'"
        )
        for table, rows in tables.fetchall():
            # Few orders of a company this small meet an empty shelf, or a coupon.
            rare = ("truth.stock_out_met", "truth.coupon_use", "model.registry", "model.parameter")
            assert (rows == 0) == (table in empty) or table in rare, table


def test_report_counts_what_is_in_the_file(built):
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        for table, rows in built.rows.items():
            unknown = 1 if table.startswith("star.dim_") and table != "star.dim_customer_history" else 0
            counted = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            assert counted == rows + unknown, table
    assert built.size == built.warehouse.stat().st_size


def test_settings_make_these_very_bytes_again(built):
    with martlet.open(built.warehouse) as warehouse:
        settings = dict(warehouse.sql("SELECT name, value FROM meta.setting").rows())
    assert settings["seed"] == "3"
    assert settings["customers"] == "200"
    assert settings["preset"] == "ecommerce"


def test_all_checks_passed_and_are_recorded(built):
    with martlet.open(built.warehouse) as warehouse:
        rows = warehouse.sql("SELECT check_name, severity, is_passed, example FROM meta.check_result").rows()
    assert {row[0] for row in rows} == {check.name for check in checks.checks()}
    assert [row for row in rows if not row[2] and row[1] == "error"] == []


def test_facts_lie_clustered_by_customer_and_time(built):
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        for table, moment in {
            "fact_order": "ordered_at",
            "fact_touchpoint": "touched_at",
            "fact_event": "occurred_at",
        }.items():
            late = connection.execute(
                f"SELECT count(*) FROM (SELECT customer_key, {moment} AS at_, lag({moment}) OVER by_row AS before_at, "
                f"lag(customer_key) OVER by_row AS before_key FROM star.{table} WHERE customer_key <> 0 "
                "WINDOW by_row AS (ORDER BY rowid)) WHERE before_key > customer_key "
                "OR (before_key = customer_key AND before_at > at_)"
            ).fetchall()[0][0]
            assert late == 0, table


def test_broken_data_are_not_published(built, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(built.warehouse.read_bytes())
    before = path.read_bytes()

    def orphan():
        with rewriting(path, start_from_existing=True) as connection:
            connection.execute(
                "UPDATE star.fact_order SET customer_key = 999999999 WHERE order_id = (SELECT min(order_id) FROM star.fact_order)"
            )
            star.finish(connection, load_id=2)

    with pytest.raises(
        CheckError, match=r"star\.fact_order\(customer_key\) -> star\.dim_customer: 1 offending"
    ):
        orphan()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customers": 0}, "customers"),
        ({"days": 0}, "days"),
        ({"seed": -1}, "seed"),
        ({"preset": "ecomerce"}, "ecommerce"),
        ({"size": "class"}, "customers is 200 and size is 'class', which is 500 customers; give one of them"),
        ({"customers": None, "size": "clas"}, "Did you mean 'class'"),
        ({"set": {"visits.prospects": 31}}, "visits.prospects is 31.0; allowed are 0 to 30"),
        (
            {"customers_on": date(2024, 12, 13)},
            "customers_on is 2024-12-13; allowed are days after 2024-12-13",
        ),
        ({"customers_on": date(2025, 7, 2)}, "customers_on is 2025-07-02; .* up to 2025-07-01"),
    ],
)
def test_impossible_arguments_are_named(tmp_path, wrong, message):
    with pytest.raises(MartletError, match=message):
        martlet.build(tmp_path / "w.duckdb", **{**SMALL, **wrong})
    assert list(tmp_path.iterdir()) == []


def test_seed_statements_of_the_practice_views_run_word_for_word(built, shared):
    text = (shared / "data" / "seed_queries.sql").read_text(encoding="utf-8")
    statements = [statement for statement in text.split(";") if statement.strip()]
    assert len(statements) == 5
    with martlet.open(built.warehouse) as warehouse:
        for statement in statements:
            answer = warehouse.sql(statement).pl()
            assert answer.height > 1
            nothing_but_nulls = [column.name for column in answer if column.null_count() == answer.height]
            assert nothing_but_nulls == [], statement


def test_the_smallest_size_is_a_whole_warehouse(tmp_path):
    report = martlet.build(tmp_path / "w.duckdb", size="demo")
    assert report.rows["star.dim_customer"] == 10


def test_customers_are_those_of_the_day_that_is_named(tmp_path):
    path = tmp_path / "w.duckdb"
    martlet.build(path, customers=100, days=300, until=date(2025, 12, 1), customers_on=date(2025, 6, 1))
    with martlet.open(path) as warehouse:
        signed_up = "SELECT count(*) FROM star.dim_customer WHERE customer_key > 0"
        assert warehouse.sql(f"{signed_up} AND signed_up_at < DATE '2025-06-01'").rows() == [(100,)]
        assert warehouse.sql(signed_up).rows()[0][0] > 105


def test_a_base_with_changes_is_the_same_company(tmp_path):
    preset = tmp_path / "mine.toml"
    preset.write_text('base = "ecommerce"\nvisits.prospects = 2\nseason = "off"\n', encoding="utf-8")
    small = {"customers": 50, "days": 60, "until": date(2025, 7, 1)}
    martlet.build(tmp_path / "a.duckdb", **small, preset=preset)
    martlet.build(tmp_path / "b.duckdb", **small, set={"visits.prospects": "2", "season": False})
    one, other = fingerprint(tmp_path / "a.duckdb"), fingerprint(tmp_path / "b.duckdb")
    assert {table for table in one if one[table] != other[table]} == {"meta.setting", "meta.relation"}


@pytest.mark.slow
def test_content_does_not_depend_on_threads_where_there_are_several_blocks(tmp_path):
    """Blocks hold 8,192 customers."""
    several = {"customers": 9_000, "days": 30, "seed": 5}
    one, two = tmp_path / "one.duckdb", tmp_path / "two.duckdb"
    martlet.build(one, **several, threads=1)
    martlet.build(two, **several, threads=2)
    assert fingerprint(one) == fingerprint(two)


def test_data_that_begin_with_a_year_in_mid_week_have_all_their_days(tmp_path):
    martlet.build(
        tmp_path / "w.duckdb", customers=20, days=365, until=date(2026, 1, 1)
    )  # from Wednesday, January 1
