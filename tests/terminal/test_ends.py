"""How a command ends that is interrupted, or that is given what is no file."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.engine import cache
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, pipes and links of POSIX")

ENDLESS = "SELECT max(a.range * b.range) FROM range(100000000) AS a, range(100000000) AS b"


@pytest.fixture
def run():
    return lambda *args: CliRunner().invoke(cli, [str(arg) for arg in args])


def started(*args, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "martlet", *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_question_quietly(warehouse_path, number):
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("the signal is ignored here, as under nohup, and a child inherits that")
    child = started("sql", ENDLESS, "-w", warehouse_path)
    sandbox = Path(f"/proc/{child.pid}/task/{child.pid}/children")
    deadline = time.monotonic() + 30
    while sandbox.exists() and not sandbox.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3 if sandbox.exists() else 3)
    child.send_signal(number)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out, err) == (128 + number, "", "Interrupted.\n")


def beside(folder, name):
    deadline = time.monotonic() + 30
    while not (found := list(folder.glob(name))):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_build_and_nothing_is_left(tmp_path, number):
    path = tmp_path / "w.duckdb"
    child = started("build", "--customers", "3000", "-w", path, "--threads", "1")
    beside(tmp_path, ".w.duckdb.building/*")
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_leaves_is_named_and_cleaned(tmp_path, run):
    path = tmp_path / "w.duckdb"
    with rewriting(path) as connection:
        star.create(connection)
    child = started("build", "--customers", "3000", "-w", path, **{cache.VARIABLE: "off"})
    beside(tmp_path, ".w.duckdb.building/*")
    child.kill()
    child.communicate(timeout=60)
    told = run("info", "-w", path)
    assert told.exit_code == 0, told.output
    # Wrapped to the width of the terminal, wherever the folder's name is long.
    words = "".join(told.stdout.split())
    assert "Leftbyacommandthatwaskilled:" in words
    assert f"{path.parent}/.w.duckdb.building" in words
    assert len(list(tmp_path.iterdir())) == 3
    assert run("check", "star.fact_order", "-w", path).exit_code == 0
    assert list(tmp_path.iterdir()) == [path]


COMMANDS = (
    ["sql", "SELECT 1"],
    ["info"],
    ["check"],
    ["check", "--history"],
    ["ingest", "orders", "orders.csv"],
    ["build", "--customers", "5", "--days", "30"],
    ["forget", "x"],
    ["advance", "--days", "1"],
    ["extract", "raw"],
    ["quarantine"],
    ["query", "segmentation/rfm"],
    ["truth"],
    ["docs", "pages"],
    ["demo"],
    ["install-packs", "packs"],
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a file to load, a pack, and names of what is no warehouse."""
    (tmp_path / "orders.csv").write_text("order_id,ordered_at,customer_id,amount\n1,2025-01-02,c1,10.00\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "dangling").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(cli, ["new", "query", "mine/query"])
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("warehouse", "message"),
    [
        ("pipe", "is a pipe, a device or a socket, so no warehouse"),
        ("circle", "its links lead in a circle"),
        ("dangling", "is a link to"),
        ("what?", "its path holds a question mark"),
        ("x" * 256, "longer than the file system allows"),
        (os.fsdecode(b"\xff"), "its path is not UTF-8"),
    ],
)
def test_every_command_refuses_what_is_no_warehouse(folder, run, command, warehouse, message):
    before = sorted(folder.iterdir())
    result = run(*command, "-w", warehouse)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert [path for path in sorted(folder.iterdir()) if path.name not in ("pages", "raw")] == before


@pytest.mark.parametrize(
    "command",
    [
        ["ingest", "orders", "pipe"],
        ["ingest", "--profile", "pipe.toml", "orders.csv"],
        ["ingest", "orders", "orders.csv", "--rates", "pipe"],
        ["ingest", "orders", "orders.csv", "--pseudonymise", "--pseudonym-key-file", "pipe"],
        ["sniff", "pipe"],
        ["profiles", "new", "pipe"],
        ["build", "--preset", "pipe.toml"],
        ["preset", "pipe.toml"],
        ["packs", "--packs", "pipe"],
        ["packs", "--packs", "packs"],
        ["test", "packs", "packs"],
        ["new", "query", "other/query", "--packs", "pipe"],
        ["ingest", "orders", os.fsdecode(b"\xff.csv")],
    ],
    ids=" ".join,
)
def test_every_other_file_must_be_one(folder, run, command):
    os.mkfifo(folder / "pipe.toml")
    os.mkfifo(folder / "packs" / "mine" / "piped.sql")
    (folder / os.fsdecode(b"\xff.csv")).write_text((folder / "orders.csv").read_text())
    result = run(*command)
    assert result.exit_code == 2, result.output
    assert not (folder / "warehouse.duckdb").exists()


@pytest.mark.filterwarnings("default")
def test_a_warning_of_the_library_is_one_line(folder, run):
    path = folder / "w.duckdb"
    with rewriting(path) as connection:
        star.create_tables(connection)
    (folder / "backup").hardlink_to(path)
    result = run("check", "--set", "facts_are_fresh.days=14", "-w", path)
    assert result.exit_code == 0, result.output
    assert f"warning: {path} has another name, a hard link, under which the old data stay\n" in result.stderr


def test_a_pipe_is_still_written_to(folder, run, warehouse_path):
    read = []
    reader = threading.Thread(target=lambda: read.append((folder / "pipe").read_text()))
    reader.start()
    assert run("sql", "SELECT 1 AS a", "-w", warehouse_path, "-f", "csv", "-o", "pipe").exit_code == 0
    reader.join(timeout=30)
    assert read == ["a\n1\n"]


def test_docs_leave_no_folder_where_there_is_nothing_to_tell(folder, run):
    assert run("docs", "pages", "-w", "none.duckdb").exit_code == 2
    assert not (folder / "pages").exists()
