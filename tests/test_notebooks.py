"""The notebooks run from top to bottom, cell by cell, as a reader runs them; they need no Jupyter for it."""

import json
import subprocess
import sys

import pytest

from .conftest import ROOT

FOLDER = ROOT / "docs" / "notebooks"
USERS = ("practise_sql", "bi_tool", "terminal", "embedding")
# What a notebook does: a line `!command` goes to the shell, what a cell ends with is shown.
RUN = """
import ast, json, shlex, sys
from click.testing import CliRunner
from martlet.cli import cli

def shell(line):
    command, *words = shlex.split(line)
    assert command == "martlet", line
    done = CliRunner().invoke(cli, words)
    print(done.output)
    assert done.exit_code == 0, done.output

names = {"__name__": "__main__", "_shell": shell}
for number, cell in enumerate(json.load(sys.stdin)):
    lines = [f"_shell({line[1:]!r})" if line.startswith("!") else line for line in cell.splitlines()]
    tree = ast.parse("\\n".join(lines), f"cell {number}")
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
        if value is not None:
            print(value._repr_html_()[:200] if hasattr(value, "_repr_html_") else value)
print("the end")
"""


def cells(name, kind):
    told = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == kind]


def test_there_is_a_notebook_for_each_user():
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.ipynb" for name in USERS}


@pytest.mark.parametrize("name", USERS)
def test_a_notebook_runs_from_top_to_bottom(name, warehouse_path, tmp_path):
    (tmp_path / "warehouse.duckdb").symlink_to(warehouse_path)
    before = warehouse_path.stat().st_mtime_ns
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN],
        input=json.dumps(cells(name, "code")),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stdout.endswith("the end\n")
    assert warehouse_path.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", USERS)
def test_a_notebook_is_small_has_no_outputs_and_tells_more_than_code(name):
    file = FOLDER / f"{name}.ipynb"
    told = json.loads(file.read_text(encoding="utf-8"))
    assert file.stat().st_size < 20_000
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in told["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(cell["outputs"] == [] for cell in told["cells"] if cell["cell_type"] == "code")
    assert len(cells(name, "markdown")) >= 5


@pytest.mark.parametrize("name", USERS)
def test_links_of_a_notebook_lead_somewhere(name):
    for text in cells(name, "markdown"):
        for target in (part.split(")")[0] for part in text.split("](")[1:]):
            assert (FOLDER / target).exists(), target
