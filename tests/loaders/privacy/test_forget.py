"""A person is forgotten: nothing of them is left in the file, all totals are as they were, and they do not come back."""

from datetime import date

import duckdb
import polars as pl
import pytest

import martlet
from martlet.engine.errors import CheckError, UnknownNameError, WarehouseError
from martlet.engine.relations import relations
from martlet.loaders.privacy import forget as forgetting
from martlet.loaders.privacy._person import Person
from martlet.loaders.privacy.forget import forget
from martlet.loaders.privacy.forgotten import Forgotten
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

EMAIL = "zebulon.quill@mail.example"
SECRETS = (EMAIL, "Zebulon", "Quillfeather", "cookie-7f3a", "ZX81-9QQ", "C-17-first", "Quillfeather Street")

ROWS = f"""
INSERT INTO star.dim_customer (customer_key, customer_id, first_name, last_name, email, birth_date, income, city, postal_code,
    signed_up_at, acquisition_channel_key, is_email_opted_in) VALUES
    (1, 'C-171', 'Joan', 'Bright', 'joan.{EMAIL}', '1990-01-01', 100, 'Ulm', '89073', '2025-01-01', 2, true),
    (2, 'C-17', 'Zebulon', 'Quillfeather', 'Zebulon.Quill@Mail.Example', '1981-03-05', 666.5, 'Ulm', 'ZX81-9QQ', '2025-01-02', 3, true),
    (3, '{EMAIL}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, false);
INSERT INTO star.dim_customer_history (customer_version_key, customer_key, region, valid_until, is_current) VALUES
    (1, 2, 'Quillfeather Street', '2025-02-01', false);
INSERT INTO star.dim_customer_history (customer_version_key, customer_key, region, valid_from) VALUES
    (2, 2, 'Swabia', '2025-02-01'), (3, 1, 'Swabia', '1900-01-01');
INSERT INTO star.bridge_visitor (visitor_id, customer_key, source_id) VALUES (1, 2, 'cookie-7f3a'), (2, 1, 'cookie-1111'), (3, 0, NULL);
INSERT INTO star.fact_session (session_id, visitor_id, customer_key, started_at, date_key, channel_key, source_id) VALUES
    (1, 1, 2, '2025-01-05', 20250105, 3, 's-1'), (2, 2, 1, '2025-01-05', 20250105, 2, 's-2'),
    (3, 1, 0, '2025-01-04', 20250104, 3, 'cookie-7f3a/77');
INSERT INTO meta.load_change (load_id, rule, column_name, changed, examples) VALUES
    (1, 'lower case', 'email', 9, '[["Zebulon.Quill@Mail.Example", "{EMAIL}"]]'), (1, 'trim', 'city', 1, '[[" Ulm", "Ulm"]]'),
    (1, 'trim', 'first_name', 2, '[["Joan ", "Joan"], [" Zebulon  ", "Zebulon"]]');
INSERT INTO quarantine.flagged_value (load_id, relation, item, rule, column_name, value, reason) VALUES
    (1, 'customers', 'C-17', 'same name and postal code', 'postal_code', 'Zebulon Quillfeather, ZX81-9QQ', 'may be C-171'),
    (1, 'orders', 'row 17', 'outlier', 'net_revenue', '17', 'beyond 0 to 9');
INSERT INTO quarantine.awaited_reference (relation, source_id, column_name, target, target_source_id) VALUES
    ('star.fact_order', 'C-17-first', 'session_id', 'star.fact_session', 'cookie-7f3a/99'),
    ('star.fact_order', 'C-17', 'session_id', 'star.fact_session', 's-99');
INSERT INTO star.fact_order (order_id, customer_key, ordered_at, date_key, channel_key, gross_amount, net_revenue, is_first_order, source_id)
VALUES (1, 1, '2025-01-05', 20250105, 2, 10, 10, true, '1001'), (2, 2, '2025-01-05', 20250105, 3, 20, 20, true, 'C-17-first'),
    (3, 2, '2025-01-06', 20250106, 3, 30, 30, false, '1017'), (4, 3, '2025-01-07', 20250107, 1, 5, 5, true, NULL);
INSERT INTO star.dim_campaign (campaign_key, campaign_id, name) VALUES (1, 'birthday', 'For {EMAIL}');
INSERT INTO meta.load (load_id, loaded_at, kind, source, rows_read, rows_quarantined) VALUES
    (1, '2025-02-01', 'ingest orders', '{EMAIL}.csv', 5, 5);
INSERT INTO quarantine.rejected_row (load_id, source, row_number, row_text, column_name, reason) VALUES
    (1, 'a.csv', 1, 'x,ZEBULON.quill@mail.example,-5', 'amount', 'negative amount: -5'),
    (1, 'a.csv', 2, '2025-13-01,"C-17",3', 'date', 'no date: 2025-13-01'),
    (1, 'a.csv', 3, 'Quillfeather;Zebulon;Ulm', NULL, 'too few cells'),
    (1, 'a.csv', 4, '2025-13-01,C-171,3', 'date', 'no date: 2025-13-01'),
    (1, 'a.csv', 5, 'Joan;Other;Ulm', NULL, 'too few cells');
"""
TOTALS = (
    "SELECT date_key, channel_key, count(*), sum(net_revenue) FROM star.fact_order GROUP BY ALL ORDER BY ALL",
    "SELECT date_key, channel_key, count(*), count(DISTINCT customer_key) FROM star.fact_session GROUP BY ALL ORDER BY ALL",
    "SELECT acquisition_channel_key, count(*), min(signed_up_at) FROM star.dim_customer GROUP BY ALL ORDER BY ALL",
    "SELECT customer_key, orders, revenue FROM mart.customer_profile ORDER BY ALL",
)

