"""Each case in tests/cases gives the rows that it expects, asked as a query and as the installed table macro."""

import shutil

import polars as pl
import pytest

from martlet.engine import packs
from martlet.engine.cases import Case, differences, run_case
from martlet.engine.errors import UnitError

from .cases import CASES

ONE_A_PACK = {case.query.split("/")[0]: case for case in reversed(CASES)}


def test_every_pack_has_cases():
    assert ONE_A_PACK.keys() == set(packs.packs())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(star, case):
    assert run_case(star.connection, packs.get(case.query), case) == []


@pytest.mark.parametrize("case", list(ONE_A_PACK.values())[::5], ids=str)
def test_a_case_of_every_fifth_pack_is_answered_by_a_file_too(given, case):
    warehouse = given({table: pl.read_csv(path, infer_schema=False) for table, path in case.given.items()})
    assert differences(warehouse._file.connection, packs.get(case.query), case) == []


@pytest.fixture
def changed(tmp_path):
    """A function that returns a copy of a case, one of its files with other text."""
    case = next(case for case in CASES if case.rule == "position_of_two_shares_first_to_last")

    def change(name, old, new):
        folder = shutil.copytree(case.folder, tmp_path / case.rule)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return Case(case.query, case.rule, folder)

    return change


def test_a_case_that_expects_other_rows_fails_in_both_ways(star, changed):
    found = run_case(
        star.connection, packs.get("attribution/channels"), changed("expect.csv", "Email", "Mail")
    )
    assert {text.split(":")[0].split(", ")[1] for text in found} == {"as a query", "as a macro"}
    assert all("Mail" in text for text in found)


def test_a_case_that_expects_more_rows_fails(star, changed):
    case = changed("expect.csv", "(unattributed),0,0,0,0\n", "(unattributed),0,0,0,0\n" * 2)
    assert "4 rows" in run_case(star.connection, packs.get(case.query), case)[0]


def test_a_case_leaves_nothing_behind(star):
    run_case(star.connection, packs.get(CASES[0].query), CASES[0])
    assert star.connection.sql("SELECT count(*) FROM star.fact_order").fetchall() == [(0,)]


def test_a_column_that_the_answer_lacks_is_named_with_the_nearest(star, changed):
    case = changed("expect.csv", "channel", "chanel")
    with pytest.raises(UnitError, match=r"expect\.csv: the answer has no column 'chanel'.*'channel'"):
        run_case(star.connection, packs.get(case.query), case)
    # The next case finds the star as it was.
    assert run_case(star.connection, packs.get(CASES[0].query), CASES[0]) == []


def test_a_table_that_does_not_exist_is_named_with_the_nearest(changed):
    case = changed("params.toml", "", "")
    (case.folder / "given" / "star.fact_order.csv").rename(case.folder / "given" / "star.fact_orders.csv")
    with pytest.raises(UnitError, match=r"no table 'star\.fact_orders'.*'star\.fact_order'"):
        _ = case.given
