"""Under pseudonyms nothing that is told of a load, on a screen or in the file, shows what the pseudonyms hide."""

import json

import duckdb
import pytest
from click.testing import CliRunner

import martlet
from martlet.cli import cli
from martlet.engine.errors import IngestError
from martlet.loaders.ingest import new_profile
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.hidden import hides
from martlet.loaders.privacy.pseudonyms import VARIABLE

pytestmark = pytest.mark.usefixtures("quick")

KEY = b"0123456789abcdef"
# Parts of one person's name, address and numbers; no text of the project holds them.
SECRETS = ("zebulon", "quixworth", "privmail", "555123")
ADDRESS = "Zeb.Quixworth@Privmail.Example"

CUSTOMERS = [
    {"customer_id": "C1", "email": ADDRESS, "first_name": " Zebulon", "last_name": "Quixworth", "city": "Ulm", "phone": "+49 731 555123", "created at": "2025-01-05", "notes": "call Zebulon"},
    {"customer_id": "", "email": "Ann@x.example", "first_name": "Ann", "last_name": "Lee", "city": "Oslo", "phone": "", "created at": "2025-01-05", "notes": ""},
    {"customer_id": "C3", "email": "Zeb.Quixworth AT privmail", "first_name": "Zebulon", "last_name": "Quixworth", "city": "Ulm", "phone": "", "created at": "31.31.2025", "notes": ""},
]  # fmt: skip
ORDERS = [
    {"order_id": f"A1/{ADDRESS}", "email": ADDRESS, "date": "2025-01-05", "amount": "5.00", "campaign": f"For {ADDRESS}", "status": "paid"},
    {"order_id": "A2", "email": ADDRESS, "date": f"never, says {ADDRESS}", "amount": "6.00", "campaign": "x", "status": f"hold for {ADDRESS}"},
    {"order_id": "A3", "email": "", "date": "2025-01-06", "amount": "7.00", "campaign": f"by {ADDRESS.replace('@', '%40')}", "status": "paid"},
    {"order_id": "A4", "email": "", "date": "2025-01-07", "amount": "Zebulon Quixworth", "campaign": "x", "status": "paid"},
]  # fmt: skip


def as_csv(rows):
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)


def shown(result):
    return f"{result.output}{result.stderr}{result.exception or ''}".lower()


@pytest.mark.parametrize(("ending", "written"), [("csv", as_csv), ("json", json.dumps)])
@pytest.mark.parametrize("options", [(), ("--totals-only",), ("--dry-run",)])
def test_nothing_hidden_is_shown_or_kept(ending, written, options, tmp_path):
    folder, warehouse = tmp_path / "exports", tmp_path / "w.duckdb"
    folder.mkdir()
    (folder / f"customers of Zebulon Quixworth.{ending}").write_text(written(CUSTOMERS))
    (folder / f"orders {ADDRESS}.{ending}").write_text(written(ORDERS))
    run = CliRunner(env={VARIABLE: KEY.decode()})
    auto = ["ingest", "auto", str(folder), "--pseudonymise", "-w", str(warehouse), *options]
    result = run.invoke(cli, auto)
    assert result.exit_code == 0, result.output
    assert [word for word in SECRETS if word in shown(result)] == []
    assert "file-" in shown(result)
    if options:
        return
    listed = run.invoke(cli, ["quarantine", "-w", str(warehouse), "--format", "json"])
    assert json.loads(listed.stdout)[0]["rows"] == 1
    assert [word for word in SECRETS if word in shown(listed)] == []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for schema, table in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables()"
        ).fetchall():
            rows = repr(connection.execute(f"FROM {schema}.{table}").fetchall()).lower()
            assert [word for word in SECRETS if word in rows] == [], table
        sources = connection.execute("SELECT source FROM meta.load").fetchall()
        assert all(source.startswith("file-") and source.endswith(f".{ending}") for (source,) in sources)
        orders = (
            "SELECT count(*), count(DISTINCT customer_key) FILTER (customer_key > 0) FROM star.fact_order"
        )
        assert connection.execute(orders).fetchall() == [(2, 1)]
        # The address is one pseudonym, alone and inside other texts.
        same = "SELECT count(*) FROM star.fact_order JOIN star.dim_customer USING (customer_key) WHERE contains(source_id, email)"
        assert connection.execute(same).fetchall() == [(1,)]
    content = warehouse.read_bytes().lower()
    assert [word for word in SECRETS if word.encode() in content] == []


