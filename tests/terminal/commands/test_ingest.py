"""The commands around real data: what they show on stdout, what they say on stderr, what they leave behind."""

import csv
import io
import json

import duckdb
import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.loaders.ingest import profiles

ORDERS = "customer,date,amount\na,2025-01-31,10.50\nb,never,20\n"


@pytest.fixture
def run(quick):  # noqa: ARG001
    return lambda *args: CliRunner().invoke(cli, [str(arg) for arg in args], catch_exceptions=False)


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


def rows_of(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_profiles_lists_all_with_what_they_feed(run):
    rows = rows_of(run("profiles"))
    assert [row["profile"] for row in rows] == [profile.name for profile in profiles()]
    assert next(row for row in rows if row["profile"] == "orders")["feeds"] == "orders, customers"


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_a_profile_shows_its_columns(profile, run):
    rows = rows_of(run("profiles", profile.name))
    assert [row["column"] for row in rows] == list(profile.columns)


def test_sniff_names_the_best_profile_first_and_how_to_go_on(run, orders):
    result = run("sniff", orders)
    assert rows_of(result)[0]["profile"] == "orders"
    assert f"Try next: martlet ingest orders {orders} --dry-run" in result.stderr


def test_a_dry_run_leaves_no_file(run, orders, tmp_path):
    result = run("ingest", "orders", orders, "-w", tmp_path / "w.duckdb", "--dry-run")
    assert "rows read 2 = loaded 1 + merged 0 + quarantined 1" in result.stderr
    assert result.stderr.endswith("dry run: nothing was written\n")
    assert not (tmp_path / "w.duckdb").exists()


def test_a_profile_of_ones_own_is_a_file_in_either_spelling(run, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'name = "mine"\ntitle = "My till"\n[columns]\nwho = { names = ["Kunde"], required = true }\n'
        'when = { names = ["Zeit"], required = true, dates = "dmy" }\nmoney = { names = ["Summe"], required = true }\n'
        '[[mappings]]\nentity = "orders"\ncustomer_id = "who"\nordered_at = "when"\nnet_revenue = "money"\n'
    )
    till = tmp_path / "till.csv"
    till.write_text("Kunde;Zeit;Summe\nAnn;01.02.2024 10:00;1.234,50\n")
    for number, words in enumerate(([mine, till], [till, "--profile", mine])):
        target = tmp_path / f"{number}.duckdb"
        assert run("ingest", *words, "-w", target, "-q").output == ""
        found = run("sql", "SELECT ordered_at, net_revenue FROM star.fact_order", "-w", target).stdout
        assert found == "ordered_at,net_revenue\n2024-02-01 10:00:00,1234.50\n"


def test_the_quarantine_explains_exports_and_takes_again(run, orders, tmp_path):
    target, mend = tmp_path / "w.duckdb", tmp_path / "mend.csv"
    assert (
        f"Try next: martlet quarantine --warehouse {target}"
        in run("ingest", "orders", orders, "-w", target).stderr
    )
    (row,) = json.loads(run("quarantine", "-w", target, "-f", "json").stdout)
    assert (row["reason"], row["column"], row["rows"], row["example"]) == (
        "unreadable date",
        "date",
        1,
        "b,never,20",
    )
    assert "1 rows; mend them" in run("quarantine", "--export", mend, "-w", target).stderr
    mend.write_text(mend.read_text().replace("never", "2025-02-01"))
    assert "loaded 1" in run("ingest", "orders", mend, "--retry", "-w", target).stderr
    result = run("quarantine", "-w", target)
    assert rows_of(result)[0]["resolved"] == "1"
    assert "0 rows wait for repair" in result.stderr
    again = run("quarantine", "--export", mend, "-w", target)
    assert (again.exit_code, "no rows wait" in again.stderr) == (2, True)


def test_counted_paths_are_loaded(run, tmp_path):
    file, target = tmp_path / "paths.csv", tmp_path / "paths.duckdb"
    file.write_text("journey,orders\nA|B,3\nB,1\n")
    result = run("ingest-paths", file, "--column", "conversions=orders", "--separator", "|", "-w", target)
    assert "rows read 2 = loaded 2" in result.stderr
    assert f"Try next: martlet query attribution/given_paths --warehouse {target}" in result.stderr
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.sql("SELECT path, conversions FROM star.fact_path ORDER BY path").fetchall() == [
            ("A > B", 3),
            ("B", 1),
        ]
    wrong = run("ingest-paths", file, "-w", target)
    assert wrong.exit_code == 2
    assert "no column was recognised for conversions" in wrong.stderr


def test_statuses_and_the_zone_can_be_said(run, tmp_path):
    path, file = tmp_path / "shop.csv", tmp_path / "w.duckdb"
    path.write_text(
        "order id,customer,date,amount,status\n1,a,2025-01-31T23:30:00Z,5,Auf Eis\n2,b,2025-01-31,7,Hm\n3,b,2025-01-31,9,\n"
    )
    result = run(
        "ingest", "orders", path, "-w", file, "--status", "Auf Eis=pending", "--status", "=failed", "--timezone", "Europe/Berlin"
    )  # fmt: skip
    assert result.stderr.startswith("shop.csv: rows with a status that nobody explains: 1;")
    assert '--status "Hm=completed"' in result.stderr
    assert "days 2025-01-31 to 2025-02-01 (Europe/Berlin)" in result.stderr
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(
            "SELECT source_id, CAST(status AS VARCHAR) FROM star.fact_order ORDER BY 1"
        ).fetchall()
    assert found == [("1", "pending"), ("2", "unknown"), ("3", "failed")]
    refused = run("ingest", "orders", path, "-w", file, "--timezone", "UTC")
    assert refused.exit_code != 0
    assert "follow the clocks of Europe/Berlin, not of UTC" in refused.stderr
    assert "must be written as word=status" in run("ingest", "orders", path, "--status", "Hm").stderr
