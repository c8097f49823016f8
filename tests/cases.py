"""Cases on disk: a folder of given tables, parameters and the rows expected, as CSV and TOML.

`tests/cases/<pack>/<query>/<rule_in_words>/` holds `given/<schema>.<table>.csv`, naming only the columns that matter,
`params.toml`, and `expect.csv`, the whole answer or some of its columns.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    query: str
    rule: str
    folder: Path

    @property
    def params(self):
        return tomllib.loads((self.folder / "params.toml").read_text(encoding="utf-8"))

    @property
    def given(self):
        return {path.stem: path for path in sorted((self.folder / "given").glob("*.csv"))}

    @property
    def expect(self):
        return self.folder / "expect.csv"

    def __str__(self):
        return f"{self.query}/{self.rule}"


def cases():
    for path in sorted(FOLDER.glob("*/*/*/expect.csv")):
        pack, query, rule = path.parent.relative_to(FOLDER).parts
        yield Case(f"{pack}/{query}", rule, path.parent)
