"""Limits from the command line: said, completed, and told where they are exceeded."""

import pytest
from click.testing import CliRunner

from martlet.cli import cli


@pytest.fixture
def orders(tmp_path):
    file = tmp_path / "orders.csv"
    rows = [f"o{i},c,2025-01-01,10.50,fine\n" for i in range(20)]
    file.write_text(
        "order_id,customer_id,ordered_at,net_revenue,note\n"
        + "".join(rows)
        + f"x,c,2025-01-01,1,{'z' * 5_000}\n"
    )
    return file


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_a_load_takes_limits(orders, tmp_path):
    done = run(
        "ingest", "orders", orders, "-w", tmp_path / "w.duckdb", "--max", "row=4KB", "--max", "columns=5"
    )
    assert done.exit_code == 0
    assert "rows read 21 = loaded 20 + merged 0 + quarantined 1" in done.output
    assert "too long a row" in done.output


@pytest.mark.parametrize(
    "command", [("ingest", "orders"), ("ingest", "auto"), ("sniff",), ("profiles", "new")]
)
def test_each_command_refuses_what_is_too_wide(orders, command):
    done = run(*command, orders, "--max", "columns=3")
    assert done.exit_code == 2
    assert "orders.csv" in done.output
    assert "more than the 3 that are read; --max columns=6 takes more" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("said", "words"), [("rows=3", "no limit 'rows'"), ("row", "part=most"), ("row=x", "64MB")]
)
def test_wrong_limits_are_told(orders, said, words):
    done = run("sniff", orders, "--max", said)
    assert done.exit_code == 2
    assert words in done.output
