"""The whole attack on Martlet, hours of it, or one part: files, values, statements, kills, readers, paths and more.

The tests run a few cases of each part (`tests/attack/`); this is the same with more of them, and other seeds. One table is printed at
the end; the exit code is 1 if anything is a fault. Inputs of faults are copied to the folder of --keep.

python benchmarks/attack.py                                    # all, some hours on two cores
python benchmarks/attack.py --part files --seed 5 --scale 0.1  # 1,000 files
python benchmarks/attack.py --part kills --only forget         # one kind
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> int:
    """Run what is asked for, and return the exit code."""
    running: Any = import_module("tests.attack.running")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", action="append", choices=list(running.PARTS), help="all if not given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the cases")
    parser.add_argument("--only", help="cases whose name (part/kind/number) has this in it")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side")
    parser.add_argument("--keep", type=Path, help="folder for the inputs of faults")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder if not given")
    parser.add_argument("--kinds", action="store_true", help="a line for each kind")
    given = vars(parser.parse_args())
    by_kind = given.pop("kinds")

    def say(outcome: Any) -> None:
        if outcome.verdict == "fault":
            print(f"FAULT {outcome.case.name} (seed {outcome.case.seed}): {outcome.detail[:400]}", flush=True)

    outcomes = running.attack(given.pop("part") or list(running.PARTS), say=say, **given)
    print(running.table(outcomes, by_kind=by_kind))
    return int(any(outcome.verdict == "fault" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
