"""Hostile values of parameters and options: from Python, on the command line, in macros. A value never becomes SQL, and is taken or refused in words."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache

from click.testing import CliRunner

import martlet
from martlet.cli import cli
from martlet.engine.errors import MartletError, QueryError

from .case import Fault, several
from .hostile import CELLS, any_text
from .invariants import clear, command, ends_well, refused_clearly

__all__ = ["cases", "run"]

ALL = 1_000
NEEDS = ("company.duckdb",)
TIMEOUT = 120
_OBJECTS = (
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**400, 0.5, -0.0, 1e308, 1e-308, math.nan, math.inf, -math.inf, 1j, Decimal("1e400"), Decimal("NaN"), b"bytes", b"\xff",
    [], (), {}, set(), [None], [[]], [[[[[]]]]], {"a": 1}, {1}, [1, "a", None], ["a"] * 10_000, [float("nan")], range(3), object(), len, int, Exception("x"), iter([1]), "\ud800", "x" * 1_000_000, "[" * 100_000, '["a"', "[]", "[[]]", '{"a": 1}', "[1e999]", "[null]", "[NaN]",
    date.min, date.max, datetime.min.replace(tzinfo=UTC), datetime(9999, 12, 31), datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59))), timedelta(days=1), "2024-01-01", "0001-01-01", "9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00", "2024-01-01T00:00:00.000000001", "Email", "last", "true", " ", ",", ",,,", "a,,b", "30",
)  # fmt: skip

# Options and arguments of commands that only read, or that must refuse before they write; {v} is the value.
_OPTIONS = (
    ("query", "segmentation/rfm", "--limit", "{v}"), ("query", "segmentation/rfm", "--format", "{v}"), ("query", "{v}"), ("query", "segmentation/rfm", "-p", "{v}"), ("query", "segmentation/rfm", "-p", "{v}=1"), ("query", "segmentation/rfm", "--packs", "{v}"),
    ("describe", "{v}"), ("packs", "{v}"), ("compile", "segmentation/rfm", "-d", "{v}"), ("sql", "{v}"), ("sql", "SELECT 1", "--timeout", "{v}"), ("sql", "SELECT 1", "--memory", "{v}"), ("truth", "{v}"), ("check", "--no-store", "{v}"), ("check", "--no-store", "--set", "{v}=1"), ("check", "--no-store", "--set", "facts_are_fresh.days={v}"),
    ("forget", "--dry-run", "{v}"), ("build", "--set", "{v}=1", "--customers", "0"), ("preset", "{v}"), ("sniff", "{v}"), ("info", "--{v}"), ("ingest", "{v}", "none.csv"), ("ingest", "orders", "{v}", "--dry-run"), ("ingest", "orders", "none.csv", "--timezone", "{v}"), ("ingest", "orders", "none.csv", "--as-of", "{v}"), ("ingest", "orders", "none.csv", "--column", "{v}"),
    ("ingest", "orders", "none.csv", "--impute", "{v}"), ("ingest", "orders", "none.csv", "--status", "{v}"), ("ingest", "orders", "none.csv", "--path-separator", "{v}"), ("ingest", "orders", "none.csv", "--rates", "{v}"), ("advance", "--days", "{v}"), ("profiles", "{v}"), ("quarantine", "--{v}"), ("test", "{v}"), ("{v}",),
)  # fmt: skip


def cases(seed, scale):
    return several(
        "values", ("python", "command line", "macro", "option", "process"), seed, round(ALL * scale)
    )


def run(case, room):
    chance = case.random()
    return {
        "python": _python,
        "command line": _command_line,
        "macro": _macro,
        "option": _option,
        "process": _process,
    }[case.kind](room, chance)


@cache
def _open(path):
    return martlet.open(path)


def _parameter(warehouse, chance):
    pack, queries = chance.choice(sorted(warehouse.packs().items()))
    query = warehouse.describe(f"{pack}/{chance.choice(queries)}")
    # Those that take any text or moment let more through than numbers and words.
    open_ = [p for p in query.parameters.values() if p.element in ("str", "date", "timestamp")]
    some = open_ if open_ and chance.random() < 0.6 else [*query.parameters.values()]
    return query, chance.choice(some) if some else None


def _text(chance):
    return (
        any_text(chance)
        if chance.random() < 0.2
        else chance.choice([*CELLS, *(v for v in _OBJECTS if isinstance(v, str))])
    )


def _object(parameter, chance):
    if chance.random() < 0.4:
        return _text(chance)
    if chance.random() < 0.1:
        deep = []
        for _ in range(100_000):
            deep = [deep]
        return deep
    value = chance.choice(_OBJECTS)
    return [value, chance.choice(_OBJECTS)] if parameter.is_list and chance.random() < 0.5 else value


def _python(room, chance):
    warehouse = _open(room.company)
    query, parameter = _parameter(warehouse, chance)
    if parameter is None:
        return "no parameter"
    value = _object(parameter, chance)
    given = {parameter.name: value}
    name = f"{query.pack}/{query.name}"
    try:
        taken = query.values(given)
        if parameter.element != "choice" and query.render(taken).sql != query.render(query.values({})).sql:
            raise Fault(f"{name}: {parameter.name}={str(value)[:200]!r} alters the statement")
        result = warehouse.query(name, **given)
        rows = len(result.rows())
        again = len(warehouse.sql(result.sql).rows())
    except QueryError as error:
        return clear(str(error))
    except MartletError as error:
        return refused_clearly(error)
    if rows != again:
        raise Fault(f"{name}: {parameter.name}={value!r} gives {rows} rows, and its own SQL {again}")
    return ""


def _command_line(room, chance):
    warehouse = _open(room.company)
    query, parameter = _parameter(warehouse, chance)
    if parameter is None:
        return "no parameter"
    return _ran(
        [
            "query",
            f"{query.pack}/{query.name}",
            "-p",
            f"{parameter.name}={_text(chance)}",
            "--format",
            "csv",
            "-w",
            str(room.company),
        ]
    )


def _macro(room, chance):
    warehouse = _open(room.company)
    query, parameter = _parameter(warehouse, chance)
    if parameter is None:
        return "no parameter"
    text = _text(chance).replace("\0", "").encode("utf-8", "replace").decode().replace("'", "''")
    cast = parameter.sql_type
    try:
        warehouse.sql(
            f"FROM {query.pack}.{query.name}({parameter.name} := CAST('{text[:100_000]}' AS {cast})) LIMIT 5"
        ).rows()
    except QueryError as error:
        # DuckDB quotes the statement, however long.
        return clear(str(error)[:2000])
    return ""


def _option(room, chance):
    words = _words(chance)
    return _ran([*words, "-w", str(room.company)] if words[0] not in _NO_WAREHOUSE else words)


_NO_WAREHOUSE = ("describe", "packs", "compile", "preset", "sniff", "profiles", "test")


def _words(chance):
    value = _text(chance)[:60_000]
    return [word.replace("{v}", value) for word in chance.choice(_OPTIONS)]


def _process(room, chance):
    words = [
        word.replace("\0", "").encode("utf-8", "surrogateescape")
        for word in _words(chance)
        if not any(0xD800 <= ord(letter) < 0xDC80 for letter in word)
    ]
    tail = (
        [b"-w", bytes(room.company)]
        if words and words[0].decode(errors="replace") not in _NO_WAREHOUSE
        else []
    )
    ended = command(*[word.decode("utf-8", "surrogateescape") for word in [*words, *tail]], cwd=room.folder)
    return "" if ends_well(ended) else ended.err.strip()


def _ran(words):
    ended = CliRunner().invoke(cli, words)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise Fault(
            f"{words!r:.300}: {type(ended.exception).__name__}: {str(ended.exception)[:300]}"
        ) from ended.exception
    if ended.exit_code not in (0, 2):
        raise Fault(f"{words!r:.300}: exit code {ended.exit_code}: {ended.output[-500:]}")
    return clear(ended.stderr).strip() if ended.exit_code else ""
