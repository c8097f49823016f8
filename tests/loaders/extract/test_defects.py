"""Every defect is recorded, nothing else is changed, and the record undoes it all: the right values, cell by cell."""

import csv

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from martlet.loaders.extract import restored
from martlet.loaders.extract._cells import CELL_KINDS
from martlet.loaders.extract._rates import ROW_KINDS, load_mess

CELLS = (*CELL_KINDS, "ambiguous_date", "lost_letter")
MESSES = [
    (level, file_format, seed)
    for level, seed in (("light", 1), ("heavy", 2))
    for file_format in ("csv", "parquet", "mixed")
]


def record(folder):
    return pl.read_parquet(folder / "_truth" / "defects.parquet")


@pytest.mark.parametrize(("level", "file_format", "seed"), MESSES)
def test_defects_undone_give_the_clean_extract(level, file_format, seed, extracts):
    clean = restored(extracts())
    found = restored(extracts(messy=level, format=file_format, seed=seed))
    assert found.keys() == clean.keys()
    for name, rows in clean.items():
        assert_frame_equal(rows, found[name])


def lines(path, codec="utf-8"):
    return path.read_bytes().decode(codec).split("\n")[1:-1]


def table(text):
    return [[cell or None for cell in row] for row in csv.reader(text)]


def cells(line):
    return table([line])[0]


@pytest.mark.parametrize("level", ["light", "heavy"])
def test_files_hold_what_the_record_says_and_nothing_else(level, extracts):
    """Undone once more by hand, with Python's csv reader, line by line."""
    clean, messy = extracts(), extracts(messy=level)
    defects = record(messy)
    for path in sorted(clean.glob("*.csv")):
        header = path.read_text(encoding="utf-8").split("\n")[0].split(",")
        right = table(lines(path))
        withheld = set(defects.filter(kind="late_row", file=f"{path.stem}_late.csv")["clean_row"])
        places = iter(number for number in range(1, len(right) + 1) if number not in withheld)
        found = {}
        for part in (messy / path.name, messy / f"{path.stem}_late.csv"):
            if not part.exists():
                continue
            mine = defects.filter(pl.col("file") == part.name)
            codec = mine.filter(kind="encoding")["spoilt_value"].to_list() or ["utf-8"]
            text = lines(part, codec[0])
            copies = set(mine.filter(pl.col("kind").is_in(["exact_duplicate", "near_duplicate"]))["row"])
            late = dict(mine.filter(kind="late_row").select("row", "clean_row").iter_rows())
            for row, was, is_now in (
                mine.filter(kind="ragged_row").select("row", "original_value", "spoilt_value").iter_rows()
            ):
                assert text[row - 1] == is_now
                assert len(cells(is_now)) != len(header)
                text[row - 1] = was
            rows = table(text)
            for row, column, was, is_now in (
                mine.filter(pl.col("kind").is_in(CELLS))
                .select("row", "column", "original_value", "spoilt_value")
                .iter_rows()
            ):
                place = header.index(column)
                assert rows[row - 1][place] == is_now != was
                rows[row - 1][place] = was
            for number, row in enumerate(rows, 1):
                if number not in copies:
                    found[late.get(number) or next(places)] = row
        assert [found[number] for number in range(1, len(right) + 1)] == right


def test_rows_that_repeat_are_the_rows_that_they_repeat(extracts):
    folder = extracts(messy="heavy")
    defects = record(folder)
    for name in ("shop_orders", "web_events", "leads"):
        mine = defects.filter(file=f"{name}.csv")
        codec = mine.filter(kind="encoding")["spoilt_value"].to_list() or ["utf-8"]
        text = lines(folder / f"{name}.csv", codec[0])
        broken = set(mine.filter(kind="ragged_row")["row"])
        firsts = {line.split(",")[0]: number for number, line in reversed(list(enumerate(text, 1)))}
        for row in mine.filter(kind="exact_duplicate")["row"]:
            key = text[row - 1].split(",")[0]
            assert firsts[key] in broken or text[firsts[key] - 1] == text[row - 1]


