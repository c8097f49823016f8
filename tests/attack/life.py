"""The life of a warehouse file: mode, owner and access list are kept, links are followed, what another program wrote is never dropped."""

import os
import shutil
import stat
import struct
import subprocess
import sys
import threading
import time

import duckdb

from .bases import orders
from .case import Case, Fault
from .invariants import command, ends_well, only_these, same
from .kills import words

__all__ = ["cases", "run"]

NEEDS = ("company.duckdb", "shop.duckdb")
TIMEOUT = 300
_COMMANDS = ("ingest", "check", "forget", "build", "advance")
_MODES = ((0o600, 0o022), (0o640, 0o022), (0o664, 0o077), (0o660, 0o000), (0o644, 0o077), (0o2660, 0o022))
_ACL = "system.posix_acl_access"
# A list that lets user 12345 read and write: owner, that user, group, mask, others.
_LIST = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tag, bits, who)
    for tag, bits, who in (
        (1, 6, 2**32 - 1),
        (2, 6, 12345),
        (4, 0, 2**32 - 1),
        (16, 6, 2**32 - 1),
        (32, 0, 2**32 - 1),
    )
)
_PROGRAM = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("SET checkpoint_threshold = '1TB'; PRAGMA disable_checkpoint_on_shutdown")
connection.execute("CREATE TABLE main.mine AS SELECT 42 AS a")
if sys.argv[2] == "dies":
    os._exit(9)
connection.close()
"""
_SLOW = """
import sys, time, pathlib, martlet
said = pathlib.Path(sys.argv[3])
def say(step, share):
    if step.startswith(sys.argv[4]) and not said.exists():
        said.touch()
        for _ in range(600):
            if said.with_name("go on").exists():
                break
            time.sleep(0.05)
try:
    martlet.ingest("orders", sys.argv[2], warehouse=sys.argv[1], progress=say)
except martlet.MartletError as error:
    sys.exit(f"MartletError: {error}")
