"""One process that does much at once: threads, forks, pickles, closing under load, files that are replaced while they are open."""

import asyncio
import contextlib
import copy
import gc
import os
import pickle
import shutil
import threading
import time

import martlet
from martlet.engine import sandbox
from martlet.engine.errors import MartletError

from .case import Fault, several
from .invariants import count_memory, peak_memory

__all__ = ["cases", "run"]

ALL = 60
NEEDS = ("company.duckdb",)
TIMEOUT = 180
_SQL = "SELECT status, count(*) AS n, sum(net_revenue) AS sum FROM star.fact_order GROUP BY ALL ORDER BY ALL"
_LONG = "SELECT max(a.range * b.range) FROM range(30000000) AS a, range(100) AS b"


def cases(seed, scale):
    return several("process", list(_KINDS), seed, round(ALL * scale))


def run(case, room):
    # A name of its own: what one case leaves open is not to spoil the next.
    path = room.copy("company", f"{case.kind} {case.number}.duckdb")
    return _KINDS[case.kind](path, case.random()) or ""


def _threads(path, _chance):
    with martlet.open(path) as warehouse:
        wanted = warehouse.sql(_SQL).rows()
        found = []
        threads = [
            threading.Thread(target=lambda: found.append(warehouse.sql(_SQL).rows())) for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if found != [wanted] * 16:
        raise Fault("threads were given other answers")


def _tasks(path, _chance):
    async def ask():
        return await asyncio.gather(
            *(asyncio.to_thread(lambda: warehouse.sql(_SQL).rows()) for _ in range(8))
        )

    with martlet.open(path) as warehouse:
        if asyncio.run(ask()) != [warehouse.sql(_SQL).rows()] * 8:
            raise Fault("tasks were given other answers")


def _close_under_load(path, chance):
    warehouse = martlet.open(path)
    wrong = []

    def ask():
        while True:
            try:
                warehouse.sql(_LONG if chance.random() < 0.3 else _SQL).rows()
            except MartletError:
                return
            except BaseException as error:  # noqa: BLE001 - that is what is looked for
                wrong.append(error)
                return

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0, 0.4))
    try:
        warehouse.close()
        warehouse.close()
    finally:
        for thread in threads:
            thread.join(timeout=60)
    if wrong:
        raise Fault(f"{type(wrong[0]).__name__}: {wrong[0]}")
    if any(thread.is_alive() for thread in threads):
        raise Fault("a question goes on after the end")
    _replaced(path)
    with martlet.open(path) as again:
        again.sql("SELECT 1").rows()


def _replaced(path):
    other = path.with_name("other.duckdb")
    shutil.copyfile(path, other)
    other.replace(path)


def _forgotten(path, _chance):
    warehouse = martlet.open(path)
    warehouse.sql("SELECT 1").rows()
    del warehouse
    gc.collect()
    _replaced(path)
    with martlet.open(path) as again:
        again.sql("SELECT 1").rows()


def _held(path, _chance):
    """A file that is replaced while it is open goes on answering; nobody is given the old one for the new."""
    with martlet.open(path) as old:
        _replaced(path)
        old.sql("SELECT 1").rows()
        with contextlib.suppress(MartletError), martlet.open(path) as new:
            new.sql("SELECT 1").rows()
    with martlet.open(path) as new:
        new.sql("SELECT 1").rows()


def _pickled(path, _chance):
    with martlet.open(path) as warehouse:
        for result in (warehouse.sql(_SQL), warehouse.query("segmentation/rfm")):
            if pickle.loads(pickle.dumps(result)).rows() != result.rows():  # noqa: S301 - our own
                raise Fault("a pickle has other rows")
    # A result outlives its warehouse.
    result.rows()


def _copied(path, _chance):
    with martlet.open(path) as warehouse:
        try:
            other = copy.copy(warehouse)
        except (MartletError, TypeError):
            return
        with contextlib.suppress(MartletError):
            other.close()
        with contextlib.suppress(MartletError):
            warehouse.sql("SELECT 1").rows()


def _forked(path, _chance):
    with martlet.open(path) as warehouse:
        warehouse.sql("SELECT 1").rows()
        child = os.fork()
        if child == 0:
            code = 1
            with contextlib.suppress(BaseException), martlet.open(path) as own:
                code = int(own.sql(_SQL).rows() == [])
            os._exit(code)
        ended = 0
        for _ in range(600):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
            time.sleep(0.05)
        else:
            os.kill(child, 9)
            os.waitpid(child, 0)
            raise Fault("a fork never ends")
        if status:
            raise Fault(f"a fork ended with {status}")
        warehouse.sql("SELECT 1").rows()


def _answer_held_once(path, _chance):
    """The answer of the sandbox is held once by whoever asks: its size, and no second time."""
    count_memory()
    before = peak_memory()
    answer = sandbox.run(path, "SELECT repeat('x', 1000) AS a FROM range(200000)", memory="512MB")
    grown = peak_memory() - before
    if grown > 1.5 * answer.nbytes:
        raise Fault(f"an answer of {answer.nbytes >> 20} MiB has taken {grown >> 20} MiB")


def _many_opened(path, _chance):
    opened = [martlet.open(path) for _ in range(40)]
    for one in opened:
        one.sql("SELECT 1").rows()
        one.close()
        one.close()
    try:
        opened[0].sql("SELECT 1")
    except MartletError:
        return
    raise Fault("a closed warehouse answers")


_KINDS = {
    "threads": _threads,
    "tasks": _tasks,
    "close under load": _close_under_load,
    "forgotten warehouse": _forgotten,
    "replaced while open": _held,
    "pickles": _pickled,
    "copies": _copied,
    "forks": _forked,
    "answer held once": _answer_held_once,
    "many opened": _many_opened,
}
