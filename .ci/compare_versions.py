"""Compare what warehouse files answer in several versions of DuckDB, which the clients of a file bring along.

Every view and table macro is asked in every version, and held against the DuckDB that runs this program. Texts, whole
numbers and decimals must be the same; of a DOUBLE, 12 significant digits: a sum of floating numbers keeps them in any
order of adding, and they are far finer than a cent.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb

VERSIONS = ("1.1.3", "1.2.2", "1.3.2", "1.4.5", "1.5.6")
NEWEST = "newest"
ASK = Path(__file__).with_name("ask.py")
# What is left of 1 - 0.9 - 0.1, and the like, is no digit of an answer.
SMALLEST = 1e-14

Cell = str | float | None


@dataclass(frozen=True)
class Answers:
    """What a version answered: each relation by its name, and the folder of the answers that are kept whole."""

    found: dict[str, dict[str, Any]]
    kept: Path

    def rows(self, name: str) -> list[tuple[Cell, ...]]:
        """Return all rows of one relation, sorted by their texts first, floating numbers as numbers."""
        with duckdb.connect() as connection:
            return connection.execute(
                "FROM read_parquet($1)", [str(self.kept / f"{name}.parquet")]
            ).fetchall()


def python_with(version: str, venvs: Path) -> str:
    """Return the interpreter of a bare environment with that DuckDB, made where it is not there yet."""
    if version == NEWEST:
        return sys.executable
    python = venvs / version / "bin" / "python"
    if not python.exists():
        venv.create(venvs / version, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"duckdb=={version}"], check=True)
    return str(python)


def asked(python: str, kept: Path, *arguments: str) -> Answers:
    """Return what `ask.py` prints."""
    kept.mkdir(parents=True)
    options = [argument for argument in arguments if argument.startswith("--")]
    file, *beginnings = [argument for argument in arguments if not argument.startswith("--")]
    command = [python, str(ASK), *options, file, str(kept), *beginnings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    answers = map(json.loads, done.stdout.splitlines())
    return Answers({answer["name"]: answer for answer in answers}, kept)


def alike(one: Cell, other: Cell) -> bool:
    """Whether two values are one answer."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= max(1e-12 * max(abs(one), abs(other)), SMALLEST)
    return one == other


def first_difference(name: str, found: Answers, expected: Answers) -> str:
    """Return in words where the rows of one relation differ, or nothing where they are alike."""
    columns = expected.found[name]["columns"]
    differing = 0
    told = ""
    wanted_rows = expected.rows(name)
    for number, (one, wanted) in enumerate(zip_longest(found.rows(name), wanted_rows), 1):
        if one and wanted and all(map(alike, one, wanted)):
            continue
        differing += 1
        if not told and one and wanted:
            cells = zip(columns, one, wanted, strict=True)
            told = ", ".join(
                f"{column} {this} for {that}" for column, this, that in cells if not alike(this, that)
            )
            told = f"row {number} ({' '.join(str(cell) for cell in wanted[:3])}): {told}"
        told = told or f"row {number}: {one} for {wanted}"
    return f"{differing} of {len(wanted_rows)} rows, the first: {told}" if differing else ""


def verdict(name: str, found: Answers, expected: Answers) -> tuple[str, str]:
    """Return a word for the table, and what to tell of a difference."""
    one = found.found.get(name, {"error": "is not there"})
    wanted = expected.found[name]
    if "error" in one or "error" in wanted:
        return "ERROR", str(one.get("error") or wanted["error"])
    if one["digest"] == wanted["digest"] and one["rows"] == wanted["rows"]:
        return "=", ""
    if not one["rows"]:
        return "NO ROWS", f"no rows at all for {wanted['rows']}"
    told = first_difference(name, found, expected)
    return ("DIFFERS", told) if told else ("digits", "")


def compare(file: str, answers: dict[str, Answers]) -> int:
    """Print the table of one file and its differences from the newest version, and return how many there are."""
    newest = answers.pop(NEWEST)
    if not newest.found:
        sys.exit(f"{file} has no view and no macro to ask")
    told = []
    print(f"\n{file}\n{'':34}{''.join(f'{version:>9}' for version in answers)}     rows")
    for name, expected in newest.found.items():
        line = f"{name:34}"
        for version, found in answers.items():
            word, difference = verdict(name, found, newest)
            line += f"{word:>9}"
            if difference:
                told.append(f"{name} in {version}: {difference}")
        print(f"{line}{expected.get('rows', '-'):>9}")
    print(*told, sep="\n", flush=True)
    return len(told)


def main() -> None:
    """Compare the files, and fail on any difference."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", metavar="WAREHOUSE", help="a warehouse file")
    parser.add_argument(
        "--venvs", type=Path, help="folder of environments, one a version, kept for the next time"
    )
    parser.add_argument(
        "--versions", nargs="+", default=list(VERSIONS), help=f"default: {' '.join(VERSIONS)}"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="BEGINNING", help="such as 'email.' or 'main.'"
    )
    parser.add_argument(
        "--macros",
        choices=("all", "first", "none"),
        default="all",
        help="of which files to ask the macros too, beside those that views call",
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        venvs = chosen.venvs or Path(scratch)
        pythons = {version: python_with(version, venvs) for version in [*chosen.versions, NEWEST]}
        asking = [
            {
                version: pool.submit(
                    asked,
                    python,
                    Path(scratch) / f"{number} {version}",
                    # Old versions plan a macro that carries many models for up to a minute.
                    *(
                        []
                        if chosen.macros == "all" or (chosen.macros, number) == ("first", 0)
                        else ["--views"]
                    ),
                    file,
                    *chosen.only,
                )
                for version, python in pythons.items()
            }
            for number, file in enumerate(chosen.files)
        ]
        differences = sum(
            compare(file, {version: answers.result() for version, answers in asked_file.items()})
            for file, asked_file in zip(chosen.files, asking, strict=True)
        )
    print(f"\n{differences} differences in {len(chosen.files)} files")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
