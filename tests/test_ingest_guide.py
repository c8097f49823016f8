"""The guide to ingesting says what is so: its tables are complete, and its example can be followed to the letter."""

import dataclasses
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

import martlet
from martlet.cli import cli
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.profile import Column, EntityMapping, FieldSource, Guess, Profile
from martlet.loaders.ingest.profile_files import load_profile, profile_names
from martlet.loaders.ingest.reading.limits import Limits
from martlet.loaders.ingest.reading.options import Reading

GUIDE = (Path(__file__).parents[1] / "docs" / "ingest.md").read_text(encoding="utf-8")


def table(mark: str) -> list[str]:
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", GUIDE, re.DOTALL)
    assert found, mark
    return found[1].splitlines()


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
    assert found, name
    return found[1]


def test_every_profile_is_listed():
    assert table("profiles") == [f"| `{name}` | {load_profile(name).title} |" for name in profile_names()]


def test_every_limit_is_listed():
    limits = Limits()
    assert table("limits") == [
        f"| `{name}` | {limits.shown(name)} | {Limits.meaning(name)} |" for name in Limits.names()
    ]


def test_every_field_of_every_entity_is_listed():
    expected = []
    for name, entity in entities().items():
        fields = [
            f"**{key}**" if field.required and not field.may_lack else key
            for key, field in entity.fields.items()
        ]
        fields += [f"{prefix}.&lt;{each.column}&gt;" for prefix, each in entity.each.items()]
        expected.append(f"| `{name}` | `{entity.table}` | {', '.join(fields)} |")
    assert table("entities") == expected


@pytest.mark.parametrize("of", [Profile, Reading, Column, Guess, FieldSource, EntityMapping])
def test_every_key_is_explained(of):
    named = {
        word
        for cells in re.findall(r"^\| (.*?) \|", GUIDE, re.MULTILINE)
        for word in re.findall(r"\w+", cells)
    }
    explained = named | set(re.findall(r"`(\w+)`", GUIDE))
    keys = {field.name for field in dataclasses.fields(of)} - {"key", "fields", "given"}
    assert keys <= explained | {"from" if key == "columns" else key for key in explained}


def test_the_example_can_be_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("experiment.csv", "experiment.toml"):
        Path(name).write_text(example(name), encoding="utf-8")
    command = re.search(r"^martlet (ingest experiment.*)$", GUIDE, re.MULTILINE)
    assert command
    result = CliRunner().invoke(cli, command[1].split())
    assert result.exit_code == 0, result.stderr
    with martlet.open("shop_tests.duckdb") as opened:
        assert opened.sql(
            "SELECT customer_id, region, variant, is_holdout, has_visited, has_converted, revenue, spend "
            "FROM star.fact_campaign_response JOIN star.dim_customer USING (customer_key) "
            "JOIN star.fact_customer_snapshot USING (customer_key) ORDER BY customer_id"
        ).rows() == [
            (
                "experiment-1",
                "Suburban",
                "Womens E-Mail",
                False,
                False,
                False,
                Decimal("0.00"),
                Decimal("142.44"),
            ),
            ("experiment-2", "Rural", "No E-Mail", True, True, False, Decimal("0.00"), Decimal("329.08")),
            (
                "experiment-3",
                "Suburban",
                "Womens E-Mail",
                False,
                False,
                False,
                Decimal("0.00"),
                Decimal("180.65"),
            ),
            ("experiment-4", "Rural", "Mens E-Mail", False, True, True, Decimal("29.99"), Decimal("675.83")),
        ]
        assert opened.sql(
            "SELECT variant, is_control, count(*) FROM star.fact_exposure JOIN star.dim_variant USING (variant_key) "
            "GROUP BY ALL ORDER BY variant"
        ).rows() == [("Mens E-Mail", False, 1), ("No E-Mail", True, 1), ("Womens E-Mail", False, 2)]


def test_every_command_and_option_shown_exists():
    for line in re.findall(r"martlet ([a-z][^\n`]*)", GUIDE):
        name, *words = line.split("#")[0].split()
        assert name in cli.commands, line
        known = {option for parameter in cli.commands[name].params for option in parameter.opts}
        assert {word.split("=")[0] for word in words if word.startswith("-")} <= known, line


SYSTEMS = re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", "\n".join(table("systems")), re.DOTALL | re.MULTILINE)
EXPORTS = Path(__file__).parent / "loaders" / "ingest" / "exports"


def test_ten_systems_come_first():
    assert len(SYSTEMS) == 10
    assert GUIDE.index("<!-- systems -->") < GUIDE.index("## What happens to a row")


@pytest.mark.parametrize(("system", "text"), SYSTEMS, ids=[system for system, _ in SYSTEMS])
def test_a_system_can_be_followed(system, text, tmp_path, monkeypatch):
    """Its command with an export of that system, and its three queries."""
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^martlet (.+)$", text, re.MULTILINE)
    profile = commands[0].split()[1]
    export = next(path for path in sorted((EXPORTS / profile).iterdir()) if path.is_file())
    martlet.ingest(profile, export, warehouse="mine.duckdb")
    queries = [command for command in commands[1:] if command.startswith("query ")]
    for command in queries:
        answer = CliRunner().invoke(cli, [*command.split(), "--format", "csv"], catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
    statements = [
        one
        for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
        for one in block.split(";")
        if one.strip()
    ]
    with duckdb.connect("mine.duckdb", read_only=True) as connection:
        for statement in statements:
            assert connection.execute(statement).description
    assert len(queries) + len(statements) == 3, system