def test_people_who_sign_up_twice_have_another_number_and_the_same_address(extracts):
    folder = extracts(messy="heavy")
    rows = pl.read_csv(
        folder / "crm_customers.csv", infer_schema=False, encoding="cp1252", truncate_ragged_lines=True
    )
    by_id = {row["customer_id"]: row for row in rows.iter_rows(named=True)}
    near = record(folder).filter(kind="near_duplicate")
    assert near.height > 3
    for was, again in near.select("original_value", "spoilt_value").iter_rows():
        one, other = by_id[was], by_id[again]
        if one["email"] and other["email"]:
            assert one["email"].strip().lower() == other["email"].strip().lower()


def test_every_kind_of_defect_occurs(extracts):
    kinds = set(pl.concat(record(extracts(messy="heavy", seed=seed)) for seed in (2, 42))["kind"])
    assert kinds == {*CELLS, *ROW_KINDS, "encoding"}


def test_a_cell_has_one_defect_at_most(extracts):
    defects = record(extracts(messy="heavy")).filter(pl.col("column").is_not_null())
    assert not defects.select("file", "row", "column").is_duplicated().any()
    assert record(extracts(messy="heavy"))["defect_id"].to_list() == list(
        range(1, record(extracts(messy="heavy")).height + 1)
    )


def test_keys_are_never_spoilt(extracts):
    defects = record(extracts(messy="heavy"))
    assert not set(defects["column"]) & {
        "order_id",
        "order_line_id",
        "sku_id",
        "email_id",
        "session_id",
        "event_id",
    }


@pytest.mark.parametrize("level", ["light", "heavy"])
def test_rates_are_those_of_the_file(level, extracts):
    """Within five standard errors, where there are many cells."""
    folder = extracts(messy=level)
    defects = record(folder).filter(file="touchpoints.csv")
    rows = restored(extracts(), tables=["touchpoints"])["touchpoints"]
    rate = load_mess(level).cells["word"]
    for kind in ("missing_value", "stray_spaces", "letter_case"):
        count = rows["channel"].drop_nulls().len()
        expected = count * rate[kind]
        found = defects.filter(kind=kind, column="channel").height
        assert abs(found - expected) < 5 * expected**0.5
    copies = defects.filter(kind="exact_duplicate").height
    expected = rows.height * load_mess(level).rows["exact_duplicate"][1]
    assert abs(copies - expected) < 5 * expected**0.5


def test_dates_called_ambiguous_are(extracts):
    defects = record(extracts(messy="heavy"))
    for kind, wanted in (("ambiguous_date", True), ("date_format", False)):
        for was, text in defects.filter(kind=kind).select("original_value", "spoilt_value").iter_rows():
            parts = text[:10].split("/")
            either = len(parts) == 3 and max(int(parts[0]), int(parts[1])) <= 12 and parts[0] != parts[1]
            assert either == wanted, (was, text)


def test_orphans_have_no_customer_and_outliers_are_absurd(extracts):
    folder = extracts(messy="heavy")
    known = restored(folder, tables=["crm_customers"])["crm_customers"]["customer_id"].to_list()
    defects = record(folder)
    orphans = defects.filter(kind="orphan")
    assert orphans.height > 10
    assert not set(orphans["spoilt_value"]) & {*known, *defects.filter(kind="near_duplicate")["spoilt_value"]}
    births = pl.concat(
        record(extracts(messy="heavy", seed=seed)).filter(kind="outlier", column="birth_date")
        for seed in (2, 42)
    )
    for was, text in births.select("original_value", "spoilt_value").iter_rows():
        assert text == "1892" + was[4:].replace("02-29", "02-28")
    money = defects.filter(pl.col("column").is_in(["net_revenue", "unit_price"]), kind="outlier")
    assert money.height >= 5
    for was, text in money.select("original_value", "spoilt_value").iter_rows():
        assert float(text) == pytest.approx(100 * float(was))
