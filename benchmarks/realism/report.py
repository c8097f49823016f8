"""How like a company's the generated data are: measures beside published ranges, and the figures that an analyst draws first.

    python benchmarks/realism/report.py warehouse.duckdb
    python benchmarks/realism/report.py --customers 20000 --output realism

Prints a table and writes `report.md` and, with matplotlib (the extra `bench`), PNG figures into the output folder. What is
measured stands in `metrics/*.sql`, what is published in `ranges.toml`.
"""

import argparse
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

import martlet

HERE = Path(__file__).parent
ALL = "(all)"


@dataclass(frozen=True)
class Row:
    """A measure beside its range; `value` is None where the data have nothing to measure."""

    name: str
    value: float | None
    low: float
    high: float
    basis: str
    note: str

    @property
    def verdict(self) -> str:
        """Say where the value lies."""
        if self.value is None:
            return "not measured"
        if self.value < self.low:
            return "below"
        return "above" if self.value > self.high else "in"


def measures(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], float | None]:
    """Run every file of `metrics/`; return its values by measure (file.column) and row."""
    found: dict[tuple[str, str], float | None] = {}
    for path in sorted((HERE / "metrics").glob("*.sql")):
        cursor = connection.execute(path.read_text(encoding="utf-8"))
        columns = [column[0] for column in cursor.description or ()]
        for by_type, *values in cursor.fetchall():
            for column, value in zip(columns[1:], values, strict=True):
                found[f"{path.stem}.{column}", by_type or ALL] = None if value is None else float(value)
    return found


def beside_ranges(found: dict[tuple[str, str], float | None]) -> Iterator[Row]:
    """Yield each range of `ranges.toml` with what was measured; a measure that no file has is an error."""
    table: dict[str, Any] = tomllib.loads((HERE / "ranges.toml").read_text(encoding="utf-8"))
    known = {measure for measure, _ in found}
    for metric in table["metric"]:
        measure, of = metric["measure"], metric.get("of", ALL)
        if measure not in known:
            raise KeyError(f"ranges.toml names {measure}, which no file of metrics/ has")
        if "source" in metric:
            source = table["source"][metric["source"]]
            basis, note = f"[{source['author']} {source['year']}]({source['url']})", metric["note"]
        else:
            basis, note = "reason", metric["reason"]
        name = measure.split(".")[1].replace("_", " ") + ("" if of == ALL else f", {of}")
        yield Row(name, found.get((measure, of)), metric["low"], metric["high"], basis, note)


def shown(value: float | None) -> str:
    """Return a number with three digits that count."""
    return "" if value is None else f"{value:.3g}"


def markdown(rows: list[Row], said: str, figures: list[tuple[str, str]]) -> str:
    """Return the report."""
    inside = sum(row.verdict == "in" for row in rows)
    lines = [
        "# Realism",
        "",
        f"{said} {inside} of {len(rows)} measures lie in their ranges.",
        "",
        "| measure | generated | range | | basis | |",
        "|---|---:|---:|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {shown(row.value)} | {shown(row.low)} to {shown(row.high)} | "
        f"{'in' if row.verdict == 'in' else f'**{row.verdict}**'} | {row.basis} | {row.note} |"
        for row in rows
    ]
    for title, file in figures:
        lines += ["", f"## {title}", "", f"![{title}]({file})"]
    return "\n".join(lines) + "\n"


def report(warehouse: Path, output: Path) -> None:
    """Measure a warehouse, print the table, and write the report into `output`."""
    output.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = list(beside_ranges(measures(connection)))
        customers, orders, first, last = connection.execute(
            "SELECT (SELECT count(*) FROM star.dim_customer WHERE customer_key <> 0), count(*), "
            "min(CAST(ordered_at AS DATE)), max(CAST(ordered_at AS DATE)) FROM star.fact_order"
        ).fetchall()[0]
        said = f"{customers:,} customers and {orders:,} orders from {first} to {last}."
        figures: list[tuple[str, str]] = []
        if find_spec("matplotlib"):
            figures = import_module("figures").draw(connection, output)
    print(said)
    for row in rows:
        print(
            f"{row.verdict:12} {row.name:48} {shown(row.value):>8}   {shown(row.low)} to {shown(row.high)}   "
            f"{row.basis.split(']')[0].lstrip('[')}"
        )
    print(f"{sum(row.verdict == 'in' for row in rows)} of {len(rows)} in their ranges")
    if not figures:
        print("no figures: matplotlib is not installed (pip install 'martlet[bench]')")
    target = output / "report.md"
    target.write_text(markdown(rows, said, figures), encoding="utf-8")
    print(f"written: {target}, {len(figures)} figures")


def main() -> None:
    """Report on a warehouse, or on one built for it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("warehouse", nargs="?", type=Path, help="a warehouse file; built when not given")
    parser.add_argument("--customers", type=int, default=20_000, help="how many, when it is built")
    parser.add_argument("--output", type=Path, default=Path("realism"), help="folder of the report")
    options = parser.parse_args()
    if options.warehouse is not None:
        report(options.warehouse, options.output)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        martlet.build(path, customers=options.customers)
        report(path, options.output)


if __name__ == "__main__":
    main()
