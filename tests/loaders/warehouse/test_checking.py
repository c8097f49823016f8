"""Checks asked for: read when nothing is new, stored when something is, told over loads."""

import duckdb
import pytest

from martlet.engine.errors import CheckError, ParameterError, WarehouseError
from martlet.loaders.warehouse import checking, star
from martlet.loaders.warehouse.atomic import rewriting
from martlet.loaders.warehouse.checking import check, history

LOAD = "INSERT INTO meta.load (load_id, loaded_at, kind, source) VALUES ({0}, '2025-02-0{0}', 'ingest customers', 'a.csv')"
CUSTOMER = "INSERT INTO star.dim_customer (customer_key, customer_id, email) VALUES ({0}, 'c{0}', '{1}')"


@pytest.fixture(scope="module")
def _loaded(_empty_warehouse, tmp_path_factory):
    """Two loads, after the second of which two customers have one address."""
    path = tmp_path_factory.mktemp("loaded") / "warehouse.duckdb"
    path.write_bytes(_empty_warehouse.read_bytes())
    with rewriting(path, start_from_existing=True) as connection:
        for load_id in (1, 2):
            connection.execute(LOAD.format(load_id))
            connection.execute(CUSTOMER.format(load_id, "same@x.de"))
            star.finish(connection, load_id)
    return path


@pytest.fixture
def warehouse(_loaded, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(_loaded.read_bytes())
    return path


def change(path, sql):
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


def offending(report):
    return {result.check_name: result.offending_rows for result in report.results if not result.is_passed}


def test_an_unchanged_warehouse_is_only_read(warehouse):
    content, inode = warehouse.read_bytes(), warehouse.stat().st_ino
    report = check(warehouse)
    assert offending(report) == {"emails_are_unique": 1}
    assert (report.load_id, report.is_stored, report.note) == (2, True, None)
    assert (warehouse.read_bytes(), warehouse.stat().st_ino) == (content, inode)


def test_warnings_are_failures_only_where_it_is_asked(warehouse):
    report = check(warehouse)
    assert report.failures() == []
    assert [result.check_name for result in report.failures(fail_on="warn")] == ["emails_are_unique"]


def test_what_is_new_is_stored_for_the_newest_load(warehouse):
    change(warehouse, "UPDATE star.dim_customer SET email = 'nobody' WHERE customer_key = 1")
    report = check(warehouse)
    assert (offending(report), report.is_stored) == ({"emails_are_addresses": 1}, True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        stored = connection.execute(
            "SELECT load_id, check_name, offending_rows FROM meta.check_result WHERE NOT is_passed"
        ).fetchall()
    assert stored == [(2, "emails_are_addresses", 1)]


def test_nothing_is_stored_where_it_is_not_wanted_or_not_possible(warehouse):
    change(warehouse, "UPDATE star.dim_customer SET email = 'nobody' WHERE customer_key = 1")
    content = warehouse.read_bytes()
    assert not check(warehouse, store=False).is_stored
    warehouse.chmod(0o444)
    report = check(warehouse)
    assert (offending(report), report.is_stored) == ({"emails_are_addresses": 1}, False)
    assert "read-only" in report.note
    assert warehouse.read_bytes() == content


def test_results_of_the_checks_that_were_not_asked_for_stay(warehouse):
    change(warehouse, "UPDATE star.dim_customer SET email = 'nobody' WHERE customer_key = 1")
    report = check(warehouse, names=["emails_are_addresses"])
    assert [result.check_name for result in report.results] == ["emails_are_addresses"]
    assert [
        row["check_name"] for row in history(warehouse) if row["load_id"] == 2 and row["offending_rows"]
    ] == [
        "emails_are_addresses",
        "emails_are_unique",
    ]


def test_readers_of_the_open_file_are_not_disturbed(warehouse):
    change(warehouse, "UPDATE star.dim_customer SET email = 'nobody' WHERE customer_key = 1")
    reader = duckdb.connect(str(warehouse), read_only=True)
    try:
        assert check(warehouse).is_stored
        stored = "SELECT count(*) FROM meta.check_result WHERE NOT is_passed AND check_name = 'emails_are_addresses'"
        assert reader.execute(stored).fetchall() == [(0,)]
    finally:
        reader.close()


def test_history_shows_each_load(warehouse):
    rows = [
        (row["load_id"], row["kind"], row["check_name"], row["offending_rows"]) for row in history(warehouse)
    ]
    assert rows == [
        (1, "ingest customers", "emails_are_unique", 0),
        (2, "ingest customers", "emails_are_unique", 1),
    ]


def test_what_is_allowed_is_kept_in_the_file(warehouse):
    check(warehouse, set={"distributions_are_stable.psi": "0.5"})
    check(warehouse, set={"distributions_are_stable.psi": "0.3"})
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "SELECT value FROM meta.setting WHERE name = 'check.distributions_are_stable.psi'"
        )
        assert found.fetchall() == [("0.3",)]
    with pytest.raises(ParameterError, match="psi is '-1'"):
        check(warehouse, set={"distributions_are_stable.psi": "-1"})


def test_an_error_is_a_failure_when_asked_and_stops_a_load(warehouse):
    change(warehouse, "UPDATE star.dim_customer SET customer_id = 'c1' WHERE customer_key = 2")
    report = check(warehouse)
    assert [result.check_name for result in report.failures()] == ["natural_ids_are_unique"]
    with pytest.raises(CheckError), rewriting(warehouse, start_from_existing=True) as connection:
        star.finish(connection, 2)


def test_files_of_other_versions_are_refused_in_words(warehouse):
    change(warehouse, "DROP TABLE meta.load_profile")
    with pytest.raises(
        WarehouseError, match="made by another version of Martlet, and lacks what is checked.*load_profile"
    ):
        check(warehouse)
    assert checking.check(warehouse, names=["emails_are_unique"]).results
