"""Whoever is forgotten is gone from wherever texts can stand, names of files included, and nobody else's data with them."""

from datetime import date

import duckdb
import pytest

import martlet
from martlet.engine.errors import UnknownNameError
from martlet.loaders.privacy import _hashes
from martlet.loaders.privacy import forget as forgetting
from martlet.loaders.privacy.forget import forget
from martlet.loaders.privacy.forgotten import Forgotten, remember, salt
from martlet.loaders.warehouse import star

from ...quick import quick_loads
from .test_forget import uncompressed

# By kind of person: how they are asked for, and the words of which no byte may be left.
PEOPLE = {
    "customer": ("ZQ-4711", ("zeb.quix@privmail.example", "ZQ-4711", "Zebulon Quixworth", "Quixworth", "Zebulon")),
    "customer, by address": ("UDO.Ungerboeck@mail.example", ("udo.ungerboeck@mail.example", "UU-1234", "Ungerboeck")),
    "lead": ("lea.lead@mail.example", ("lea.lead@mail.example",)),
    "recipient": ("rec.ipient@mail.example", ("rec.ipient@mail.example",)),
    "buyer": ("bo.buyer@mail.example", ("bo.buyer@mail.example",)),
    "set aside": ("sid.aside@mail.example", ("sid.aside@mail.example", "Asidersson")),
}  # fmt: skip

FILES = {
    ("customers", "customers of Zebulon Quixworth.csv"): """customer_id,email,first_name,last_name,city,signed_up_at
ZQ-4711,Zeb.Quix@Privmail.Example,Zebulon,Quixworth,Ulm,2025-01-05
UU-1234,udo.ungerboeck@mail.example,Udo Ungerboeck,,Oslo,2025-01-05
SS-1,summer@mail.example,Summer,Sale,Rome,2025-01-05
MD-2,may@mail.example,May,Day,Rome,2025-01-05
17,seventeen@mail.example,Quinn,Seven,Rome,2025-01-05
,no.date@mail.example,,,,
""",
    ("orders", "orders zeb.quix@privmail.example ZQ-4711 17.csv"): """order_id,customer_id,email,date,amount,campaign
o-1,ZQ-4711,,2025-01-06,10,Winback Zebulon_Quixworth
o-2,SS-1,,2025-01-06,20,Summer Sale
o-3,UU-1234,,2025-01-06,30,Summer Sale
o-4,,bo.buyer@mail.example,2025-01-06,40,For bo.buyer@mail.example
o-5,MD-2,,2025-01-07,50,Mayday
o-6,ZQ-4711,,2025-01-07,60,by QUIXWORTH, Zebulon
o-7,ZQ-4711,,no day,70,x
o-8,MD-2,,no day: Summer Sale,80,x
o-9,MD-2,,no day sid.aside@mail.example Asidersson,90,x
o-10,17,,2025-01-08,100,Week 17
""".replace("by QUIXWORTH, Zebulon", '"by QUIXWORTH, Zebulon"'),
    ("leads", "leads lea.lead@mail.example.csv"): """captured_at,email,campaign
2025-01-05,lea.lead@mail.example,to lea.lead%40mail.example
2025-01-05,zeb.quix@privmail.example,Summer Sale
""",
    ("mailchimp_recipients", "Spring.csv"): """email address,opens,clicks
rec.ipient@mail.example,1,0
udo.ungerboeck@mail.example,1,1
""",
    ("sessions", "for Udo Ungerboeck.csv"): """session_id,visitor_id,customer_id,started_at,campaign
s-1,v-1,UU-1234,2025-01-05 10:00,Udo-Ungerboeck
""",
}  # fmt: skip


def load(folder, warehouse, suffix="", rows=None):
    for (profile, name), text in FILES.items():
        place = folder / f"exports{suffix}"
        place.mkdir(exist_ok=True)
        file = place / name
        file.write_text(text + (rows or {}).get(profile, ""))
        martlet.ingest(profile, file, warehouse=warehouse, as_of=date(2025, 2, 1))


def ask(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


TOTALS = "SELECT date_key, count(*), sum(net_revenue) FROM star.fact_order GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loaded")
    with quick_loads():
        load(folder, folder / "w.duckdb")
    return folder / "w.duckdb"


@pytest.fixture
def forgets(loaded, tmp_path, monkeypatch):
    """A function that forgets one after another in a copy, in which every text lies as it is, and the copy."""
    path = tmp_path / "w.duckdb"
    path.write_bytes(loaded.read_bytes())
    with quick_loads():
        monkeypatch.setattr(forgetting.star, "create_tables", uncompressed(star.create_tables))
        yield lambda *names: [forget(name, warehouse=path) for name in names], path


