"""What the README shows is what happens."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.engine import packs
from martlet.loaders.company import load_preset
from martlet.loaders.warehouse import segments
from martlet.terminal import pages
from martlet.terminal.demo_scenes import SCENES

from .conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(name):
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)[1].strip()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


OWN_PACKS = next(block for block in blocks("sh") if block.startswith("martlet new query "))


def commands():
    """The single calls of martlet that need no file but the warehouse."""
    shown = [block for block in blocks("sh") if block != OWN_PACKS]
    lines = [line for block in shown for line in block.splitlines() if line.startswith("martlet ")]
    return [
        line.split(" | ")[0]
        for line in lines
        if not line.startswith(("martlet ingest", "martlet extract", "martlet sniff"))
        and "mine.duckdb" not in line
    ]


def test_table_of_packs_has_a_row_for_each():
    """To renew it: the table of docs/packs/README.md, its links led into docs/packs/."""
    assert section("packs") == pages.contents(packs.shipped().by_name.values(), "docs/packs/")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_the_command_under_a_table_of_the_demo_gives_just_that_table(scene, warehouse, warehouse_path):
    words = shlex.split(scene.command)
    assert words[:2] == ["martlet", "sql"]
    env = {"MARTLET_WAREHOUSE": str(warehouse_path)}
    done = CliRunner().invoke(cli, [*words[1:], "--format", "json"], env=env)
    assert done.exit_code == 0, done.output
    shown = warehouse.sql(scene.sql).arrow()
    rows = json.loads(done.stdout)
    assert [list(row) for row in rows] == [shown.column_names] * shown.num_rows
    assert [str(row[shown.column_names[0]]) for row in rows] == shown.column(0).to_pylist()


@pytest.mark.parametrize("line", commands())
def test_commands_work(line, warehouse_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = warehouse_path
    if shlex.split(line)[1] in ("build", "advance"):
        path = tmp_path / "warehouse.duckdb"
        shutil.copy(warehouse_path, path)
    done = CliRunner().invoke(cli, shlex.split(line)[1:], env={"MARTLET_WAREHOUSE": str(path)})
    assert done.exit_code == 0, done.output


def test_the_commands_for_packs_of_ones_own_work_one_after_another(warehouse_path, tmp_path, monkeypatch):
    path = shutil.copy(warehouse_path, tmp_path / "warehouse.duckdb")
    monkeypatch.chdir(tmp_path)
    for line in OWN_PACKS.splitlines():
        done = CliRunner().invoke(cli, shlex.split(line)[1:], env={"MARTLET_WAREHOUSE": str(path)})
        assert done.exit_code == 0, done.output
    assert (tmp_path / "packs" / "mine" / "by_month.sql").exists()


@pytest.mark.parametrize("block", blocks("toml"))
def test_files_of_toml_are_read(block, tmp_path):
    if block.startswith("[segments"):
        assert segments.parse(block, "segments.toml").segments
        return
    path = tmp_path / "mine.toml"
    path.write_text(block, encoding="utf-8")
    assert load_preset(path).name == "mine"


def test_there_are_commands_to_try():
    assert len(commands()) >= 4


@pytest.mark.parametrize("block", blocks("sql"))
def test_sql_works(block, warehouse):
    for statement in block.split(";"):
        if statement.strip():
            assert len(warehouse.sql(statement)) > 0


@pytest.mark.parametrize("block", blocks("python"))
def test_python_works(block, warehouse_path):
    done = subprocess.run(
        [sys.executable, "-c", block],
        cwd=warehouse_path.parent,
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.slow
def test_first_screen_is_what_demo_prints(tmp_path):
    """To renew it: COLUMNS=100 martlet demo, where there is no warehouse yet."""
    done = subprocess.run(
        [sys.executable, "-m", "martlet", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "MARTLET_WAREHOUSE": "warehouse.duckdb"},
    )
    assert section("demo") == f"```text\n{done.stdout.rstrip()}\n```"


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([\w/]+\.md)", README):
        assert (ROOT / target).exists(), target


def test_the_two_commands_are_lines_of_their_own():
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/martlet demo\n" in README
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q '.[test]' && .venv/bin/pytest\n" in README
