"""What a warehouse file keeps when it is replaced: who may read it, where its links lead, what other programs wrote."""

import os
import signal
import stat
import subprocess
import sys
import time

import duckdb
import pytest

import martlet
from martlet.engine.errors import WarehouseError
from martlet.loaders.warehouse import leftovers, others
from martlet.loaders.warehouse.atomic import rewriting


@pytest.fixture
def path(tmp_path):
    return tmp_path / "w.duckdb"


SETTING = "CREATE SCHEMA IF NOT EXISTS meta; CREATE OR REPLACE TABLE meta.setting AS SELECT 'value' AS name, '{}' AS value"


def make(path, value="1", **how):
    with rewriting(path, **how) as connection:
        connection.execute(SETTING.format(value))


def value_in(path):
    with martlet.open(path) as warehouse:
        return warehouse.sql("SELECT value FROM meta.setting WHERE name = 'value'").rows()[0][0]


def tables(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def program(path, sql, *, then):
    """Let another program write to a file, then close it, wait with it open, or be killed."""
    end = {"close": "c.close()", "wait": "", "killed": "os.kill(os.getpid(), 9)"}[then]
    script = f"import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute({sql!r}); {end}\nprint(flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    other.stdout.readline()
    if then != "wait":
        other.communicate("\n" if then == "close" else None, timeout=60)
    return other


MINE = "CREATE TABLE mine AS SELECT 42 AS a"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664])
@pytest.mark.parametrize("starts", [True, False])
def test_the_mode_is_kept_and_nobody_looks_in_while_it_is_written(path, kept, starts):
    make(path)
    path.chmod(kept)
    before = os.umask(0)
    try:
        with rewriting(path, start_from_existing=starts) as connection:
            connection.execute(SETTING.format("2"))
            beside = set(path.parent.iterdir()) - {path}
            assert {mode(one) & 0o077 for one in beside} == {0}
            assert len(beside) == 2
    finally:
        os.umask(before)
    assert mode(path) == kept
    assert value_in(path) == "2"


def test_a_mode_that_is_changed_meanwhile_counts(path):
    make(path)
    with rewriting(path, start_from_existing=True):
        path.chmod(0o600)
    assert mode(path) == 0o600


def test_a_new_warehouse_follows_the_umask(path):
    before = os.umask(0o027)
    try:
        make(path)
    finally:
        os.umask(before)
    assert mode(path) == 0o640


def test_owner_and_group_are_kept_by_root(path):
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    make(path)
    os.chown(path, 1234, 4321)
    make(path, "2")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_the_target_of_a_link_is_replaced_under_one_lock(path):
    make(path)
    link, folder = path.with_name("link.duckdb"), path.parent / "elsewhere"
    folder.mkdir()
    link.symlink_to(path)
    (folder / "w.duckdb").symlink_to(link)
    for name in (link, folder / "w.duckdb"):
        with (
            rewriting(path, start_from_existing=True),
            pytest.raises(WarehouseError, match="another process is building"),
            rewriting(name),
        ):
            pass
        make(name, name.parent.name)
        assert name.is_symlink()
        assert not path.is_symlink()
        assert value_in(path) == value_in(name) == name.parent.name
    assert list(folder.iterdir()) == [folder / "w.duckdb"]


def test_a_warehouse_open_under_one_name_is_known_under_the_other(path):
    make(path)
    link = path.with_name("link.duckdb")
    link.symlink_to(path)
    with martlet.open(link):
        make(path, "2")
        with pytest.raises(WarehouseError, match="was rebuilt while this process holds the old file open"):
            martlet.open(path)


def test_a_hard_link_keeps_the_old_data_and_that_is_said(path):
    make(path)
    other = path.with_name("backup.duckdb")
    other.hardlink_to(path)
    with pytest.warns(UserWarning, match="has another name, a hard link, under which the old data stay"):
        make(path, "2")
    assert (value_in(path), value_in(other)) == ("2", "1")


def test_what_a_killed_program_left_in_its_log_is_taken_over(path):
    make(path)
    program(path, MINE, then="killed")
    assert others.logs(path)
    with rewriting(path, start_from_existing=True) as connection:
        assert connection.execute("FROM mine").fetchall() == [(42,)]
    assert tables(path) == {"setting", "mine"}
    assert list(path.parent.iterdir()) == [path]


def test_a_file_made_anew_does_not_drop_a_log(path):
    make(path)
    program(path, MINE, then="killed")
    with pytest.raises(WarehouseError, match=r"w.duckdb.wal holds changes of another program"):
        make(path, "2")
    assert tables(path) == {"setting", "mine"}
    make(path, "2", carries_over=True)
    assert (tables(path), value_in(path)) == ({"setting"}, "2")