pytestmark = pytest.mark.slow


def uncompressed(create):
    """Return `create`, after which the file keeps every text as it is, so that its bytes can be searched."""

    def made(connection):
        connection.execute("SET force_compression = 'uncompressed'")
        return create(connection)

    return made


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("real") / "real.duckdb"
    with rewriting(path) as connection:
        uncompressed(star.create)(connection)
        star.extend_calendar(connection, date(2025, 1, 1), date(2025, 2, 1))
        connection.execute(ROWS)
        star.finish(connection, 1)
    return path


@pytest.fixture(scope="module")
def forgotten(original, tmp_path_factory):
    """The file after its person was forgotten, and the report; nothing in it is compressed."""
    path = tmp_path_factory.mktemp("forgotten") / "real.duckdb"
    path.write_bytes(original.read_bytes())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forgetting.star, "create_tables", uncompressed(star.create_tables))
        report = forget("C-17", warehouse=path)
    return path, report


@pytest.fixture
def real(original, tmp_path):
    path = tmp_path / "real.duckdb"
    path.write_bytes(original.read_bytes())
    return path


def ask(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def places(path, text):
    """Return the columns of tables, of any type, that hold a text as a word."""
    found = []
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT t.schema_name || '.' || table_name, column_name FROM duckdb_columns() AS c "
            "JOIN duckdb_tables() AS t USING (schema_name, table_name) WHERE NOT c.internal"
        ).fetchall()
        for table, column in tables:
            rows = connection.execute(
                f'SELECT count(*) FROM {table} WHERE regexp_matches(CAST("{column}" AS VARCHAR), $word)',
                {"word": rf"(?i)(^|[^0-9a-z.]){text.replace('.', '[.]')}($|[^0-9a-z])"},
            ).fetchall()[0][0]
            found += [f"{table}.{column}"] * rows
    return found


