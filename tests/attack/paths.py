"""Odd names and odd files as warehouse, as input and as output: it works, or a clear error says why not, and nothing else is touched."""

import os
import shutil
import socket
import sqlite3
import subprocess

import duckdb

from .bases import orders
from .case import Case, Fault
from .invariants import command, ends_well

__all__ = ["cases", "run"]

NEEDS = ("company.duckdb", "shop.duckdb")
TIMEOUT = 300
_END = 40
NAMES = (
    "a b", "two  spaces ", " begins", "it's", 'say "x"', "`tick`", "🦜🦜", "ü", "u\u0308", "a\nb", "a\tb", "50%", "%s%d%n", "%41", "$HOME", "${x}", "$(id)", "-rf", "--help", "-", "what?", "st*r", "[a]", "[!a]", "{a,b}", "a;b", "a&b", "a|b", "a>b", "a#b", "~", "~root",
    "a\\b", "\\", "C:x", "a:b", "file:x", ":memory:", "md:x", "s3:x", "http:", "@x", "+x", "=1+1", "NUL", "con", ".hidden", "...", "x.", "a,b", "(a)", "e\u202etxt", "\u200b", "x\x07", "x\x1b[31m", "\udcff", "bad\udcffname", "x" * 200, "x" * 243, "x" * 250, "é" * 120, "w.duckdb.wal", "w.csv.gz", "null", "auto", "orders",
)  # fmt: skip
_ROLES = ("warehouse", "folder", "input", "output")
ODD = (
    "fifo",
    "socket",
    "null",
    "zero",
    "full",
    "folder",
    "dangling",
    "loop",
    "chain",
    "link",
    "hard link",
    "empty",
    "garbage",
    "magic",
    "half",
    "other duckdb",
    "sqlite",
    "unreadable",
    "missing folder",
    "file as folder",
)
_COMMANDS = ("info", "sql", "check", "ingest", "forget", "build", "input", "output", "sniff", "extract")


def cases(seed, scale):
    """Return each name in each role, and each odd file for each command; of a part, every so many."""
    every = max(1, round(1 / scale))
    found = [("names: " + role, {"name": name, "role": role}) for name in NAMES for role in _ROLES]
    found += [("odd files: " + kind, {"odd": kind, "command": word}) for kind in ODD for word in _COMMANDS]
    return [
        Case("paths", kind, number, seed, given)
        for number, (kind, given) in enumerate(found)
        if (number + seed) % every == 0
    ]


def run(case, room):
    return _named(case.given, room) if "name" in case.given else _odd(case.given, room)


def _named(given, room):
    name, role = given["name"], given["role"]
    path = room.folder / "kept" / name
    path.parent.mkdir()
    if role == "folder":
        try:
            path.mkdir()
        except OSError:
            return "no such folder can be"
        path /= "w.duckdb"
    file = orders(room.folder / "plain.csv", "B", 5)
    if role in ("warehouse", "folder"):
        try:
            shutil.copyfile(room.shop, path)
        except OSError:
            end = command("ingest", "orders", file, "-w", path, timeout=_END)
            return "" if ends_well(end) else end.err.strip()
        return _all_of(
            [["ingest", "orders", file, "-w", path], ["sql", "SELECT 1", "-w", path], ["info", "-w", path]],
            path,
            room,
        )
    if role == "input":
        try:
            shutil.copyfile(file, path)
        except OSError:
            path = file
        end = command("ingest", "orders", "--", path, "-w", room.copy("shop"), timeout=_END)
        return "" if ends_well(end) else end.err.strip()
    end = command("sql", "SELECT 1 AS a", "-f", "csv", f"--output={path}", "-w", room.shop, timeout=_END)
    if not ends_well(end):
        return end.err.strip()
    if name != "-" and path.read_text(encoding="utf-8") != "a\n1\n":
        raise Fault(f"the answer is not in {name!r}")
    return ""


