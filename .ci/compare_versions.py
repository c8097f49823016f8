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
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

VERSIONS = ("1.1.3", "1.2.2", "1.3.2", "1.4.5", "1.5.6")
NEWEST = "newest"
ASK = Path(__file__).with_name("ask.py")
# What is left of 1 - 0.9 - 0.1, and the like, is no digit of an answer.
SMALLEST = 1e-14

Cell = str | float | None
Row = list[Cell]


def python_with(version: str, venvs: Path) -> str:
    """Return the interpreter of a bare environment with that DuckDB, made where it is not there yet."""
    if version == NEWEST:
        return sys.executable
    python = venvs / version / "bin" / "python"
    if not python.exists():
        venv.create(venvs / version, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"duckdb=={version}"], check=True)
    return str(python)


@cache
def asked(python: str, *arguments: str) -> list[Any]:
    """Return what `ask.py` prints."""
    done = subprocess.run([python, ASK, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{python} ask.py {' '.join(arguments)}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def alike(one: Cell, other: Cell) -> bool:
    """Whether two values are one answer."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= max(1e-12 * max(abs(one), abs(other)), SMALLEST)
    return one == other


def first_difference(file: str, name: str, python: str) -> str:
    """Return in words where the rows of one relation differ, or nothing where they are alike."""
    columns, *rows = asked(python, "--rows", file, name)
    _, *expected = asked(sys.executable, "--rows", file, name)
    differing = 0
    told = ""
    for number, (found, wanted) in enumerate(zip_longest(rows, expected), 1):
        if found and wanted and all(map(alike, found, wanted)):
            continue
        differing += 1
        if not told and found and wanted:
            told = ", ".join(
                f"{column} {one} for {other}"
                for column, one, other in zip(columns, found, wanted, strict=True)
                if not alike(one, other)
            )
            told = f"row {number} ({' '.join(str(cell) for cell in wanted[:3])}): {told}"
        told = told or f"row {number}: {found} for {wanted}"
    return f"{differing} of {len(expected)} rows, the first: {told}" if differing else ""


def verdict(found: dict[str, object], expected: dict[str, object], file: str, python: str) -> tuple[str, str]:
    """Return a word for the table, and what to tell of a difference."""
    if "error" in found or "error" in expected:
        return "ERROR", str(found.get("error") or expected["error"])
    if found["digest"] == expected["digest"] and found["rows"] == expected["rows"]:
        return "=", ""
    if not found["rows"]:
        return "NO ROWS", f"no rows at all for {expected['rows']}"
    told = first_difference(file, str(found["name"]), python)
    return ("DIFFERS", told) if told else ("digits", "")


def compare(file: str, versions: list[str], venvs: Path, only: list[str], *, all_macros: bool) -> int:
    """Print the table of one file and its differences, and return how many there are.

    Without `all_macros` the views alone are asked: old versions plan a macro that carries many models for up to a minute.
    """
    pythons = {version: python_with(version, venvs) for version in [*versions, NEWEST]}
    with ThreadPoolExecutor(2) as pool:
        views = [] if all_macros else ["--views"]
        summaries = pool.map(lambda version: asked(pythons[version], *views, file, *only), pythons)
        answers = {
            version: {one["name"]: one for one in found}
            for version, found in zip(pythons, summaries, strict=True)
        }
    newest = answers.pop(NEWEST)
    if not newest:
        sys.exit(f"{file} has no view and no macro to ask")
    told = []
    print(f"\n{file}\n{'':34}{''.join(f'{version:>9}' for version in versions)}     rows")
    for name, expected in newest.items():
        line = f"{name:34}"
        for version in versions:
            found = answers[version].get(name, {"error": "is not there"})
            word, difference = verdict(found, expected, file, pythons[version])
            line += f"{word:>9}"
            if difference:
                told.append(f"{name} in {version}: {difference}")
        print(f"{line}{expected.get('rows', '-'):>9}")
    print(*told, sep="\n")
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
        choices=("all", "first"),
        default="all",
        help="of which files to ask the macros too",
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        one = partial(
            compare, versions=chosen.versions, venvs=chosen.venvs or Path(scratch), only=chosen.only
        )
        differences = sum(
            one(file, all_macros=chosen.macros == "all" or number == 0)
            for number, file in enumerate(chosen.files)
        )
    print(f"\n{differences} differences in {len(chosen.files)} files")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