@pytest.mark.slow
def test_no_byte_of_any_kind_of_person_is_left(loaded, forgets):
    forget_all, path = forgets
    forget_all(*(asked for asked, _ in PEOPLE.values()))
    content = path.read_bytes().lower()
    left = {
        kind: [word for word in words if word.lower().encode() in content]
        for kind, (_, words) in PEOPLE.items()
    }
    assert left == {kind: [] for kind in PEOPLE}
    assert ask(path, TOTALS) == ask(loaded, TOTALS)
    # What is others' is there, and what is called like them where they are not meant.
    for word in (b"Summer Sale", b"summer@mail.example", b"Mayday", b"Week 17", b"seventeen@mail.example"):
        assert word in path.read_bytes(), word
    # The same exports again, longer by a row, bring nothing of them back, nor do the names of the files.
    load(path.parent, path, "again", {"orders": "o-11,SS-1,,2025-01-09,5,Summer Sale\n"})
    content = path.read_bytes().lower()
    left = {
        kind: [word for word in words if word.lower().encode() in content]
        for kind, (_, words) in PEOPLE.items()
    }
    assert left == {kind: [] for kind in PEOPLE}
    before = ask(loaded, TOTALS)
    assert ask(path, TOTALS)[:-1] == before
    names = "SELECT count(*) FROM star.dim_campaign WHERE campaign_key > 0"
    assert ask(path, names) == ask(loaded, names)


@pytest.mark.slow
def test_a_name_that_is_a_thing_s_too_destroys_nothing(loaded, forgets):
    forget_all, path = forgets
    summer, may, quinn = forget_all("SS-1", "MD-2", "17")
    named = ("star.dim_campaign.campaign_id", "star.dim_campaign.name")
    assert summer.left == ("quarantine.rejected_row.row_text", *named)
    assert (may.left, quinn.left) == ((), ())
    campaigns = "SELECT name FROM star.dim_campaign WHERE campaign_key > 0 ORDER BY campaign_key"
    assert ask(path, "SELECT count(*) FROM meta.load WHERE source LIKE 'Summer%'") == [(0,)]
    # Nobody else's row refers to Mayday.
    here = [name for (name,) in ask(path, campaigns)]
    assert [name for name in here if name not in {name for (name,) in ask(loaded, campaigns)}] == [may.token]
    assert ask(
        path, "SELECT count(*) FROM star.dim_customer WHERE first_name IN ('Summer', 'May', 'Quinn')"
    ) == [(0,)]
    assert [name for (name,) in ask(path, "SELECT source FROM meta.load WHERE kind = 'ingest orders'")] == [
        "orders zeb.quix@privmail.example ZQ-4711 17.csv"
    ]
    # Rows of others that were set aside stay, those of theirs don't.
    kept = "SELECT row_number, row_text IS NOT NULL FROM quarantine.rejected_row WHERE column_name = 'date' ORDER BY 1"
    assert ask(path, kept) == [(7, True), (8, False), (9, False)]


@pytest.mark.parametrize("asked", ["nobody@mail.example", "ZQ-471", "17.", "Quixworth", "mail.example", ""])
def test_who_is_nowhere_is_refused(loaded, asked):
    with pytest.raises(UnknownNameError, match="there is no customer"):
        forget(asked, warehouse=loaded, dry_run=True)


def test_a_guess_costs_a_slow_hash_and_the_file_tells_no_quick_one():
    with duckdb.connect() as connection:
        star.create(connection)
        people = [("email", f"p{n}@x.example", f"t{n}") for n in range(5)] + [("visitor_id", "v", "t")]
        remember(connection, people, salt(connection))
        remember(connection, people, salt(connection))
        rows = connection.execute(
            "SELECT kind, length(mark), length(identifier_hash) FROM meta.forgotten"
        ).fetchall()
        assert rows == [*(("email", bits, 64) for bits in (10, 12, 12, 14, 14)), ("visitor_id", None, 64)]
        forgotten = Forgotten(connection)
        hashed = []
        slow = _hashes.slow
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "martlet.loaders.privacy._hashes.slow",
                lambda kind, texts, salt: hashed.extend(texts) or slow(kind, texts, salt),
            )
            found = forgotten._known([f"q{n}@x.example" for n in range(4000)] + [" P3@x.example"], ("email",))
        assert found == {" P3@x.example": "t3"}
        # Fewer than one of 512, give or take five standard deviations.
        assert len(hashed) < 4000 / 512 + 15


@pytest.mark.parametrize(
    ("text", "unsaid"),
    [
        ("orders of Zebulon Quixworth.csv", "orders of t.csv"),
        ("orders_quixworth_zebulon_2025.csv", "orders_t_2025.csv"),
        ("Zebulon.csv", "Zebulon.csv"),
        ("report C-17, zeb@x.example", "report t, t"),
        ("week 17.csv", "week 17.csv"),
        ("C-171 joe.zeb@x.example", "C-171 joe.zeb@x.example"),
        ("", ""),
    ],
)
def test_short_texts_of_a_load_name_nobody(text, unsaid):
    with duckdb.connect() as connection:
        star.create(connection)
        people = [
            ("customer_id", "C-17", "t"),
            ("customer_id", "17", "t"),
            ("email", "zeb@x.example", "t"),
            ("name", "Zebulon Quixworth", "t"),
        ]
        remember(connection, people, salt(connection))
        assert Forgotten(connection).unsaid(text) == unsaid


def test_everywhere_takes_the_name_from_things_too(loaded):
    usual = forget("SS-1", warehouse=loaded, dry_run=True)
    everywhere = forget("SS-1", warehouse=loaded, dry_run=True, everywhere=True)
    assert (bool(usual.left), everywhere.left) == (True, ())
    assert everywhere.erased["star.dim_campaign"] > usual.erased.get("star.dim_campaign", 0)
