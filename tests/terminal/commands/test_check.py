"""The commands check and forget: what they print, where, and with which exit code."""

import csv
import io
import json

import duckdb
import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

CUSTOMERS = (
    "INSERT INTO star.dim_customer (customer_key, customer_id, first_name, email) VALUES "
    "(1, 'c1', 'Ann', 'same@x.de'), (2, 'c2', 'Anna', 'same@x.de'), (3, 'c3', 'Bo', 'nobody')"
)


@pytest.fixture(scope="module")
def _loaded(_empty_warehouse, tmp_path_factory):
    path = tmp_path_factory.mktemp("loaded") / "warehouse.duckdb"
    path.write_bytes(_empty_warehouse.read_bytes())
    with rewriting(path, start_from_existing=True) as connection:
        connection.execute(
            "INSERT INTO meta.load (load_id, loaded_at, kind, source) VALUES (1, '2025-02-01', 'ingest customers', 'a.csv')"
        )
        connection.execute(CUSTOMERS)
        star.finish(connection, 1)
    return path


@pytest.fixture
def warehouse(_loaded, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(_loaded.read_bytes())
    return path


@pytest.fixture
def run(warehouse):
    return lambda *args: CliRunner().invoke(cli, [*args, "--warehouse", str(warehouse)])


def test_check_shows_what_was_found_and_sums_up(run):
    result = run("check")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["check_name"], row["relation"], row["severity"], row["offending_rows"]) for row in rows] == [
        ("emails_are_addresses", "star.dim_customer", "warn", "1"),
        ("emails_are_unique", "star.dim_customer", "warn", "1"),
    ]
    assert rows[1]["example"] == "email = same@x.de, reason = 2 customers have this address"
    assert result.exit_code == 0
    assert "passed, 2 warn, 0 fail\n" in result.stderr


@pytest.mark.parametrize(
    ("broken", "fail_on", "code"), [(False, "error", 0), (False, "warn", 1), (True, "error", 1)]
)
def test_exit_code_is_1_from_the_severity_asked_for(run, warehouse, broken, fail_on, code):
    if broken:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("UPDATE star.dim_customer SET customer_id = 'c1' WHERE customer_key = 2")
    assert run("check", "--fail-on", fail_on).exit_code == code


def test_json_is_one_object_with_all_checks(run):
    result = run("check", "--fail-on", "warn", "--json")
    found = json.loads(result.stdout)
    assert (found["passed"], found["load_id"], found["is_stored"], result.exit_code) == (False, 1, True, 1)
    assert {"check_name", "relation", "severity", "doc", "is_passed", "offending_rows", "example"} == set(
        found["checks"][0]
    )
    assert sum(not check["is_passed"] for check in found["checks"]) == 2
    assert result.stderr == ""


def test_named_checks_and_tables_only(run):
    assert run("check", "first_orders_are_first").stderr.startswith("1 checks: 1 passed")
    rows = list(csv.DictReader(io.StringIO(run("check", "star.fact_lead", "--all").stdout)))
    assert {row["relation"] for row in rows} == {"star.fact_lead"}
    assert len(rows) > 3
    unknown = run("check", "star.fact_leed")
    assert (unknown.exit_code, "Did you mean 'star.fact_lead'" in unknown.stderr) == (2, True)


def test_history_has_a_row_for_each_load(run):
    rows = list(csv.DictReader(io.StringIO(run("check", "--history").stdout)))
    assert [(row["check_name"], row["load_id"], row["offending_rows"]) for row in rows] == [
        ("emails_are_addresses", "1", "1"),
        ("emails_are_unique", "1", "1"),
    ]
    assert len(json.loads(run("check", "--history", "--json").stdout)["history"]) == 2


def test_thresholds_are_set_by_name(run):
    assert run("check", "--set", "ages_are_possible.oldest=120").exit_code == 0
    wrong = run("check", "--set", "ages_are_possible.oldest=0")
    assert (wrong.exit_code, "a whole number from 1" in wrong.stderr) == (2, True)


def test_forget_tells_what_it_would_do_then_what_it_did(run, warehouse):
    content = warehouse.read_bytes()
    asked = run("forget", "c1", "--dry-run")
    assert asked.stderr == (
        "c1, with c2 of the same address, would be forgotten\n"
        "  would be erased in 2 of star.dim_customer\n"
        "  would be erased in 1 of meta.check_result\n"
    )
    assert warehouse.read_bytes() == content
    done = run("forget", "c1")
    assert done.exit_code == 0
    assert done.stderr.startswith(
        "c1, with c2 of the same address, is forgotten\n  erased in 2 of star.dim_customer\n"
    )
    assert done.stdout == ""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute(
            "SELECT count(email), count(first_name) FROM star.dim_customer"
        ).fetchall() == [(1, 1)]


def test_forgetting_nobody_is_an_error(run):
    result = run("forget", "c9")
    assert (result.exit_code, result.stderr.startswith("Error: there is no customer 'c9'")) == (2, True)
