"""Addresses, ids and names are known in whatever way a text writes them."""

from datetime import date
from urllib.parse import quote

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import martlet
from martlet.loaders.privacy._person import Person
from martlet.loaders.privacy.addresses import plain, replaced
from martlet.loaders.privacy.forget import forget
from martlet.loaders.privacy.forgotten import Forgotten, remember, salt
from martlet.loaders.privacy.pseudonyms import pseudonymise, without_addresses
from martlet.loaders.warehouse import star

from ...quick import quick_loads

KEY = b"0123456789abcdef"
ADDRESSES = ("ann@x.example", "anna+lena.öhe@x.example", "o'hara@x.example", "a_b-c@müller.example")


def spellings(address):
    once = quote(address, safe="")
    lower = "%".join(part[:2].lower() + part[2:] if n else part for n, part in enumerate(once.split("%")))
    return (
        address,
        once,
        lower,
        quote(address, safe="@"),
        quote(once, safe=""),
        quote(quote(once)),
        address.replace("@", "%40"),
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_spelling_of_an_address_has_its_pseudonym(address):
    (name,) = pl.select(pseudonymise(pl.lit(address), KEY, kind="email")).to_series()
    for text in spellings(address):
        for before, after in (("/u?to=", "&x=1"), ("next%3Dto%253D", "%26x"), ("For ", "")):
            made = pl.select(without_addresses(pl.lit(before + text + after), KEY)).item()
            assert made.startswith(before + name), text


@given(
    st.text(st.characters(codec="utf-8", categories=["L", "Nd"]), min_size=1, max_size=8), st.integers(0, 3)
)
@settings(max_examples=60, deadline=None)
def test_encoding_changes_no_address(local, times):
    text = f"{local}@x.example"
    for _ in range(times):
        text = quote(text, safe="")
    assert plain(text) == f"{local}@x.example"
    assert replaced(f"a={text}", lambda address: address) == f"a={local}@x.example"


@pytest.mark.parametrize("address", ADDRESSES)
def test_forgetting_finds_every_spelling_and_no_longer_address(address):
    person = Person(accounts={}, emails={address: "t"}, visitors={}, names={})
    with duckdb.connect() as connection:
        sql = f"SELECT {person.known_in('t')}, {person.renamed('t')} FROM (SELECT $t AS t)"
        for text in spellings(address):
            for before in ("", "/u?to=", "to%3D", "to%253D"):
                found = connection.execute(sql, {"t": before + text}).fetchall()
                assert found == [(True, before + "t")], before + text
            for before in ("joe.", "joe%2B", "joe%252E"):
                assert connection.execute(sql, {"t": before + text}).fetchall()[0][0] is False, before + text


@pytest.fixture(scope="module")
def remembered():
    with duckdb.connect() as connection:
        star.create(connection)
        people = [
            ("customer_id", "CUST-778812", "t"),
            ("customer_id", "778813", "t"),
            ("customer_id", "Spring", "t"),
            ("email", "lead.only@secretlead.example", "t"),
            ("email", "anna+lena.öhe@x.example", "t"),
            ("name", "Anna-Lena von der Öhe", "t"),
        ]
        remember(connection, people, salt(connection))
        yield Forgotten(connection)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("weird Anna-Lena von der Öhe", "weird t"),
        ("ORD-lead.only@secretlead.example", "(hidden)"),
        ("ORDlead.only@secretlead.example-2", "(hidden)"),
        ("ORD%2Dlead.only%40secretlead.example", "(hidden)"),
        ("ORD-somebody@secretlead.example", "ORD-somebody@secretlead.example"),
        ("Spring Sale", "t Sale"),
    ],
)
def test_what_is_told_of_a_load_holds_no_forgotten_person(remembered, text, told):
    assert remembered.told(text) == told


def test_texts_of_any_row_are_freed_of_ids_addresses_and_full_names(remembered):
    rows = pl.DataFrame(
        {
            "order_id": ["1", "778813", "3", "4", "5"],
            "customer_id": ["other"] * 5,
            "page": ["/u/CUST-778812", "/u/778813", "/u?e=anna%252Blena.%25C3%25B6he%2540x.example", "Spring", "/CUST-7788123"],
            "city": ["Anna-Lena von der Öhe", "Öhe, Anna-Lena von der", "Anna-Lena%20von%20der%20%C3%96he", "Anna-Lena", None],
            "first_name": ["Anna-Lena von der Öhe"] * 5,
            "postal_code": ["778813"] * 5,
        }
    )  # fmt: skip
    made = remembered.rows(rows)
    assert made["page"].to_list() == ["/u/t", "/u/t", "/u?e=t", "Spring", "/CUST-7788123"]
    assert made["city"].to_list() == ["t", "t", "t", "Anna-Lena", None]
    # An order and a town may have the number of a customer, and somebody else the same name.
    assert made.select(kept := ["order_id", "postal_code", "first_name"]).equals(rows.select(kept))


CUSTOMERS = """customer_id,email,first_name,last_name,city,signed_up_at
CUST-778812,anna.oehe@x.example,Anna-Lena,von der Öhe,Ulm,2025-01-05
CUST-2,two@x.example,Bo,Lee,Anna-Lena von der Öhe,2025-01-05
"""
SESSIONS = """session_id,visitor_id,customer_id,started_at,campaign,landing_page,country
s-1,v-1,CUST-778812,2025-01-05 10:00,Winback Anna-Lena von der Öhe,/,
s-2,v-2,CUST-2,2025-01-05 10:00,Spring,/u/CUST-778812,Anna-Lena von der Öhe
"""
ORDERS = """order_id,customer_id,date,amount,status
o-1,CUST-2,2025-01-06,10,paid
ORD-anna.oehe@x.example,CUST-2,2025-01-06,11,weird Anna-Lena von der Öhe
o-3,CUST-778812,2025-01-07,12,paid
"""


@pytest.mark.slow
def test_a_stray_cell_of_somebody_else_saves_no_name_and_a_second_load_brings_none(tmp_path):
    path = tmp_path / "w.duckdb"

    def load(more):
        for profile, text in (("customers", CUSTOMERS), ("sessions", SESSIONS), ("orders", ORDERS)):
            file = tmp_path / f"{profile}{more}.csv"
            file.write_text(text + "\n" * more)
            for report in martlet.ingest(profile, file, warehouse=path, as_of=date(2025, 2, 1)).files:
                yield str(report)

    def texts():
        with duckdb.connect(str(path), read_only=True) as connection:
            columns = connection.execute(
                "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal "
                "AND data_type = 'VARCHAR' AND (schema_name, table_name) IN (SELECT (schema_name, table_name) FROM duckdb_tables())"
            ).fetchall()
            held = "({0} ILIKE '%von der Öhe%' OR {0} ILIKE '%CUST-778812%')"
            return [
                f"{table}.{name}"
                for table, name in columns
                if connection.execute(f"SELECT count(*) FROM {table} WHERE {held.format(name)}").fetchone()[0]
            ]

    with quick_loads():
        list(load(0))
        assert "star.dim_geography.country" in texts()
        report = forget("CUST-778812", warehouse=path)
        assert (report.left, texts()) == ((), [])
        told = " ".join(load(1))
    assert "von der Öhe" not in told
    assert "anna.oehe" not in told
    with duckdb.connect(str(path), read_only=True) as connection:
        examples = connection.execute("SELECT string_agg(examples, ' ') FROM meta.load_change").fetchone()[0]
        assert "anna.oehe" not in (examples or "")
        assert connection.execute("SELECT count(*) FROM star.fact_order").fetchone() == (3,)
    assert texts() == []
