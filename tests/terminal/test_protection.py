"""No answer is written over a database, or over what the same command reads."""

import os

import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.terminal import formats


@pytest.fixture
def warehouse(_empty_warehouse, tmp_path):
    path = tmp_path / "w.duckdb"
    path.write_bytes(_empty_warehouse.read_bytes())
    (tmp_path / "link.csv").symlink_to("w.duckdb")
    os.link(path, tmp_path / "hard.csv")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "attribution.md").symlink_to("../w.duckdb")
    return path


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.mark.parametrize("name", ["w.duckdb", "link.csv", "hard.csv", "w.duckdb.wal"])
@pytest.mark.parametrize(
    "command",
    [
        ("query", "segmentation/rfm", "-f", "csv", "-o"),
        ("check", "-f", "csv", "-o"),
        ("quarantine", "--export"),
        ("packs", "-f", "json", "-o"),
    ],
    ids=lambda words: words[0],
)
def test_the_warehouse_is_not_written_over(warehouse, command, name):
    before = warehouse.read_bytes()
    where = [] if "packs" in command else ["-w", warehouse]
    ended = run(*command, warehouse.parent / name, *where)
    assert ended.exit_code == 2
    assert "choose another name, or give --overwrite" in ended.output
    assert warehouse.read_bytes() == before
    assert (warehouse.parent / "link.csv").is_symlink()
    assert not (warehouse.parent / "w.duckdb.wal").exists()


def test_pages_are_not_written_over_it(warehouse):
    before = warehouse.read_bytes()
    assert "is a DuckDB file" in run("docs", warehouse.parent / "docs", "-w", warehouse).output
    assert warehouse.read_bytes() == before


def test_it_is_when_asked_for(warehouse):
    with formats.destination(warehouse, overwrite=True) as file:
        file.write(b"a\n")
    assert warehouse.read_bytes() == b"a\n"
    assert run("packs", "-f", "csv", "-o", warehouse.parent / "hard.csv", "--overwrite").exit_code == 0


def test_what_the_command_reads_is_not_written_over(tmp_path):
    source = tmp_path / "orders.csv"
    source.write_text("order_id,date\n1,2025-01-01\n")
    (tmp_path / "same.csv").symlink_to(source)
    for name in ("orders.csv", "same.csv"):
        ended = run("sniff", source, "-o", tmp_path / name)
        assert ended.exit_code == 2
        assert "is read by the same command" in ended.output
    assert source.read_text().startswith("order_id")


def test_no_pack_is_written_over(tmp_path):
    folder = tmp_path / "mine"
    assert run("new", "query", "mine/by_month", "--packs", folder).exit_code == 0
    (query,) = (folder / "mine").glob("*.sql")
    before = query.read_text()
    ended = run("packs", "--packs", folder, "-f", "csv", "-o", query)
    assert ended.exit_code == 2
    assert "which the same command reads" in ended.output
    assert query.read_text() == before