def test_nothing_of_the_person_is_left_in_any_column(original, forgotten):
    path, _ = forgotten
    assert [word for word in (*SECRETS, "C-17") if not places(original, word)] == []
    # The last is somebody else's order, which happens to have that number.
    assert [(word, places(path, word)) for word in (*SECRETS, "C-17") if places(path, word)] == [
        ("C-17", ["quarantine.awaited_reference.source_id"])
    ]


def test_what_refers_to_a_renamed_row_still_does(forgotten):
    path, report = forgotten
    awaited = "SELECT source_id, target_source_id FROM quarantine.awaited_reference WHERE source_id <> 'C-17'"
    assert ask(path, f"{awaited} AND source_id IN (SELECT source_id FROM star.fact_order)") == ask(
        path, awaited
    )
    visitor = ask(path, "SELECT source_id FROM star.bridge_visitor WHERE visitor_id = 1")[0][0]
    assert ask(path, awaited) == [(f"{report.token}-first", f"{visitor}/99")]
    assert ask(path, "SELECT source_id FROM star.fact_session WHERE session_id = 3") == [(f"{visitor}/77",)]


def test_nothing_of_the_person_is_left_in_the_bytes_of_the_file_or_beside_it(original, forgotten):
    path, _ = forgotten
    assert [word for word in SECRETS if word.encode() not in original.read_bytes()] == []
    assert [file for file in path.parent.rglob("*") if file.is_file()] == [path]
    content = path.read_bytes()
    # Of others all is there, as it was, so a search finds what there is.
    assert b"C-171" in content
    assert f"joan.{EMAIL}".encode() in content
    content = content.replace(f"joan.{EMAIL}".encode(), b"")
    assert [word for word in SECRETS if word.lower().encode() in content.lower()] == []


def test_all_totals_are_as_they_were(original, forgotten):
    assert [ask(forgotten[0], sql) for sql in TOTALS] == [ask(original, sql) for sql in TOTALS]


def test_report_and_dry_run_say_what_is_erased(original, forgotten):
    path, done = forgotten
    content = original.read_bytes()
    asked = forget("C-17", warehouse=original, dry_run=True)
    assert original.read_bytes() == content
    assert (asked.erased, asked.kept, asked.others) == (done.erased, done.kept, done.others)
    assert done.others == (EMAIL,)
    assert done.kept == {"star.fact_order": 3, "star.fact_session": 1}
    assert done.erased == {
        "star.dim_campaign": 1,
        "star.dim_customer": 2,
        "star.dim_customer_history": 2,
        "star.bridge_visitor": 1,
        "star.fact_order": 1,
        "star.fact_session": 1,
        "meta.load": 1,
        "meta.load_change": 2,
        "quarantine.awaited_reference": 1,
        "quarantine.flagged_value": 1,
        "quarantine.rejected_row": 3,
    }
    assert ask(path, "SELECT row_text, reason FROM quarantine.rejected_row ORDER BY row_number") == [
        (None, "(forgotten)"),
        (None, "(forgotten)"),
        (None, "(forgotten)"),
        ("2025-13-01,C-171,3", "no date: 2025-13-01"),
        ("Joan;Other;Ulm", "too few cells"),
    ]


def test_other_people_are_as_they_were(original, forgotten):
    other = "SELECT * FROM star.dim_customer WHERE customer_key = 1"
    assert ask(forgotten[0], other) == ask(original, other)


def test_the_whole_of_a_personal_dimension_is_declared():
    """A new column of a customer must be called personal, or be listed here because it says nothing of who they are."""
    columns = next(relation for relation in relations() if relation.qualified == "star.dim_customer").unit
    kept = {
        "customer_key",
        "customer_id",
        "signed_up_at",
        "acquisition_channel_key",
        "acquisition_campaign_key",
        "is_placeholder",
        "described_on",
        # Days of orders, which stay.
        "ordered_before_data",
        "first_ordered_on",
    }
    assert set(columns.columns) == kept | set(columns.header["personal"])


