"""Limits: what is too large costs its row, or the file is refused with the way to raise the limit; nothing is lost."""

import gzip
import json
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import martlet
from martlet.engine.errors import IngestError, ParameterError
from martlet.loaders.ingest import new_profile, sniff
from martlet.loaders.ingest.reading import Reading, open_source
from martlet.loaders.ingest.reading._oversize import shortened
from martlet.loaders.ingest.reading.limits import Limits

from .conftest import Found

HEADER = "order_id,customer_id,ordered_at,net_revenue,note\n"
GOOD = [f"o{i},c{i % 3},2025-01-0{1 + i % 9},10.50,fine\n" for i in range(20)]


@pytest.fixture
def read(tmp_path):
    """A function that reads a file by given limits."""

    def make(content, name="mine.csv", **limits):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Found(open_source(path, Reading(), Limits.of(limits)))

    return make


def problems(found):
    return [problem for problem in found.problems if problem]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("64MB", 64 << 20), ("1k", None), ("2 GiB", 2 << 30), ("1,000", 1_000), (5, 5), ("8KB", 8192)],
)
def test_sizes_are_said_in_several_ways(said, meant):
    if meant is None:
        with pytest.raises(ParameterError, match="size such as 64MB"):
            Limits.of({"row": said})
    else:
        assert Limits.of({"row": said}).row == meant


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rows": 5}, "no limit 'rows'.*row"),
        ({"row": "0"}, "from 1 to"),
        ({"row": "many"}, "size such as 64MB"),
        ({"columns": "5MB"}, "whole number such as 200"),
        ({"depth": 5_000}, "from 1 to 400"),
        ({"row": -1}, "size such as 64MB"),
    ],
)
def test_wrong_limits_are_told(given, words):
    with pytest.raises(ParameterError, match=words):
        Limits.of(given)


@pytest.mark.parametrize("name", Limits.names())
def test_the_way_out_that_a_message_names_is_taken(name):
    said = Limits().beyond(name, 70 if name == "depth" else 0)
    way = said.split("--max ")[1].split(" ")[0]
    option, _, value = way.partition("=")
    assert getattr(Limits.of({option: value}), name) > getattr(Limits(), name)


@given(
    st.lists(st.sampled_from([b"a", b"bb", b"\n", b"\r", b"ccccc", b"\r\n"])),
    st.integers(1, 6),
    st.integers(1, 7),
)
def test_lines_within_the_limit_stay_and_longer_ones_show_that_they_are(parts, longest, size):
    text = b"".join(parts)
    blocks = [text[i : i + size] for i in range(0, len(text), size)]
    made = b"".join(shortened(blocks, longest))
    before, after = text.splitlines(), made.splitlines()
    assert len(before) == len(after)
    for line, kept in zip(before, after, strict=True):
        assert kept == line or (
            len(line) > longest and len(kept) > longest and line.startswith(kept[: longest + 1])
        )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("packed", [False, True])
def test_too_long_a_line_costs_its_row(read, ending, packed):
    lines = [HEADER, *GOOD, f"x,c,2025-01-01,1,{'z' * 3_000_000}\n", *GOOD]
    content = "".join(lines).replace("\n", ending).encode()
    found = read(gzip.compress(content) if packed else content, row="1MB")
    (problem,) = problems(found)
    assert problem == "too long a row: more than the 1MB that are read; --max row=2MB takes more"
    assert found.cells.height == 41
    assert found.rows()[21:] == [tuple(line.strip().split(",")) for line in GOOD]
    assert len(found.originals[20]) == 1 << 16


def test_too_long_a_cell_costs_its_row(read):
    found = read(
        HEADER + "".join(GOOD) + f"x,c,2025-01-01,1,{'z' * 2_000}\n" + GOOD[0], cell=1_000, row=100_000
    )
    assert problems(found) == [
        "too long a cell: more than the 1,000 that are read; --max cell=2,000 takes more"
    ]


def test_a_quote_that_ends_too_late_costs_the_line_where_it_begins(read):
    within = "".join(f"line {i}\n" for i in range(1_000))
    found = read(HEADER + "".join(GOOD) + f'x,c,2025-01-01,1,"{within}"\n' + "".join(GOOD), row="4KB")
    first, *others = problems(found)
    assert first.startswith(
        "a quote is opened and never closed, or not soon enough, so that the row ends with its line"
    )
    assert len(others) == 1_000
    assert found.cells.height == 20 + 1_001 + 20
    assert found.rows()[-20:] == found.rows()[:20]


def test_a_quote_that_is_never_closed_costs_one_row_before_and_after_the_end_of_a_chunk(read):
    rows = [f"o{i},c,2025-01-01,1.00,n\n" for i in range(400_000)]
    rows[200_000] = 'o,"c,2025-01-01,1.00,n\n'
    found = read(HEADER + "".join(rows))
    assert problems(found) == ["a quote is opened and never closed"]
    assert found.cells.height == 400_000


