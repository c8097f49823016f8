"""Packs of one's own: begun, asked, tested and installed like Martlet's."""

import json
import re
import shutil

import duckdb
import pytest
from click.testing import CliRunner

import martlet
from martlet.cli import cli
from martlet.engine import packs, user_packs
from martlet.engine.errors import MartletError, ParameterError, QueryError, UnitError
from martlet.loaders.user_packs.starting import new_query
from martlet.loaders.user_packs.testing import test_packs as hold

RULE = "cancelled_orders_and_those_outside_of_the_range_do_not_count"


@pytest.fixture
def folder(tmp_path):
    """A folder with one pack of one query, as `martlet new query` writes it."""
    new_query("mine/by_month", tmp_path / "packs")
    return tmp_path / "packs"


@pytest.fixture
def own(warehouse_path, tmp_path):
    """A copy of the shared warehouse, to be changed."""
    return shutil.copy(warehouse_path, tmp_path / "own.duckdb")


def changed(folder, old, new, file="mine/by_month.sql"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# Names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine", "a query is named pack/name, such as mine/by_week, not 'mine'"),
        ("a/b/c", "a query is named pack/name"),
        ("attribution/mine", "can't be named 'attribution': Martlet has one of that name"),
        ("star/mine", "can't be named 'star': that is a schema of the warehouse"),
        ("main/mine", "can't be named 'main': that is a schema of the warehouse"),
        ("meta/mine", "can't be named 'meta': that is a schema of the warehouse"),
        ("_shared/mine", "can't be named '_shared': its name must be small letters"),
        ("cases/mine", "can't be named 'cases': that is the folder of the cases"),
        ("../mine", "can't be named '..'"),
        ("Mine/x", "can't be named 'Mine'"),
        ("mine/2x", "a query can't be named '2x'"),
    ],
)
def test_a_name_that_cannot_be_had_is_refused_and_nothing_is_written(name, words, tmp_path):
    with pytest.raises(ParameterError, match=re.escape(words)):
        new_query(name, tmp_path / "packs")
    assert not (tmp_path / "packs").exists()


def test_a_query_that_is_there_is_not_overwritten(folder):
    before = (folder / "mine" / "by_month.sql").read_bytes()
    with pytest.raises(ParameterError, match=r"by_month\.sql is there already"):
        new_query("mine/by_month", folder)
    assert (folder / "mine" / "by_month.sql").read_bytes() == before


def test_a_second_query_leaves_what_the_pack_says_of_itself(folder):
    changed(folder, "Mine", "My own", file="mine/_pack.toml")
    new_query("mine/by_week", folder)
    assert user_packs.read(folder).pack("mine").title == "My own"


def test_a_folder_with_a_pack_named_like_ours_is_refused(folder):
    (folder / "mine").rename(folder / "spend")
    with pytest.raises(ParameterError, match="can't be named 'spend'"):
        user_packs.read(folder)


def test_a_folder_without_packs_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="holds no pack"):
        user_packs.read(tmp_path)
    with pytest.raises(ParameterError, match="there is no folder"):
        user_packs.read(tmp_path / "none")


# Asking


def test_a_query_of_a_folder_is_asked_beside_ours(folder, warehouse_path):
    with martlet.open(warehouse_path, packs=folder) as warehouse:
        answer = warehouse.query("mine/by_month")
        assert warehouse.packs()["mine"] == ["by_month"]
        assert warehouse.describe("by_month").path == "mine/by_month"
        sql = "SELECT count(*), sum(net_revenue) FROM star.fact_order WHERE status <> 'cancelled'"
        orders, revenue = warehouse.sql(sql).rows()[0]
        assert len(warehouse.query("rfm")) > 0
    found = answer.pl()
    assert (found["orders"].sum(), found["revenue"].sum()) == (orders, revenue)


@pytest.mark.usefixtures("folder")
def test_without_the_folder_there_is_no_such_query(warehouse):
    with pytest.raises(MartletError, match="there is no query 'mine/by_month'"):
        warehouse.query("mine/by_month")
    assert "mine" not in packs.packs()


