"""What a build made and what is in a warehouse, in a few lines."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

import martlet
from martlet.engine.paths import resolved
from martlet.engine.summed import size_in_words
from martlet.engine.tables import drawing
from martlet.engine.tables.cells import Column
from martlet.loaders.warehouse.leftovers import found as left_behind
from martlet.terminal import console
from martlet.terminal.options import DEFAULT_WAREHOUSE, VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

    from martlet.engine.warehouse import Warehouse
    from martlet.loaders.company.advance import AdvanceReport
    from martlet.loaders.company.build import BuildReport

__all__ = ["advanced", "built", "contents", "option_for", "show_contents"]

_LONGEST_SETTING = 60


def option_for(warehouse: Path) -> str:
    """Return what a command must add to ask this warehouse; nothing where it is the one that is asked anyway."""
    usual = os.environ.get(VARIABLE) or DEFAULT_WAREHOUSE
    return "" if str(warehouse) == usual else f" --warehouse {shlex.quote(str(warehouse))}"


def built(report: BuildReport, *, shown_as: Path) -> None:
    """Say on stderr what a build made, and what to do with it."""
    first, *others = replace(report, warehouse=shown_as, warnings=()).summary().split("\n")
    with martlet.open(report.warehouse) as warehouse:
        span, checks = _rows(warehouse, _SPAN)[0], _rows(warehouse, _HOW_MANY_CHECKS)[0]
    click.echo(first, err=True)
    if span["orders"]:
        days = f"{span['first_ordered_at'][:10]} to {span['last_ordered_at'][:10]}"
        click.echo(f"orders from {days}, worth {span['net_revenue']:,.2f}", err=True)
    for line in others:
        click.echo(line, err=True)
    click.echo(f"{checks['checks']:,} checks: {checks['passed']:,} passed", err=True)
    option = option_for(shown_as)
    click.echo(f"Try next: martlet demo{option}, martlet packs, martlet truth{option}", err=True)


def advanced(report: AdvanceReport, *, shown_as: Path) -> None:
    """Say on stderr what an advance added, and how the same company is built at once."""
    added = {name: report.added.get(name, rows) for name, rows in report.rows.items()}
    new = {name: rows for name, rows in added.items() if rows}
    columns = [
        Column("table", list(new), is_number=False),
        Column("new rows", [f"{rows:,}" for rows in new.values()], is_number=True),
        Column("rows", [f"{report.rows[name]:,}" for name in new], is_number=True),
    ]
    for line in drawing.of_columns(columns):
        click.echo(line, err=True)
    click.echo(
        f"\n{shown_as}: {sum(new.values()):,} new rows, up to {report.until}, {size_in_words(report.size)}, "
        f"in {report.seconds:.1f} s",
        err=True,
    )
    click.echo(f"At once: {_build_of(report.settings)}", err=True)


def _build_of(settings: dict[str, str]) -> str:
    """Return the command that builds a synthetic company in one go."""
    words = ["martlet", "build"]
    for name in ("customers", "customers_on", "days", "until", "seed"):
        words += [f"--{name.replace('_', '-')}", settings[name]]
    for name, value in settings.items():
        if name.startswith("set."):
            words += ["--set", f"{name.removeprefix('set.')}={value}"]
    # What a file said is kept in meta.setting; the file itself may have gone.
    words += ["--preset", "FILE" if "preset_file" in settings else settings["preset"]]
    return shlex.join(words)


_RELATIONS = """
SELECT relation.schema_name, relation.name, relation.kind, relation.row_count, relation.grain,
    coalesce(query.question, relation.doc) AS doc
FROM meta.relation AS relation
LEFT JOIN meta.query AS query ON query.pack = relation.schema_name AND query.name = relation.name
ORDER BY array_position(['main', 'star', 'mart', 'truth', 'model', 'quarantine', 'meta'], relation.schema_name) NULLS FIRST,
    relation.schema_name, relation.name