def test_a_person_does_not_come_back(forgotten):
    real, token = forgotten[0], forgotten[1].token
    customers = pl.DataFrame(
        {
            "row": [1, 2, 3, 4],
            "customer_id": ["C-17", "C-171", "C-99", None],
            "email": [None, f"joan.{EMAIL}", " ZEBULON.quill@mail.example", None],
            "first_name": ["Zebulon", "Joan", "Zeb", "Who"],
            "phone": ["1", "2", "3", "4"],
            "signed_up_at": ["2025-01-02", "2025-01-01", None, None],
        }
    )
    orders = pl.DataFrame(
        {
            "order_id": ["C-17-first", "1017", "1001", "C-17-first"],
            "customer_id": ["C-17", "C-17", "C-171", None],
            "visitor_id": ["cookie-7f3a", None, "cookie-1111", "cookie-7f3a"],
            "net_revenue": [20, 30, 10, 1],
        }
    )
    with duckdb.connect(str(real), read_only=True) as connection:
        forgotten = Forgotten(connection)
    people = forgotten.rows(customers, is_customers=True)
    bought = forgotten.rows(orders)
    untouched = forgotten.rows(orders.slice(2, 1))
    assert people.columns == customers.columns
    # The address was the id of an account of its own.
    by_address = ask(real, "SELECT customer_id FROM star.dim_customer WHERE customer_key = 3")[0][0]
    assert people["customer_id"].to_list() == [token, "C-171", by_address, None]
    assert people["email"].to_list() == [None, f"joan.{EMAIL}", None, None]
    assert people["first_name"].to_list() == [None, "Joan", None, "Who"]
    assert people["phone"].to_list() == [None, "2", None, "4"]
    assert people["signed_up_at"].to_list() == customers["signed_up_at"].to_list()
    in_star = dict(ask(real, "SELECT order_id, source_id FROM star.fact_order"))
    assert bought["order_id"].to_list() == [in_star[2], in_star[3], "1001", "C-17-first"]
    assert in_star[2].startswith("forgotten-")
    visitor = ask(real, "SELECT source_id FROM star.bridge_visitor WHERE visitor_id = 1")[0][0]
    assert bought["visitor_id"].to_list() == [visitor, None, "cookie-1111", visitor]
    assert bought["net_revenue"].to_list() == orders["net_revenue"].to_list()
    assert untouched.equals(orders.slice(2, 1))


CUSTOMERS = f"""customer id,email,first name,last name,postal code
C-1,ann@x.de,Ann,Lee,11111
C-2,{EMAIL},Zebulon,Quillfeather,ZX81-9QQ
"""
ORDERS = f"""order id,customer id,email,ordered at,net revenue
1,C-1,ann@x.de,2025-01-05 10:00,10.00
C-2-a,C-2,{EMAIL},2025-01-06 10:00,20.00
3,,{EMAIL},2025-01-07 10:00,30.00
4,C-2,{EMAIL},no day at all,5.00
"""
LEADS = f"""captured at,email,channel
2025-01-02 10:00,{EMAIL},Email
2025-01-03 10:00,ann@x.de,Email
"""