def test_a_part_may_be_ours_or_theirs_and_shadows_nothing(folder, warehouse_path):
    (folder / "mine" / "_kept.sql").write_text("main.is_sale(orders.status)", encoding="utf-8")
    changed(folder, "main.is_sale(orders.status)\n", '{% include "mine/_kept.sql" %}\n')
    with martlet.open(warehouse_path, packs=folder) as warehouse:
        before = warehouse.query("mine/by_month").pl()
    # An edited part is read anew.
    (folder / "mine" / "_kept.sql").write_text("orders.status = 'cancelled'", encoding="utf-8")
    with martlet.open(warehouse_path, packs=folder) as warehouse:
        after = warehouse.query("mine/by_month").pl()
    assert not before.equals(after)
    ours = next(path for path in packs.shipped().files if path.endswith(".sql") and "/_" in path)
    changed(folder, "mine/_kept.sql", ours.removeprefix("queries/"))
    (folder / "mine" / "by_month.sql").rename(folder / "mine" / "other.sql")
    text = user_packs.read(folder).own["mine/other"].unit.body
    assert ours.removeprefix("queries/") in text


def test_a_mistake_in_their_sql_is_told_with_its_file_and_line(folder, warehouse_path):
    changed(folder, "orders.net_revenue\n", "orders.net_revenues\n")
    line = (folder / "mine" / "by_month.sql").read_text(encoding="utf-8").split("net_revenues")[0].count(
        "\n"
    ) + 1
    with martlet.open(warehouse_path, packs=folder) as warehouse, pytest.raises(QueryError) as caught:
        warehouse.query("mine/by_month")
    assert str(caught.value).startswith(f"{folder}/mine/by_month.sql:{line}: ")
    assert caught.value.exit_code == 2


def test_a_mistake_in_their_header_is_theirs(folder):
    changed(folder, "grain =", "grains =")
    with pytest.raises(UnitError, match="unknown key 'grains' in the header. Did you mean 'grain'") as caught:
        _ = user_packs.read(folder).queries
    assert caught.value.exit_code == 2


# Installing


def test_installed_packs_are_views_and_macros_and_need_no_folder(folder, own):
    assert martlet.install_packs(folder, own) == ["mine/by_month"]
    shutil.rmtree(folder)
    with martlet.open(own) as warehouse:
        answer = warehouse.query("mine/by_month", until="2025-06-01").rows()
        assert warehouse.sql("FROM mine.by_month(until := '2025-06-01')").rows() == answer
        assert warehouse.sql("FROM mine.by_month").rows() == warehouse.query("mine/by_month").rows()
        described = warehouse.sql("SELECT doc FROM meta.query WHERE pack = 'mine'").rows()
        assert described[0][0].endswith("may not be whole.")
        assert warehouse.sql("SELECT grain FROM meta.relation WHERE schema_name = 'mine'").rows() == [
            ("month",)
        ]


def test_time_that_goes_on_and_a_person_who_is_forgotten_leave_them(folder, tmp_path):
    own = tmp_path / "own.duckdb"
    martlet.build(own, customers=30, days=30, threads=1)
    martlet.install_packs(folder, own)
    martlet.advance(own, days=1, threads=1)
    with martlet.open(own) as warehouse:
        assert warehouse.sql("FROM mine.by_month").rows() == warehouse.query("mine/by_month").rows()
        person = warehouse.sql(
            "SELECT min(customer_id) FROM star.dim_customer WHERE customer_key > 0"
        ).rows()[0][0]
    martlet.forget(person, warehouse=own)
    with martlet.open(own) as warehouse:
        assert warehouse.sql("FROM mine.by_month").rows() == warehouse.query("mine/by_month").rows()


def test_installing_again_takes_the_place_of_what_was_installed(folder, own, tmp_path):
    martlet.install_packs(folder, own)
    new_query("other/by_month", tmp_path / "others")
    martlet.install_packs(tmp_path / "others", own)
    with martlet.open(own) as warehouse:
        assert "mine" not in warehouse.packs()
        assert warehouse.sql("SELECT pack FROM meta.query WHERE pack IN ('mine', 'other')").rows() == [
            ("other",)
        ]
        assert warehouse.sql("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mine'").rows() == [
            (0,)
        ]


def test_a_mistake_leaves_the_warehouse_as_it_was(folder, own):
    before = own.read_bytes()
    changed(folder, "orders.net_revenue\n", "orders.net_revenues\n")
    with pytest.raises(QueryError, match=r"by_month\.sql:\d+: .*net_revenues"):
        martlet.install_packs(folder, own)
    assert own.read_bytes() == before


def test_a_template_in_a_file_that_a_stranger_made_reaches_nothing_of_python(folder, own):
    martlet.install_packs(folder, own)
    with duckdb.connect(str(own)) as connection:
        sql = "UPDATE meta.pack_file SET text = replace(text, 'FROM counted', $text)"
        connection.execute(sql, {"text": "FROM {{ ''.__class__.__mro__ }}"})
    with martlet.open(own) as warehouse, pytest.raises(MartletError, match="is unsafe"):
        warehouse.query("mine/by_month")