BROKEN = {
    f"{ADDRESS}.csv": f"{ADDRESS};Zebulon\n",
    "Zebulon Quixworth.json": f'[{{"order_id": "1", "email": Zebulon "{ADDRESS}"',
    "Quixworth.csv": f"Zebulon,{ADDRESS}\n1,2\n3,4\n",
    "Zebulon.csv": f"order_id,email,date,amount\n1,{ADDRESS},Zebulon,Quixworth\n",
    "zebulon_quixworth.csv": f"order_id,email,date,amount\n1,2,3,4\nTotal for {ADDRESS} Zebulon,,,9\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_errors_show_nothing_either(name, tmp_path):
    file = tmp_path / name
    file.write_text(BROKEN[name])
    with pytest.raises(IngestError, match=r"file-[0-9a-f]{12}\.(csv|json)") as raised:
        martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb", pseudonym_key=KEY)
    assert [word for word in SECRETS if word in str(raised.value).lower()] == []
    with pytest.raises(IngestError, match="there is no file .*file-") as raised:
        martlet.ingest("orders", tmp_path / f"no {name}", warehouse=tmp_path / "w.duckdb", pseudonym_key=KEY)
    assert [word for word in SECRETS if word in str(raised.value).lower()] == []


def test_a_file_named_for_its_campaign_does_not_name_it(loader):
    text = "email address,opens,clicks\nann@x.example,1,0\nbo@x.example,2,1\n"
    file = loader.write(text, "Winback Zebulon Quixworth.csv")
    martlet.ingest("mailchimp_recipients", file, warehouse=loader.warehouse, pseudonym_key=KEY)
    ((name,),) = loader.rows("SELECT name FROM star.dim_campaign WHERE campaign_key > 0")
    assert name.startswith("file-")


def test_rows_that_are_not_kept_are_not_exported(loader, tmp_path):
    loader("orders", "order_id,customer_id,date,amount\n1,c,2025-01-05,5\n2,c,never,5\n", pseudonym_key=KEY)
    result = CliRunner().invoke(
        cli, ["quarantine", "-w", str(loader.warehouse), "--export", str(tmp_path / "mend.csv")]
    )
    assert (result.exit_code, (tmp_path / "mend.csv").exists()) == (2, False)
    assert "of the 1 rows that wait in quarantine none was kept" in result.stderr
    # Those of another load still are.
    loader("orders", "order_id,customer_id,date,amount\n3,c,2025-01-05,5\n4,c,never,5\n")
    result = CliRunner().invoke(
        cli, ["quarantine", "-w", str(loader.warehouse), "--export", str(tmp_path / "mend.csv")]
    )
    assert (tmp_path / "mend.csv").read_text().splitlines() == [
        "martlet_row,order_id,customer_id,date,amount",
        "2:2,4,c,never,5",
    ]


def test_without_a_key_all_is_shown_as_ever(loader):
    report = loader("customers", as_csv(CUSTOMERS))
    assert ADDRESS in report.summary()


def test_a_profile_that_is_begun_quotes_nobody(tmp_path):
    for rows in (CUSTOMERS, ORDERS):
        file = tmp_path / "export.csv"
        file.write_text(as_csv(rows))
        text = new_profile(file).text
        assert [word for word in SECRETS if word in text.lower()] == []
    assert 'example = "2025-01-05"' in text


def test_what_is_hidden_is_what_the_fields_say():
    found = {
        (name, field): kind
        for name, of in entities().items()
        for field in of.fields
        if (kind := hides(of, field))
    }
    assert found == {
        ("customers", "first_name"): "name",
        ("customers", "last_name"): "name",
        **{key: "email" for key, kind in found.items() if kind == "email"},
    }
    assert {field for _, field in found if found[_, field] == "email"} == {"customer_id", "email"}
