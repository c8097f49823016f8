"""The cases of the packs, below `tests/cases/`."""

from pathlib import Path

from martlet.engine.cases import cases

CASES = list(cases(Path(__file__).parent / "cases"))