def test_rows_that_are_many_and_short_come_in_small_batches(read):
    found = read("a,b,c\n1,2,3\n" + "1,\n" * 700_000)
    assert found.cells.height == 700_001
    assert max(found.sizes) <= 1 << 18


WIDE = {
    "csv": lambda width: (
        (",".join(f"c{i}" for i in range(width)) + "\n" + ",".join("1" * width) + "\n").encode() * 2
    ),
    "ndjson": lambda width: (json.dumps({f"c{i}": 1 for i in range(width)}) + "\n").encode() * 2,
    "json": lambda width: json.dumps([{f"c{i}": 1} for i in range(width)]).encode(),
}


@pytest.mark.parametrize("form", ["csv", "ndjson", "json"])
def test_too_wide_a_file_is_refused_at_once(read, form):
    limit = "columns" if form == "csv" else "keys"
    with pytest.raises(IngestError, match=rf"mine\.csv.*more than the 30 that are read; --max {limit}="):
        read(WIDE[form](31), **{limit: 30})
    assert read(WIDE[form](30), **{limit: 30}).cells.width == 30


def test_too_wide_a_frame_is_refused(tmp_path):
    pl.DataFrame({f"c{i}": [1] for i in range(31)}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({f"c{i}": ["x", "y"] for i in range(31)}).write_excel(tmp_path / "a.xlsx")
    for name in ("a.parquet", "a.xlsx"):
        with pytest.raises(
            IngestError, match=f"{name}.*is too wide: 31, more than the 30 that are read; --max columns=60"
        ):
            open_source(tmp_path / name, limits=Limits(columns=30))


def test_nested_columns_of_parquet_count_by_their_fields_and_depth(tmp_path):
    deep = {"x": 1}
    for _ in range(12):
        deep = {"x": deep}
    pl.DataFrame({"a": [deep]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(IngestError, match="nested too deeply: .*--max depth="):
        open_source(tmp_path / "a.parquet", limits=Limits(depth=10))


def record(number, more=""):
    return (
        f'{{"order_id": "o{number}", "customer_id": "c", "ordered_at": "2025-01-01", "net_revenue": 5{more}}}'
    )


@pytest.mark.parametrize(
    "deep", ["[" * 900 + "]" * 900, "[" * 100_000 + "]" * 100_000, '{"a": ' * 5_000 + "1" + "}" * 5_000]
)
def test_deep_values_cost_no_more_than_their_row(read, deep):
    lines = [record(1), record(2, f', "k": {deep}'), record(3)]
    found = read("\n".join(lines), "a.ndjson")
    assert [row[0] for row in found.rows() if row[0]] in (["o1", "o2", "o3"], ["o1", "o3"])
    assert found.cells.height == 3
    assert all("--max depth=" in problem for problem in problems(found))


def test_objects_deeper_than_the_limit_make_no_columns(read):
    nested = "1"
    for _ in range(8):
        nested = f'{{"a": {nested}}}'
    content = "\n".join([record(1, f', "k": {nested}'), record(2)])
    assert len(read(content, "a.ndjson").cells.columns) == 5
    cut = read(content, "a.ndjson", depth=4)
    assert cut.cells.columns == ["order_id", "customer_id", "ordered_at", "net_revenue"]
    assert "can't be used and were ignored" in cut.notes[0]


def test_too_deep_a_document_is_refused(read):
    with pytest.raises(
        IngestError, match="nested too deeply: more than the 100 that are read; --max depth=200"
    ):
        read('{"a": ' * 3_000 + "1" + "}" * 3_000)


def test_too_long_a_record_costs_its_row_among_lines_and_refuses_a_document(read):
    long = record(2, f', "k": "{"z" * 5_000}"')
    found = read("\n".join([record(1), long, record(3)]), "a.ndjson", row="4KB")
    assert [problem and problem.split(":")[0] for problem in found.problems] == [None, "too long a row", None]
    found = read(f"[{record(1)},{long},{record(3)}]", "a.json", cell="4KB")
    assert [problem and problem.split(":")[0] for problem in found.problems] == [
        None,
        "too long a cell",
        None,
    ]
    with pytest.raises(IngestError, match="has too long a record.*--max row="):
        read(
            f"[{record(1)},{record(2, chr(44) + chr(34) + 'k' + chr(34) + ':' + chr(34) + 'z' * 3_000_000 + chr(34))}]",
            row="4KB",
        )


def test_a_first_line_that_is_longer_than_a_block_is_a_record(read):
    long = record(1, f', "k": "{"z" * 3_000_000}"')
    assert read("\n".join([long, record(2), record(3)]), "a.ndjson").cells["order_id"].to_list() == [
        "o1",
        "o2",
        "o3",
    ]


def test_objects_without_end_are_not_held(read):
    with pytest.raises(IngestError, match="without a list of records.*write an object a line"):
        read("\n".join('{\n"id": 1,\n"x": "y"\n}' for _ in range(60_000)), row="4KB")


def sheet(path, rows, shared=""):
    """Write the least that a workbook needs."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {main}>{shared}</sst>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return path


def row(number, *texts, place=True):
    cells = "".join(
        f'<c {f"""r="{letter}{number}" """ if place else ""}t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in zip("ABCDE", texts, strict=False)
    )
    return f'<row r="{number}">{cells}</row>' if place else f"<row>{cells}</row>"


TABLE = [("order_id", "customer_id", "total"), ("1", "a", "5"), ("2", "b", "6")]


@pytest.mark.parametrize("place", [True, False])
def test_a_sheet_is_as_large_as_what_its_cells_span(tmp_path, place):
    rows = "".join(row(number, *texts, place=place) for number, texts in enumerate(TABLE, start=1))
    path = sheet(tmp_path / "a.xlsx", rows)
    assert Found(open_source(path)).rows() == TABLE[1:]
    with pytest.raises(
        IngestError, match="too large a sheet.*: 9, more than the 8 that are read; --max sheet=16"
    ):
        open_source(path, limits=Limits(sheet=8))
    assert Found(open_source(path, limits=Limits(sheet=9))).rows() == TABLE[1:]


def test_one_cell_far_away_makes_a_sheet_too_large(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = sheet(tmp_path / "a.xlsx", "".join(row(n, *texts) for n, texts in enumerate(TABLE, start=1)) + far)
    with pytest.raises(
        IngestError, match="17,179,869,184, more than the 10,000,000 that are read.*a stray cell"
    ):
        open_source(path)


def test_what_an_archive_says_of_its_parts_is_not_believed(tmp_path):
    path = sheet(tmp_path / "a.xlsx", "".join(row(n, "x" * 1_000, "y") for n in range(1, 400)))
    with pytest.raises(
        IngestError, match="too large a part, xl/worksheets/sheet1.xml, unpacked: more than the 100KB"
    ):
        open_source(path, limits=Limits.of({"unpacked": "100KB"}))
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (99).to_bytes(4, "little")))
    with pytest.raises(IngestError, match=r"a\.xlsx"):
        open_source(path, limits=Limits.of({"unpacked": "100KB"}))


def test_a_text_that_many_cells_share_counts_for_each(tmp_path):
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>1</v></c></row>'
        for n in range(1, 500)
    )
    path = sheet(tmp_path / "a.xlsx", cells, f"<si><t>{'x' * 1_000}</t></si><si><t>b</t></si>")
    with pytest.raises(
        IngestError, match="repeats so much text in xl/worksheets/sheet1.xml.*--max unpacked="
    ):
        open_source(path, limits=Limits.of({"unpacked": "400KB"}))
    with pytest.raises(IngestError, match="has a header and no rows"):
        open_source(path, limits=Limits.of({"unpacked": "600KB"}))


def test_rows_and_cells_that_opendocument_repeats_count(tmp_path):
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell table:number-columns-repeated="1000" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet><table:table>"
        f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    with pytest.raises(IngestError, match="1,000,000,000, more than the 10,000,000"):
        open_source(tmp_path / "a.ods")


def test_a_load_with_a_limit_conserves_its_rows_and_is_another_load_with_another_limit(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "".join(GOOD) + f"x,c,2025-01-01,1,{'z' * 5_000}\n")
    small = martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb", limits={"row": "4KB"})
    assert (small.rows_loaded, small.files[0].reasons) == (20, {"too long a row": 1})
    again = martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb", limits={"row": "4KB"})
    assert again.files[0].already_loaded
    large = martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb")
    assert (large.rows_loaded, large.rows_quarantined) == (1, 0)


@pytest.mark.parametrize(
    "call", [sniff, new_profile, lambda file, limits: martlet.ingest("auto", file, limits=limits)]
)
def test_every_door_takes_limits(tmp_path, call):
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "".join(GOOD))
    with pytest.raises(IngestError, match="more than the 3 that are read; --max columns="):
        call(file, limits={"columns": 3})
    with pytest.raises(ParameterError, match="no limit 'width'"):
        call(file, limits={"width": 3})


@given(st.text(alphabet='ab,"\n\r', max_size=120), st.integers(3, 40))
def test_whatever_the_text_each_of_its_rows_is_read_or_told(tmp_path_factory, text, longest):
    path = tmp_path_factory.mktemp("f") / "a.csv"
    path.write_text("id,name,x\n1,2,3\n" + text, newline="")
    try:
        found = Found(open_source(path, limits=Limits(row=longest, cell=longest)))
    except IngestError:
        return
    assert len(found.problems) == found.cells.height


def test_a_sample_of_large_rows_is_small(read, monkeypatch):
    monkeypatch.setattr("martlet.loaders.ingest.reading.source._LARGEST_SAMPLE", 1 << 16)
    large = [f"o{i},c1,2025-01-01,10.50,{'y' * 100_000}\n" for i in range(100)]
    found = read("".join([HEADER, *GOOD, *large]))
    assert 0 < found.source.sample().height < len(large)
    assert found.cells.height == len(GOOD) + len(large)