@pytest.mark.usefixtures("quick")
def test_the_same_exports_again_bring_nothing_back(tmp_path):
    path = tmp_path / "warehouse.duckdb"

    def load(suffix="", **more):
        for profile, text in (("customers", CUSTOMERS), ("orders", ORDERS), ("leads", LEADS)):
            file = tmp_path / f"{profile}{suffix}.csv"
            file.write_text(text + more.get(profile, ""))
            martlet.ingest(profile, file, warehouse=path, as_of=date(2025, 2, 1))

    def star_of():
        tables = ("dim_customer", "dim_customer_history", "fact_order", "fact_lead")
        return {table: ask(path, f"SELECT * FROM star.{table} ORDER BY ALL") for table in tables}

    load()
    assert places(path, EMAIL)
    token = forget("C-2", warehouse=path).token
    before = star_of()
    # Longer exports, so that they are not taken for files that were loaded before.
    load(
        "_longer",
        customers="C-3,bo@x.de,Bo,Sun,33333\n",
        orders="5,C-2,,2025-03-01 10:00,7.00\n",
        leads="2025-01-04 10:00,bo@x.de,Email\n",
    )
    after = star_of()
    assert [word for word in (EMAIL, "Quillfeather", "ZX81-9QQ", "C-2") if places(path, word)] == []
    new = {table: set(rows) - set(before[table]) for table, rows in after.items()}
    assert {table: set(before[table]) - set(rows) for table, rows in after.items()} == {
        key: set() for key in after
    }
    assert [row[1] for row in new["dim_customer"]] == ["C-3"]
    assert {table: len(rows) for table, rows in new.items()} == {
        "dim_customer": 1,
        "dim_customer_history": 1,
        "fact_order": 1,
        "fact_lead": 1,
    }
    # What they buy later counts, without a name.
    sold = "SELECT sum(net_revenue) FROM star.fact_order JOIN star.dim_customer USING (customer_key) WHERE customer_id = "
    assert ask(path, f"{sold}'{token}'") == [(57,)]
    kept = "SELECT row_text, reason FROM quarantine.rejected_row WHERE load_id = (SELECT max(load_id) FROM quarantine.rejected_row)"
    ((row_text, reason),) = ask(path, kept)
    assert (row_text, EMAIL in reason) == (None, False)


@pytest.mark.usefixtures("quick")
def test_visits_before_a_browser_was_known_forget_its_id_and_come_back_as_they_are(tmp_path):
    people, visits, path = tmp_path / "people.csv", tmp_path / "visits.csv", tmp_path / "mine.duckdb"
    people.write_text("customer_id,email\nCUST-7788,zeb@x.example\nU1,al@x.example\n")
    rows = "S1-vis-9988,vis-9988,,2025-02-01 10:00\nS2,vis-9988,CUST-7788,2025-02-01 12:00\nS3-v7,v7,U1,2025-02-02 10:00\n"
    visits.write_text("session_id,visitor_id,customer_id,started_at\n" + rows)
    martlet.ingest("customers", people, warehouse=path)
    martlet.ingest("sessions", visits, warehouse=path)
    forget("CUST-7788", warehouse=path)
    assert places(path, "vis-9988") == []
    visits.write_text(visits.read_text() + "\n")
    [file] = martlet.ingest("sessions", visits, warehouse=path).files
    assert (file.rows_loaded, file.rows_merged) == (0, 3)
    assert ask(path, "SELECT count(*) FROM star.fact_session") == [(3,)]


def test_where_nobody_was_forgotten_nothing_changes(real):
    frame = pl.DataFrame({"customer_id": ["C-17"], "email": [EMAIL]})
    with duckdb.connect(str(real), read_only=True) as connection:
        assert not Forgotten(connection)
        assert Forgotten(connection).rows(frame).equals(frame)
        assert Forgotten(connection).tells(frame, frame["email"]).to_list() == [False]


@pytest.mark.usefixtures("quick")
def test_two_people_are_forgotten_one_after_the_other(forgotten, tmp_path):
    once, first = forgotten
    real = tmp_path / "real.duckdb"
    real.write_bytes(once.read_bytes())
    second = forget("C-171", warehouse=real)
    names = ask(
        real, "SELECT customer_id FROM star.dim_customer WHERE customer_key > 0 ORDER BY customer_key"
    )
    assert [name for (name,) in names][:2] == [second.token, first.token]
    assert ask(real, "SELECT count(*) FROM meta.setting WHERE name = 'forgotten_salt'") == [(1,)]
    with duckdb.connect(str(real), read_only=True) as connection:
        frame = Forgotten(connection).rows(pl.DataFrame({"customer_id": ["C-17", "C-171", EMAIL]}))
    assert frame["customer_id"].to_list()[:2] == [first.token, second.token]
    assert frame["customer_id"][2] not in (None, EMAIL)


