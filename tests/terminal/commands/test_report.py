"""The command that writes a report: its file, its mistakes, and what it must not write over."""

import shutil

import pytest
from click.testing import CliRunner

from martlet.cli import cli


@pytest.fixture
def run(warehouse_path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*words):
        return CliRunner().invoke(cli, ["report", "-w", str(warehouse_path), *words])

    return invoke


def test_a_template_becomes_a_file_as_its_name_says(run, tmp_path):
    (tmp_path / "mine.md").write_text(
        "+++\ntitle = 'At least {n}'\n[params]\nn = { type = 'int', default = 1, doc = 'n' }\n+++\n\nFrom {since}.\n"
    )
    told = run(
        "-o", "x.html", "--template", "mine.md", "--since", "2025-01-01", "--until", "2025-02-01", "-p", "n=4"
    )
    assert told.exit_code == 0, told.output
    assert "x.html: At least 4; 0 answers" in told.stderr
    assert told.stdout == ""
    assert "From 2025-01-01." in (tmp_path / "x.html").read_text()
    assert run("-q", "-o", "x.md", "--template", "mine.md", "-p", "n=4").stderr == ""
    assert (tmp_path / "x.md").read_text().startswith("# At least 4\n")


def test_mistakes_are_told_before_anything_is_asked(run, tmp_path, warehouse_path):
    (tmp_path / "mine.md").write_text("{snice}\n")
    shutil.copyfile(warehouse_path, tmp_path / "data.html")
    for words, wrong in (
        (("-o", "x.gif"), "x.gif says no kind of report"),
        (("-o", "x.md", "--interactive"), "interactive in .html alone"),
        (
            ("-o", "x.html", "--template", "mine.md"),
            "mine.md:1: {snice}: the report knows no 'snice'. Did you mean 'since'?",
        ),
        (("-o", "mine.md", "--template", "mine.md"), "mine.md is read by the same command"),
        (("-o", "data.html", "--template", "mine.md"), "data.html is a DuckDB file"),
        (("-o", "x.html", "--since", "soon"), "must be a date"),
    ):
        told = run(*words)
        assert told.exit_code == 2, told.output
        assert wrong in told.output
    assert (tmp_path / "mine.md").read_text() == "{snice}\n"
