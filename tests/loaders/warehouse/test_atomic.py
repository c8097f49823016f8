"""A warehouse file is replaced as a whole or not at all."""

import signal
import subprocess
import sys

import duckdb
import pytest

import martlet
from martlet.engine.errors import WarehouseError
from martlet.loaders.warehouse.atomic import rewriting


@pytest.fixture
def path(tmp_path):
    return tmp_path / "warehouse.duckdb"


# The one table by which a file is known as Martlet's; how a file is written does not depend on what is in it.
SETTING = "CREATE SCHEMA IF NOT EXISTS meta; CREATE OR REPLACE TABLE meta.setting AS SELECT 'value' AS name, '{}' AS value"


def make(path, value="1"):
    with rewriting(path) as connection:
        connection.execute(SETTING.format(value))


def value_in(path):
    with martlet.open(path) as warehouse:
        return warehouse.sql("SELECT value FROM meta.setting WHERE name = 'value'").rows()[0][0]


def test_a_finished_file_takes_the_place_of_the_old_one(path):
    make(path, "1")
    make(path, "2")
    assert value_in(path) == "2"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file_byte_for_byte(path):
    make(path)
    before = path.read_bytes()

    def fail():
        with rewriting(path, start_from_existing=True) as connection:
            connection.execute("DELETE FROM meta.setting")
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        fail()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
input()
print(connection.execute("SELECT value FROM meta.setting WHERE name = 'value'").fetchall()[0][0])
"""


def test_a_reader_of_the_old_file_is_not_disturbed(path):
    make(path, "1")
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            READER,
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "open\n"
    make(path, "2")
    assert value_in(path) == "2"
    out, _ = reader.communicate("go\n", timeout=60)
    assert out == "1\n"


def test_a_second_writer_is_told_to_wait(path):
    with rewriting(path), pytest.raises(WarehouseError, match="another process is building"), rewriting(path):
        pass


def test_a_file_that_is_not_ours_is_left_alone(path):
    path.write_text("precious")
    with pytest.raises(WarehouseError, match="was not made by Martlet"), rewriting(path):
        pass
    assert path.read_text() == "precious"
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS a")
    with pytest.raises(WarehouseError, match="was not made by Martlet"), rewriting(path):
        pass
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("FROM mine").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: (make(path), path.chmod(0o444)), "is read-only"),
    ],
)
def test_targets_that_cannot_be_written_are_refused(path, make_it, message):
    make_it(path)
    with pytest.raises(WarehouseError, match=message), rewriting(path):
        pass


@pytest.mark.parametrize("name", ["email.duckdb", "Star.db", "truth.of.2025.duckdb"])
def test_a_file_is_not_named_like_a_schema_within_it(tmp_path, name):
    with pytest.raises(WarehouseError, match="choose another --warehouse"), rewriting(tmp_path / name):
        raise AssertionError
    assert not list(tmp_path.iterdir())


def test_a_missing_directory_is_named(path):
    with (
        pytest.raises(WarehouseError, match="there is no directory"),
        rewriting(path.parent / "no" / "w.duckdb"),
    ):
        pass


WRITER = """
import sys, time
from martlet.loaders.warehouse.atomic import rewriting
import martlet.loaders.warehouse.atomic as life
if sys.argv[2] == "publishing":
    replace = life.Path.replace
    def pause(self, target):
        print("publishing", flush=True)
        time.sleep(60)
    life.Path.replace = pause
with rewriting(sys.argv[1], start_from_existing=sys.argv[2] == "copied") as connection:
    print("opened", flush=True)
    if sys.argv[2] in ("opened", "copied"):
        time.sleep(60)
    connection.execute("CREATE SCHEMA IF NOT EXISTS meta; CREATE OR REPLACE TABLE meta.setting AS SELECT 'killed' AS value")
    print("written", flush=True)
    if sys.argv[2] == "written":
        time.sleep(60)
"""


@pytest.mark.parametrize("moment", ["opened", "copied", "written", "publishing"])
def test_killed_at_any_moment_the_old_file_is_whole_and_the_next_build_cleans_up(path, moment):
    make(path, "old")
    before = path.read_bytes()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), moment], stdout=subprocess.PIPE, text=True
    )
    last = {"copied": "opened"}.get(moment, moment)
    while writer.stdout.readline().strip() != last:
        assert writer.poll() is None, "the writer ended too early"
    writer.send_signal(signal.SIGKILL)
    writer.wait(timeout=60)
    writer.stdout.close()
    assert path.read_bytes() == before
    assert value_in(path) == "old"
    assert len(list(path.parent.iterdir())) > 1, "the kill came too late to leave anything"
    make(path, "new")
    assert value_in(path) == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_warehouse_held_open_is_not_mixed_with_its_successor(path):
    make(path, "1")
    with martlet.open(path) as old:
        make(path, "2")
        with pytest.raises(WarehouseError, match="was rebuilt while this process holds the old file open"):
            martlet.open(path)
        assert old.sql("SELECT value FROM meta.setting WHERE name = 'value'").rows() == [("1",)]
    assert value_in(path) == "2"


def test_the_file_is_of_the_storage_version_that_old_clients_read(path):
    make(path)
    header = path.read_bytes()[:4096]
    # The main header's version number: 64 is what DuckDB 0.9 to 1.1 write.
    assert int.from_bytes(header[12:20], "little") == 64


def test_a_full_disk_is_said_in_words(path):
    resource = pytest.importorskip("resource", reason="needs a limit on file sizes, which only Unix has")
    make(path)
    before = path.read_bytes()
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000));"
        "from martlet.loaders.warehouse.atomic import rewriting\n"
        "try:\n"
        "    with rewriting(sys.argv[1]) as c: c.execute('CREATE TABLE t AS SELECT random() AS x FROM range(5000000)')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=120
    )
    assert resource
    assert "WarehouseError" in done.stdout, done.stderr
    assert "is as it was before" in done.stdout
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