@pytest.mark.parametrize(
    ("text", "is_about"),
    [
        ("17,Ann,5.00", True),
        ('2025-01-01,"17",x', True),
        ('{"customer id": 17, "amount": "x"}', True),
        ("may be 17", True),
        ("no date: 17.", True),
        ("wrote to ANN@x.de.", True),
        ("to=ann@x.de;17a", True),
        ("Lee, Ann", True),
        ("Ann, Other", False),
        ("row 17", False),
        ("17.50,170,a17,17a", False),
        ("2025-17-01", False),
        ("joann@x.de", False),
        ("jo.ann@x.de", False),
        ("ann@x.dev", False),
    ],
)
def test_a_text_is_about_a_person_by_id_address_or_both_names(text, is_about):
    person = Person(
        accounts={1: ("17", "t")}, emails={"ann@x.de": "t"}, visitors={}, names={("Ann", "Lee"): "t"}
    )
    with duckdb.connect() as connection:
        asked = f"SELECT {person.mentioned_in('text')} FROM (SELECT $text AS text)"
        assert connection.execute(asked, {"text": text}).fetchall() == [(is_about,)]


def test_unknown_people_are_refused_with_the_nearest(real):
    content = real.read_bytes()
    with pytest.raises(UnknownNameError, match="there is no customer 'C-18'.*Did you mean"):
        forget("C-18", warehouse=real)
    with pytest.raises(UnknownNameError):
        forget("(unknown)", warehouse=real)
    assert real.read_bytes() == content


def test_tables_of_strangers_stop_it_and_their_views_stay(real):
    with duckdb.connect(str(real)) as connection:
        connection.execute("CREATE TABLE main.notes AS SELECT 'call Zebulon' AS note")
        connection.execute("CREATE VIEW main.big_orders AS SELECT * FROM orders WHERE revenue > 15")
    with pytest.raises(WarehouseError, match="tables that Martlet did not make.*main.notes; drop them"):
        forget("C-17", warehouse=real)
    with duckdb.connect(str(real)) as connection:
        connection.execute("DROP TABLE main.notes")
    forget("C-17", warehouse=real)
    assert ask(real, "SELECT count(*) FROM big_orders") == [(2,)]
    assert ask(real, "SELECT kind FROM meta.relation WHERE name = 'big_orders'") == [("view",)]


@pytest.mark.usefixtures("quick")
def test_a_broken_promise_is_not_published(real, monkeypatch):
    content = real.read_bytes()
    right, broken = forgetting.copied, ["fact_order"]

    def careless(connection, relation, person):
        if relation.name == "dim_campaign":
            return f"INSERT INTO {relation.qualified} SELECT * FROM before.{relation.qualified}"
        if relation.name == "fact_order" and "fact_order" in broken:
            return right(connection, relation, person).replace("SELECT order_id ", "SELECT order_id + 9 ")
        return right(connection, relation, person)

    monkeypatch.setattr(forgetting, "copied", careless)
    with pytest.raises(CheckError, match="more than texts would change in star.fact_order$"):
        forget("C-17", warehouse=real)
    broken.remove("fact_order")
    with pytest.raises(
        CheckError, match="the address or the name would be left: star.dim_campaign.name in 1 rows$"
    ):
        forget("C-17", warehouse=real)
    assert real.read_bytes() == content


def test_a_generated_company_forgets_too_and_can_then_not_be_advanced(warehouse_path, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    name, email = ask(
        path, "SELECT customer_id, email FROM star.dim_customer WHERE customer_key > 0 ORDER BY 1"
    )[0]
    before = ask(path, "FROM attribution.channels")
    forget(name, warehouse=path)
    assert places(path, email) == places(path, name) == []
    assert ask(path, "FROM attribution.channels") == before
    with pytest.raises(WarehouseError, match="people were forgotten .* can't be advanced"):
        martlet.advance(path, days=1)