# Testing


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The findings for a pack in which each query has one fault, and one none; the star is made once."""
    folder = tmp_path_factory.mktemp("faults") / "packs"
    for name in ("right", "columns", "order", "rows", "grain", "binding", "untested", "list"):
        new_query(f"mine/{name}", folder)
    changed(folder, "count(*) AS orders", "count(*) AS number", "mine/columns.sql")
    changed(folder, "\nORDER BY counted.month", "", "mine/order.sql")
    changed(folder, "2026-02-01,2,50.50", "2026-02-01,2,50.51", f"cases/mine/rows/{RULE}/expect.csv")
    changed(folder, 'grain = ["month"]', 'grain = ["orders_of_all"]', "mine/grain.sql")
    changed(folder, 'orders = "Orders."', 'orders = "Orders."\norders_of_all = "All."', "mine/grain.sql")
    changed(folder, "count(*) AS orders,", "count(*) AS orders,\n    3 AS orders_of_all,", "mine/grain.sql")
    changed(folder, "orders.net_revenue\n", "orders.net_revenues\n", "mine/binding.sql")
    changed(folder, "count(*) AS orders", "[count(*)] AS orders", "mine/list.sql")
    shutil.rmtree(folder / "cases" / "mine" / "untested")
    shutil.copytree(folder / "cases" / "mine" / "right", folder / "cases" / "mine" / "rihgt")
    return {path: [finding.fault for finding in found] for path, found in hold(folder).items()}


def test_a_new_query_passes_as_it_stands(told):
    assert told["mine/right"] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("columns", "the columns are month, number, revenue, but the header has month, orders, revenue"),
        ("order", "the outermost SELECT has no ORDER BY over month"),
        ("rows", "50.50"),
        ("grain", "2 rows have the same orders_of_all: (3,)"),
        ("binding", "net_revenues"),
        ("untested", "there is no case; write one in cases/mine/untested/<rule_in_words>/"),
        ("list", "column 'orders' is of type BIGINT[]"),
    ],
)
def test_each_fault_is_found(told, name, words):
    assert any(words in fault for fault in told[f"mine/{name}"]), told[f"mine/{name}"]


def test_a_case_of_no_query_is_found(told):
    assert "there is no query 'mine/rihgt'. Did you mean 'mine/right'?" in told[""][0]


# The command line


def test_the_commands_go_together(tmp_path, own, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARTLET_WAREHOUSE", str(own))

    def run(line):
        done = CliRunner().invoke(cli, line.split())
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "packs/mine/by_month.sql" in run("new query mine/by_month")
    asked = run("query mine/by_month --packs packs --format json")
    assert json.loads(asked)
    assert "mine/by_month" in run("packs mine --packs packs --format csv")
    assert "When it misleads" in run("describe mine/by_month --packs packs")
    assert "fact_order" in run("compile mine/by_month --dialect postgres --packs packs")
    run("install-packs packs")
    assert run("query mine/by_month --format json") == asked
    run("docs pages --packs packs")
    assert "## by_month" in (tmp_path / "pages" / "mine.md").read_text(encoding="utf-8")
    monkeypatch.setenv("MARTLET_PACKS", "packs")
    assert "mine/by_month" in run("packs mine --format csv")


def part_and_query(folder, word):
    (folder / "packs" / "mine").mkdir(parents=True)
    (folder / "packs" / "mine" / "_part.sql").write_text(f"SELECT '{word}' AS word\n")
    (folder / "packs" / "mine" / "said.sql").write_text(
        '/*\nquestion = "?"\ndoc = "x"\ngrain = ["word"]\n[columns]\nword = "x"\n*/\n'
        '{% include "mine/_part.sql" %}\nORDER BY word\n'
    )


def test_two_folders_of_one_name_are_two(tmp_path, monkeypatch, warehouse_path):
    opened = []
    for word in ("one", "two"):
        part_and_query(tmp_path / word, word)
        monkeypatch.chdir(tmp_path / word)
        opened.append(martlet.open(warehouse_path, packs="packs"))
    assert [one.query("mine/said").rows() for one in opened] == [[("one",)], [("two",)]]
    for one in opened:
        one.close()


def test_a_file_that_includes_itself_is_told(tmp_path, warehouse_path):
    part_and_query(tmp_path, "x")
    (tmp_path / "packs" / "mine" / "_part.sql").write_text('{% include "mine/_part.sql" %}\n')
    with (
        martlet.open(warehouse_path, packs=tmp_path / "packs") as warehouse,
        pytest.raises(UnitError, match="includes itself"),
    ):
        warehouse.query("mine/said")