def test_a_log_without_its_file_is_kept(path):
    log = path.with_name("w.duckdb.wal")
    log.write_bytes(b"changes")
    for starts in (True, False):
        with pytest.raises(WarehouseError, match="put back the file that it belongs to"):
            make(path, start_from_existing=starts)
    assert log.read_bytes() == b"changes"


@pytest.mark.parametrize("how", ["start_from_existing", "carries_over"])
@pytest.mark.parametrize("at", [5, 200])
def test_a_damaged_log_is_an_error_and_stays(path, at, how):
    make(path)
    program(path, MINE, then="killed")
    log = path.with_name("w.duckdb.wal")
    damaged = bytearray(log.read_bytes())
    damaged[at] ^= 0xFF
    log.write_bytes(damaged)
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match=r"w.duckdb.wal"):
        make(path, "2", **{how: True})
    assert (path.read_bytes(), log.read_bytes()) == (before, bytes(damaged))
    assert sorted(path.parent.iterdir()) == [path, log]


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("close", "another program changed"),
        ("killed", "another program changed"),
        ("wait", "has .* open for writing"),
    ],
)
@pytest.mark.parametrize("starts", [True, False])
def test_a_change_of_another_program_stops_the_publishing(path, then, message, starts):
    make(path)
    other = None

    def work():
        nonlocal other
        with rewriting(path, start_from_existing=starts) as connection:
            connection.execute(SETTING.format("2"))
            other = program(path, MINE, then=then)

    with pytest.raises(WarehouseError, match=message):
        work()
    if then == "wait":
        other.communicate("\n")
    assert tables(path) == {"setting", "mine"}
    assert value_in(path) == "1"
    assert {one.name for one in path.parent.iterdir()} <= {"w.duckdb", "w.duckdb.wal"}


def test_a_file_that_appears_meanwhile_is_not_replaced(path):
    def work():
        with rewriting(path) as connection:
            connection.execute(SETTING.format("ours"))
            path.write_text("theirs")

    with pytest.raises(WarehouseError, match="another program changed"):
        work()
    assert path.read_text() == "theirs"


def test_who_writes_at_the_start_is_named(path):
    make(path)
    other = program(path, MINE, then="wait")
    for asks in (lambda: make(path, "2"), lambda: martlet.open(path)):
        with pytest.raises(
            WarehouseError, match=rf"another program \(.*, process {other.pid}\) has .* open for writing"
        ):
            asks()
    other.communicate("\n")


def test_this_process_writing_at_the_start_is_told(path):
    make(path)
    with (
        duckdb.connect(str(path)),
        pytest.raises(WarehouseError, match="this process has .* open in another way"),
    ):
        make(path, "2")


def test_a_name_that_leaves_no_room_for_others_is_refused(tmp_path):
    with pytest.raises(WarehouseError, match=r"has 247 bytes, but may have 215"):
        make(tmp_path / ("w" * 240 + ".duckdb"))
    assert list(tmp_path.iterdir()) == []


def test_a_log_set_aside_by_a_crash_comes_back_to_its_file_alone(path):
    make(path)
    program(path, MINE, then="killed")
    log = path.with_name("w.duckdb.wal")
    aside = path.with_name(f".w.duckdb.wal.{path.stat().st_ino}")
    log.rename(aside)
    assert leftovers.found(path) == [aside]
    others.restore_log(path)
    assert log.exists()
    # The file was replaced before the crash: the log is in it, or was of no use.
    log.rename(path.with_name(".w.duckdb.wal.1"))
    others.restore_log(path)
    assert list(path.parent.iterdir()) == [path]


def test_leftovers_are_found_unless_somebody_is_writing_and_tidied(path):
    make(path)
    assert leftovers.found(path) == []
    with rewriting(path):
        assert leftovers.found(path) == []
    # Those of now, and those of earlier versions.
    folder = path.with_name(".w.duckdb.building")
    folder.mkdir()
    (folder / "building.duckdb").touch()
    old = [path.with_name(f".w.duckdb.{ending}") for ending in ("building.wal", "lock")]
    for one in old:
        one.touch()
    assert leftovers.found(path) == [folder, *old]
    leftovers.tidy(path)
    assert list(path.parent.iterdir()) == [path]


KILLED = """
import os, sys
from martlet.engine import interrupts
from martlet.loaders.warehouse.atomic import rewriting
with interrupts.raising(), rewriting(sys.argv[1], start_from_existing=True) as connection:
    connection.execute("CREATE TABLE big AS SELECT range AS a FROM range(100000)")
    print("written", flush=True)
    connection.execute("SELECT count(*) FROM range(100000000000) AS t WHERE t.range % 7 = 3")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_a_statement_runs_leaves_nothing(path, number):
    make(path)
    before = path.read_bytes()
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    writer.stdout.readline()
    time.sleep(0.1)
    writer.send_signal(number)
    writer.communicate(timeout=60)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