def _all_of(commands, path, room):
    said = []
    for words in commands:
        end = command(*words, timeout=_END, cwd=room.folder)
        if not ends_well(end):
            said.append(end.err.strip())
    if not path.exists():
        raise Fault(f"{path.name!r} is gone")
    return "\n".join(said)


def _odd(given, room):
    kept = room.folder / "kept"
    kept.mkdir()
    path = _made(given["odd"], kept, room)
    file = orders(room.folder / "plain.csv", "B", 5)
    words = {
        "info": ["info", "-w", path],
        "sql": ["sql", "SELECT 1", "-w", path],
        "check": ["check", "--set", "facts_are_fresh.days=17", "-w", path],
        "ingest": ["ingest", "orders", file, "-w", path],
        "forget": ["forget", "C1", "-w", path],
        "build": ["build", "--customers", "10", "--days", "30", "--threads", "1", "-w", path, "-q"],
        "input": ["ingest", "orders", path, "-w", room.folder / "new.duckdb"],
        "output": ["sql", "SELECT 1", "-w", room.shop, "-f", "csv", "-o", path],
        "sniff": ["sniff", path],
        "extract": ["extract", path, "-w", room.company, "-q"],
    }[given["command"]]
    # A pipe as output is written to, as `cat` does it, once somebody reads.
    is_read = (given["odd"], given["command"]) == ("fifo", "output")
    reader = subprocess.Popen(["cat", path], stdout=subprocess.DEVNULL) if is_read else None  # noqa: S607
    try:
        end = command(*words, timeout=_END)
    finally:
        if reader:
            reader.kill()
            reader.wait()
    if ends_well(end):
        if given["odd"] in ("loop", "other duckdb", "sqlite", "folder") and given["command"] in (
            "ingest",
            "build",
            "forget",
            "check",
        ):
            raise Fault(f"{given['command']} has taken {given['odd']} for a warehouse")
        if given["odd"] in ("link", "chain") and given["command"] != "extract" and not path.is_symlink():
            raise Fault("a link was replaced by a file")
        return ""
    return end.err.strip()


def _made(odd, folder, room):  # noqa: C901, PLR0912 - one line a kind
    path, real = folder / "w.duckdb", folder / "real.duckdb"
    if odd == "fifo":
        os.mkfifo(path)
    elif odd == "socket":
        os.chdir(folder)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
        os.chdir(room.folder)
    elif odd in ("null", "zero", "full"):
        return folder.__class__(f"/dev/{odd}")
    elif odd == "folder":
        path.mkdir()
        (path / "somebody's").write_text("work", encoding="utf-8")
    elif odd == "dangling":
        path.symlink_to("nowhere")
    elif odd == "loop":
        path.symlink_to("other")
        (folder / "other").symlink_to(path.name)
    elif odd in ("link", "chain"):
        shutil.copyfile(room.shop, real)
        path.symlink_to("middle" if odd == "chain" else real.name)
        if odd == "chain":
            (folder / "middle").symlink_to(real)
    elif odd == "hard link":
        shutil.copyfile(room.shop, real)
        path.hardlink_to(real)
    elif odd == "empty":
        path.touch()
    elif odd == "garbage":
        path.write_bytes(bytes(range(256)) * 400)
    elif odd == "magic":
        path.write_bytes(b"12345678DUCK" + b"\xff" * 12_300)
    elif odd == "half":
        path.write_bytes(room.shop.read_bytes()[: room.shop.stat().st_size // 2])
    elif odd == "other duckdb":
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE mine AS SELECT 1")
    elif odd == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE mine (a)")
    elif odd == "unreadable":
        shutil.copyfile(room.shop, path)
        path.chmod(0)
    elif odd == "missing folder":
        return folder / "none" / "w.duckdb"
    else:
        (folder / "file").touch()
        return folder / "file" / "w.duckdb"
    return path
