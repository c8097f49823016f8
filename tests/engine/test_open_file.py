"""A warehouse in one process: closed at any moment, by itself when dropped; not copied, not taken into a fork."""

import asyncio
import copy
import gc
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time

import pytest

import martlet
from martlet.engine.errors import WarehouseError

ENDLESS = "SELECT count(*) FROM range(3000000) AS a, range(100000) AS b WHERE hash(a.range * b.range) % 7 = 0"


@pytest.fixture(scope="module")
def path(_empty_warehouse, tmp_path_factory):
    folder = tmp_path_factory.mktemp("open")
    return shutil.copy(_empty_warehouse, folder / "warehouse.duckdb")


def replace(path):
    """Put another file of the same content in a file's place, as a build does."""
    os.replace(shutil.copy(path, f"{path}.new"), path)  # noqa: PTH105 - a path or a text


@pytest.mark.parametrize(
    "drop",
    [
        lambda path: martlet.open(path).sql("SELECT 1"),
        lambda path: setattr(opened := martlet.open(path), "itself", opened),
        lambda path: [martlet.open(path).packs() for _ in range(2)],
    ],
    ids=["at once", "in a circle", "twice"],
)
def test_a_warehouse_that_nobody_holds_is_closed(path, drop):
    drop(path)
    replace(path)
    with martlet.open(path) as opened:
        assert opened.sql("SELECT 1 AS a").rows() == [(1,)]


def test_one_that_is_held_is_not_mixed_with_the_new_file(path):
    held = martlet.open(path)
    replace(path)
    with pytest.raises(WarehouseError, match="was rebuilt while this process holds the old file open"):
        martlet.open(path)
    assert held.sql("SELECT 1 AS a").rows() == [(1,)]
    held.close()
    martlet.open(path).close()


def asking(opened, sql):
    """Ask in a thread; return it, and the list in which its error will be."""
    errors = []

    def ask():
        try:
            while True:
                opened.sql(sql)
        except Exception as error:  # noqa: BLE001 - which it is, is tested
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, errors


@pytest.mark.parametrize("sql", [ENDLESS, "SELECT 1"])
@pytest.mark.parametrize("seconds", [0, 0.15])
def test_close_stops_what_other_threads_wait_for(path, sql, seconds):
    opened = martlet.open(path)
    threads = [asking(opened, sql) for _ in range(3)]
    time.sleep(seconds)
    closers = [threading.Thread(target=opened.close) for _ in range(3)]
    for thread in closers:
        thread.start()
    for thread in [*closers, *(thread for thread, _ in threads)]:
        thread.join(20)
        assert not thread.is_alive()
    for _, (error,) in threads:
        assert isinstance(error, WarehouseError)
        assert "closed" in str(error)
    opened.close()
    replace(path)
    martlet.open(path).close()


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"]
)
def test_a_warehouse_is_not_copied(path, copied):
    with martlet.open(path) as opened:
        with pytest.raises(TypeError, match=r"can't be copied or pickled; open it again: martlet\.open\("):
            copied(opened)
        assert opened.sql("SELECT 1 AS a").rows() == [(1,)]


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda result: pickle.loads(pickle.dumps(result))],  # noqa: S301 - our own
)
def test_a_result_is_copied_and_pickled(path, copied):
    with martlet.open(path) as opened:
        results = [opened.query("attribution/channels", model="linear"), opened.sql("SELECT 1 AS a")]
    for result in results:
        again = copied(result)
        assert (again.sql, again.columns, again.rows()) == (result.sql, result.columns, result.rows())
        assert again.arrow().equals(result.arrow())


def test_coroutines_ask_in_threads(path):
    async def ask(opened):
        return await asyncio.gather(*(asyncio.to_thread(opened.sql, f"SELECT {n} AS n") for n in range(16)))

    with martlet.open(path) as opened:
        assert [result.rows() for result in asyncio.run(ask(opened))] == [[(n,)] for n in range(16)]


FORKED = """
import os, signal, sys
import martlet
from martlet.engine.errors import WarehouseError

path = sys.argv[1]
held = martlet.open(path)
held.sql("SELECT count(*) FROM range(100000)")
child = os.fork()
if child == 0:
    signal.alarm(30)
    try:
        held.sql("SELECT 1")
    except WarehouseError as error:
        assert "opened before this process was forked; open it again" in str(error), error
    else:
        sys.exit(3)
    with martlet.open(path) as again:
        assert again.sql("SELECT sum(range) FROM range(100000)").rows() == [(4999950000,)]
    held.close()
    del held
    sys.exit(7)
_, status = os.waitpid(child, 0)
assert held.sql("SELECT 1 AS a").rows() == [(1,)]
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_opens_the_warehouse_again(path):
    command = [sys.executable, "-c", FORKED, path]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 7, ended.stderr


SPAWNED = """
import multiprocessing, sys
import martlet

def ask(path):
    with martlet.open(path) as opened:
        return opened.sql("SELECT count(*) AS n FROM star.fact_order").rows()

if __name__ == "__main__":
    with martlet.open(sys.argv[1]), multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(ask, [sys.argv[1]] * 4) == [[(0,)]] * 4
"""


@pytest.mark.slow
def test_processes_that_are_spawned_open_the_warehouse_themselves(path, tmp_path):
    (tmp_path / "spawning.py").write_text(SPAWNED)
    command = [sys.executable, tmp_path / "spawning.py", path]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr


def test_what_is_unreachable_is_collected_only_where_it_matters(path, monkeypatch):
    collected = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(1))
    with martlet.open(path), martlet.open(path):
        assert not collected
