"""The guide to privacy says what the code does: which field is hidden, which is erased, and which stays."""

import re
from pathlib import Path

from martlet.engine.relations import relation_of
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.hidden import hides

GUIDE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_the_table_of_fields_is_what_the_code_does():
    found = re.search(r"<!-- fields -->\n(.*?)<!-- /fields -->", GUIDE, re.DOTALL)
    assert found
    unit, fields = relation_of("star.dim_customer").unit, entity("customers").fields
    expected = []
    for name in ("customer_id", *unit.header["personal"], *unit.columns):
        hidden = hides(entity("customers"), name) if name in fields else None
        told = {None: "stays", "name": "pseudonym", "email": "pseudonym"}[hidden]
        erased = "emptied" if name in unit.header["personal"] else "stays"
        if name == "customer_id":
            told, erased = "pseudonym where it is an email address, else stays", "name that stands for it"
        row = f"| `{name}` | {told} | {erased} |"
        if name != "customer_key" and row not in expected:
            expected.append(row)
    assert found[1].splitlines() == expected


def test_each_history_is_of_fields_that_the_table_names():
    personal = relation_of("star.dim_customer_history").unit.header["personal"]
    assert set(personal) <= set(relation_of("star.dim_customer").unit.header["personal"])
