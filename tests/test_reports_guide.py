"""The template of the guide makes the report that it promises, and the guide's tables name what there is."""

import re
from dataclasses import fields
from pathlib import Path

import martlet
from martlet.reports.blocks import QueryBlock
from martlet.reports.period import NAMES

GUIDE = (Path(__file__).parents[1] / "docs" / "reports.md").read_text(encoding="utf-8")


def test_the_template_of_the_guide_makes_a_report(warehouse_path, tmp_path):
    (text,) = re.findall(r"^````markdown\n(.*?)^````$", GUIDE, re.MULTILINE | re.DOTALL)
    (tmp_path / "shop.md").write_text(text)
    told = martlet.report(warehouse_path, template=tmp_path / "shop.md", goal=60)
    page = told.html()
    sold = next(answer for answer in told._composed.answers if answer.block.name == "sold").first_row
    assert f"Of 60 orders that we wanted there are {sold['orders']:,}, for {sold['revenue']:,.2f}." in page
    assert ("Below the goal" in page) == (sold["orders"] < 40)
    assert "What comes back" in page


def test_the_tables_of_the_guide_name_every_key_and_value():
    section = GUIDE.split("### A `query` block")[1].split("### Values")[0]
    named = {
        word
        for row in section.splitlines()
        if row.startswith("|")
        for word in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named == {one.name for one in fields(QueryBlock)}
    assert all(f"`{{{name}}}`" in GUIDE for name in NAMES)
