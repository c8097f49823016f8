"""Whatever a file holds, rows read = loaded + merged + quarantined, and overlapping files double nothing."""

from collections import Counter

import duckdb
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from martlet.loaders import star
from martlet.loaders.ingest import _orders_in_star
from martlet.loaders.ingest._columns import choose
from martlet.loaders.ingest._order_rows import order_rows
from martlet.loaders.ingest._reading import read
from martlet.sql.errors import IngestError

CUSTOMERS = st.sampled_from(["Ann", "Bob", " Ann ", "", "NULL", "Jo, Ann", '"', "\u00c5sa"])
DATES = st.sampled_from(
    ["2024-01-05", "2024-01-06", "2024-02-31", "", "soon", "2024-01-05 10:00", "9999-01-01"]
)
AMOUNTS = st.sampled_from(["5.00", "7.25", "-5", "", "abc", "1e99", "inf", "$5.00", "1,234.50", "0"])
NUMBERS = st.sampled_from(["A1", "A2", "A3", "A4", ""])
GOOD = ["Ann,2024-01-05,5.00,A1"]


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell


LINES = st.one_of(
    st.tuples(CUSTOMERS, DATES, AMOUNTS, NUMBERS).map(lambda cells: ",".join(quoted(cell) for cell in cells)),
    st.sampled_from(
        [
            "",
            "Ann",
            "Ann,2024-01-05",
            'Ann,2024-01-05,5.00,"A1',
            "Ann,2024-01-05,5.00,A1,extra",
            "\x00\x01,,,",
        ]
    ),
)
FILES = st.lists(LINES, max_size=25)


@pytest.fixture(scope="module")
def empty_star():
    connection = duckdb.connect()
    star.create(connection)
    yield connection
    connection.close()


def parsed(folder, lines, *, numbered):
    path = folder / "a.csv"
    text = "customer,date,amount,order_id\n" + "\n".join([*GOOD, *lines])
    path.write_text(text, encoding="utf-8")
    try:
        table = read(path)
    except IngestError:
        # Noise in most lines makes the whole file no text.
        reject()
    columns = choose(table, {})
    if not numbered:
        columns.of.pop("order_id", None)
    return table, order_rows(table, columns, date_order=None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, st.booleans())
def test_each_row_of_a_dirty_file_is_accounted_for(tmp_path, lines, numbered):
    table, rows = parsed(tmp_path, lines, numbered=numbered)
    assert table.cells.height == 1 + sum(bool(line.strip()) for line in lines)
    assert table.cells.height == rows.orders.height + rows.rejected.height + rows.merged
    places = [*rows.orders["row"], *rows.rejected["row"]]
    assert len(places) == len(set(places))
    assert set(places) <= set(range(table.cells.height))
    assert rows.rejected["reason"].null_count() == 0
    originals = table.originals_at(rows.rejected["row"])
    assert len(originals) == rows.rejected.height


def settled(connection, rows):
    found = _orders_in_star.settle(connection, rows.orders)
    assert rows.orders.height == found.loaded + found.merged + found.refused.height
    return found


def in_star(connection):
    return connection.execute(
        "SELECT customer_id, ordered_at, net_revenue FROM star.fact_order JOIN star.dim_customer USING (customer_key)"
    ).fetchall()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, FILES)
def test_overlapping_files_without_order_numbers_hold_each_order_once(tmp_path, empty_star, first, second):
    """The star holds an order as often as the file that holds it oftenest."""
    empty_star.begin()
    try:
        expected = Counter()
        for lines in (first, first + second):
            _, rows = parsed(tmp_path, lines, numbered=False)
            settled(empty_star, rows)
            orders = rows.orders.select("customer_id", "ordered_at", "cents").rows()
            expected |= Counter(orders)
        found = Counter((customer, at, int(amount * 100)) for customer, at, amount in in_star(empty_star))
        assert found == expected
    finally:
        empty_star.rollback()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, FILES)
def test_a_later_file_wins_unless_the_order_is_anothers(tmp_path, empty_star, first, second):
    empty_star.begin()
    try:
        expected = {}
        for lines in (first, second):
            _, rows = parsed(tmp_path, lines, numbered=True)
            refused = settled(empty_star, rows).refused["row"].to_list()
            for row, number, customer, at, cents in rows.orders.select(
                "row", "order_ref", "customer_id", "ordered_at", "cents"
            ).rows():
                if number is None:
                    continue
                if number in expected and expected[number][0] != customer:
                    assert row in refused
                else:
                    expected[number] = (customer, at, cents)
        sql = "SELECT source_id, customer_id, ordered_at, CAST(net_revenue * 100 AS BIGINT) FROM star.fact_order JOIN star.dim_customer USING (customer_key) WHERE source_id NOT LIKE '~%'"
        assert {number: tuple(rest) for number, *rest in empty_star.execute(sql).fetchall()} == expected
        clustered = empty_star.execute(
            "SELECT customer_key, ordered_at, order_id FROM star.fact_order ORDER BY rowid"
        ).fetchall()
        assert clustered == sorted(clustered)
    finally:
        empty_star.rollback()


def test_a_file_of_nothing_but_noise_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n,\n,\n")
    with pytest.raises(IngestError):
        choose(read(tmp_path / "a.csv"), {})