"""


def cases(seed, scale):
    """Return each command with each mode, and so on; of a part, every so many."""
    every = max(1, round(1 / scale))
    found = [
        ("modes", {"command": name, "mode": mode, "umask": umask})
        for name in _COMMANDS
        for mode, umask in _MODES
    ]
    found += [
        (kind, {"command": name})
        for kind in ("owner", "access list", "link", "pending log", "log of the closed")
        for name in _COMMANDS
    ]
    found += [
        ("writer in between", {"step": step, "closes": closes})
        for step in ("reading", "loading", "checking")
        for closes in ("closes", "dies")
    ]
    found += [("two names", {"step": step}) for step in ("reading", "checking")]
    found += [
        ("output over", {"over": over, "command": name, "format": form})
        for over in ("itself", "another", "its link", "other duckdb")
        for name in ("sql", "query")
        for form in ("csv", "parquet")
    ]
    found += [("leftovers", {"command": name}) for name in _COMMANDS]
    return [
        Case("life", kind, number, seed, given)
        for number, (kind, given) in enumerate(found)
        if (number + seed) % every == 0
    ]


def run(case, room):
    given = case.given
    return {
        "modes": _modes, "owner": _owner, "access list": _access, "link": _link, "pending log": _pending, "log of the closed": _pending,
        "writer in between": _in_between, "two names": _two_names, "output over": _output, "leftovers": _leftovers,
    }[case.kind](given if "log" not in case.kind else {**given, "how": case.kind}, room)  # fmt: skip


def _copy(given, room):
    return room.copy("shop" if given["command"] == "ingest" else "company")


def _is_open(mode):
    """Return the bits of a mode that let others than the owner in."""
    return stat.S_IMODE(mode) & 0o077


def _modes(given, room):
    path = _copy(given, room)
    path.chmod(given["mode"])
    old = path.stat()
    seen, ends = {}, threading.Event()

    def watch():
        while not ends.is_set():
            for name in [one.name for one in path.parent.iterdir()]:
                try:
                    found = (path.parent / name).stat()
                except OSError:
                    continue
                if name != path.name and stat.S_ISREG(found.st_mode) and found.st_size:
                    seen[name] = seen.get(name, 0) | _is_open(found.st_mode)
            time.sleep(0.01)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        end = command(*words(given["command"], path, room), umask=given["umask"])
    finally:
        ends.set()
        watching.join()
    ends_well(end, (0,))
    if stat.S_IMODE(path.stat().st_mode) != given["mode"]:
        raise Fault(f"mode {given['mode']:o} has become {stat.S_IMODE(path.stat().st_mode):o}")
    if (path.stat().st_uid, path.stat().st_gid) != (old.st_uid, old.st_gid):
        raise Fault("the owner has changed")
    wider = {name: f"{mode:o}" for name, mode in seen.items() if mode & ~_is_open(given["mode"])}
    if wider:
        raise Fault(f"while it was written others could open {wider}")
    only_these(path.parent, [path.name])
    return ""


def _owner(given, room):
    if os.geteuid() != 0:
        return "only root can give a file away"
    path = _copy(given, room)
    os.chown(path, 1000, 1001)
    path.chmod(0o640)
    ends_well(command(*words(given["command"], path, room)), (0,))
    found = path.stat()
    if (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) != (1000, 1001, 0o640):
        raise Fault(f"1000:1001 640 has become {found.st_uid}:{found.st_gid} {stat.S_IMODE(found.st_mode):o}")
    return ""


def _access(given, room):
    path = _copy(given, room)
    try:
        os.setxattr(path, _ACL, _LIST)
    except OSError:
        return "this file system knows no access lists"
    ends_well(command(*words(given["command"], path, room)), (0,))
    try:
        kept = os.getxattr(path, _ACL)
    except OSError:
        kept = b""
    if kept != _LIST:
        raise Fault("the access list is gone")
    return ""


def _link(given, room):
    path = _copy(given, room)
    before = path.read_bytes()
    folder = room.folder / "link"
    folder.mkdir()
    link = folder / "w.duckdb"
    link.symlink_to("../kept/w.duckdb")
    ends_well(command(*words(given["command"], link, room)), (0,))
    if not link.is_symlink():
        raise Fault("the link was replaced by a file")
    if path.read_bytes() == before:
        raise Fault("the file behind the link has not changed")
    only_these(folder, [link.name])
    return ""


def _pending(given, room):
    path = _copy(given, room)
    how = "dies" if given["how"] == "pending log" else "closes"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PROGRAM, path, how], check=False, capture_output=True
    )
    end = command(*words(given["command"], path, room))
    worked = ends_well(end)
    if given["command"] == "build" and worked and how == "closes":
        return ""
    _mine_is_there(path)
    return "" if worked else end.err.strip()


def _mine_is_there(path):
    with duckdb.connect(str(path)) as connection:
        try:
            connection.execute("FROM main.mine").fetchall()
        except duckdb.CatalogException:
            raise Fault("what another program had written is gone") from None


def _slow_load(path, step, room):
    """Begin a load of twenty orders that waits at a step until it may go on; return it when it is there."""
    said = room.folder / "said"
    process = subprocess.Popen(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            _SLOW,
            path,
            orders(room.folder / "more.csv", "B", 20),
            said,
            step,
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not said.exists() and process.poll() is None:
        time.sleep(0.02)
    return process


def _in_between(given, room):
    path = room.copy("shop")
    process = _slow_load(path, given["step"], room)
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PROGRAM, path, given["closes"]],
        check=False,
        capture_output=True,
        text=True,
    )
    (room.folder / "go on").touch()
    _, err = process.communicate(timeout=120)
    if process.returncode != 0 and "MartletError:" not in err:
        raise Fault(f"the load ended with {process.returncode}: {err[-500:]}")
    if other.returncode == 1:
        if process.returncode != 0:
            raise Fault(f"the other program was kept out, and yet the load failed: {err[-500:]}")
        return "the other program was kept out"
    _mine_is_there(path)
    return err.strip()


def _two_names(given, room):
    path = room.copy("shop")
    link = room.folder / "link.duckdb"
    link.symlink_to(path)
    process = _slow_load(path, given["step"], room)
    end = command("ingest", "orders", orders(room.folder / "other.csv", "D", 5), "-w", link)
    (room.folder / "go on").touch()
    process.communicate(timeout=120)
    if given["step"] != "reading" and ends_well(end):
        raise Fault("two commands have written one warehouse at once, by two names")
    with duckdb.connect(str(path), read_only=True) as connection:
        [[kept]] = connection.execute("SELECT count(*) FROM star.fact_order").fetchall()
    expected = 200 + 20 * (process.returncode == 0) + 5 * (end.code == 0)
    if kept != expected:
        raise Fault(f"{kept} orders are kept, where {expected} were loaded")
    return end.err.strip()


def _output(given, room):
    path = room.copy("company")
    target = {
        "itself": path,
        "another": path.with_name("b.duckdb"),
        "its link": path.with_name("l.csv"),
        "other duckdb": path.with_name("c.csv"),
    }[given["over"]]
    if given["over"] == "another":
        shutil.copyfile(room.shop, target)
    elif given["over"] == "its link":
        target.symlink_to(path)
    elif given["over"] == "other duckdb":
        duckdb.connect(str(target)).close()
    before, target_before = path.read_bytes(), target.read_bytes()
    words_ = ["sql", "SELECT 1 AS a"] if given["command"] == "sql" else ["query", "segmentation/rfm"]
    end = command(*words_, "-w", path, "-o", target, "-f", given["format"])
    same(path, before)
    same(target, target_before)
    if ends_well(end):
        raise Fault("an answer was written over a database")
    return end.err.strip()


def _leftovers(given, room):
    """What a killed command left is taken away by the next of any kind that writes."""
    path = _copy(given, room)
    for name in (f".{path.name}.building", f".{path.name}.building.wal", f".{path.name}.lock"):
        path.with_name(name).write_bytes(b"old")
    path.with_name(f".{path.name}.building.tmp").mkdir()
    ends_well(command(*words(given["command"], path, room)), (0,))
    only_these(path.parent, [path.name])
    return ""
