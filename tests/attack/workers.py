"""Processes that try cases, one after another; a case that ends its process, or never ends, is a fault like any other."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from .case import FAULT, Outcome

__all__ = ["tried"]

ROOT = Path(__file__).parents[2]
# A process is made anew after so many cases, so that what it gathers is not taken for the memory of a case.
_CASES_OF_A_PROCESS = 250


def tried(cases, folder, *, jobs, timeout, keep=None):
    """Yield the outcome of each case, in the order in which they end; inputs of faults are copied to `keep`."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    ended: queue.SimpleQueue = queue.SimpleQueue()
    for case in cases:
        waiting.put(case)
    threads = [
        threading.Thread(
            target=_work,
            args=(waiting, ended, Path(folder) / f"worker_{number}", timeout, keep),
            daemon=True,
        )
        for number in range(max(1, min(jobs, len(cases))))
    ]
    for thread in threads:
        thread.start()
    for _ in cases:
        outcome = ended.get()
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome
    for thread in threads:
        thread.join()


def _work(waiting, ended, own, timeout, keep):
    worker = None
    count = 0
    try:
        while True:
            try:
                case = waiting.get_nowait()
            except queue.Empty:
                return
            if worker is None or count == _CASES_OF_A_PROCESS:
                _end(worker)
                worker, count = _begin(own), 0
            count += 1
            outcome = _ask(worker, case, timeout)
            if worker.poll() is not None:
                worker = None
            if keep and outcome.verdict == FAULT:
                _keep(outcome, own, Path(keep))
            ended.put(outcome)
    except BaseException as error:  # noqa: BLE001 - who waits must hear of it
        ended.put(error)
    finally:
        _end(worker)


def _begin(own):
    own.mkdir(exist_ok=True)
    with (own / "stderr").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.attack.worker", str(own.parent), str(own)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=err,
            start_new_session=True,
        )


def _ask(worker, case, timeout):
    timer = threading.Timer(timeout, _kill, [worker])
    timer.start()
    try:
        worker.stdin.write(json.dumps(asdict(case)).encode() + b"\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
    except BrokenPipeError:
        line = b""
    finally:
        is_late = not timer.is_alive()
        timer.cancel()
    if line:
        return Outcome(case, **json.loads(line))
    code = worker.wait()
    worker.stdin.close()
    worker.stdout.close()
    return Outcome(case, FAULT, f"no end after {timeout} s" if is_late else f"the process ended with {code}")


def _kill(worker):
    """End a worker with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)


def _end(worker):
    if worker is None or worker.poll() is not None:
        return
    worker.stdin.close()
    worker.wait()
    worker.stdout.close()


def _keep(outcome, own, keep):
    """Copy what a case left in its room, with its name and what is wrong."""
    to = keep / outcome.case.name.replace("/", "-").replace(" ", "_")
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    (to / "fault.json").write_text(json.dumps(asdict(outcome), indent=2, default=str), encoding="utf-8")
    for path in (own / "case").rglob("*"):
        # Warehouses can be made anew, and devices or pipes can't be copied.
        if (
            path.is_file()
            and not path.is_symlink()
            and path.suffix != ".duckdb"
            and path.stat().st_size < 2**25
        ):
            shutil.copyfile(path, to / path.name)