"""
_LOADS = """
SELECT load_id, CAST(loaded_at AS VARCHAR) AS loaded_at, kind, source, rows_read, rows_loaded, rows_merged,
rows_quarantined, seconds FROM meta.load ORDER BY load_id
"""
_SPAN = """
SELECT CAST(min(ordered_at) AS VARCHAR) AS first_ordered_at, CAST(max(ordered_at) AS VARCHAR) AS last_ordered_at,
count(*) AS orders, count(DISTINCT customer_key) AS customers_with_orders,
CAST(sum(net_revenue) FILTER (WHERE main.is_sale(status)) AS DOUBLE) AS net_revenue FROM star.fact_order
"""
_HOW_MANY_CHECKS = """
SELECT count(*) AS checks, count(*) FILTER (WHERE is_passed) AS passed FROM meta.check_result
WHERE load_id = (SELECT max(load_id) FROM meta.load)
"""
_CHECKS = """
SELECT check_name, severity, offending_rows, example FROM meta.check_result
WHERE NOT is_passed AND load_id = (SELECT max(load_id) FROM meta.load) ORDER BY check_name
"""


def contents(warehouse: Warehouse) -> dict[str, Any]:
    """Return what is in a warehouse: file, settings, loads, span of the orders, failed checks, relations."""
    settings = {row["name"]: row["value"] for row in _rows(warehouse, "FROM meta.setting ORDER BY name")}
    return {
        "warehouse": str(warehouse.path),
        "bytes": warehouse.path.stat().st_size,
        "martlet": martlet.__version__,
        "settings": settings,
        "loads": _rows(warehouse, _LOADS),
        "orders": _rows(warehouse, _SPAN)[0],
        "warnings": _rows(warehouse, _CHECKS),
        "relations": _rows(warehouse, _RELATIONS),
    }


def leftovers(warehouse: Path) -> list[str]:
    """Return the paths of what killed runs left beside a warehouse, and say so where there is no warehouse to tell it with."""
    file = resolved(warehouse)
    found = [str(path) for path in left_behind(file)]
    if found and not file.exists():
        click.echo(_left(found), err=True)
    return found


def _left(paths: list[str]) -> str:
    return f"Left by a command that was killed: {', '.join(paths)}; the next one that writes this warehouse removes it"


def show_contents(found: dict[str, Any], *, as_json: bool) -> None:
    """Print on stdout what is in a warehouse, for a person or as one JSON object."""
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return
    terminal = console.out()
    span = found["orders"]
    terminal.print(Text(found["warehouse"], style="bold"))
    days = f", {span['first_ordered_at'][:10]} to {span['last_ordered_at'][:10]}" if span["orders"] else ""
    terminal.print(
        f"{size_in_words(found['bytes'])}; {span['orders']:,} orders of {span['customers_with_orders']:,} customers{days}"
    )
    if found["settings"]:
        terminal.print(
            "Made with "
            + ", ".join(f"{name} {_shortened(value)}" for name, value in found["settings"].items()),
            markup=False,
        )
    for load in found["loads"]:
        parts = [f"{load[f'rows_{what}']:,} {what}" for what in ("read", "loaded", "merged", "quarantined")]
        terminal.print(
            f"Load {load['load_id']}, {load['loaded_at'][:19]}: {load['kind']} of {load['source']}; {', '.join(parts)}",
            markup=False,
        )
    for check in found["warnings"]:
        terminal.print(
            f"Warning, {check['check_name']}: {check['offending_rows']:,} rows, such as {check['example']}",
            markup=False,
        )
    if found["leftovers"]:
        terminal.print(_left(found["leftovers"]), markup=False)
    terminal.print()
    for line in drawing.of_columns(_listed(found["relations"], terminal.width)):
        terminal.print(line, markup=False, soft_wrap=True)


def _listed(relations: list[dict[str, Any]], width: int) -> list[Column]:
    names = [f"{relation['schema_name']}.{relation['name']}" for relation in relations]
    rows = [
        "view" if relation["row_count"] is None else f"{relation['row_count']:,}" for relation in relations
    ]
    room = max(width - max(map(len, names), default=0) - max(map(len, rows), default=0) - 8, 20)
    docs = [_first_sentence(relation["doc"] or "", room) for relation in relations]
    return [
        Column("relation", list(names), is_number=False),
        Column("rows", list(rows), is_number=True),
        Column("a row is", list(docs), is_number=False),
    ]


def _shortened(value: str | None) -> str:
    """Cut what a preset's file said, which can be long; --json has it whole."""
    text = str(value)
    return text if len(text) <= _LONGEST_SETTING else f"{text[:_LONGEST_SETTING]}…"


def _first_sentence(doc: str, room: int) -> str:
    sentence = doc.split(". ", maxsplit=1)[0].removesuffix(".")
    return sentence if len(sentence) <= room else sentence[: room - 1] + "…"


def _rows(warehouse: Warehouse, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = warehouse.sql(sql).arrow().to_pylist()
    return rows
