"""Pictures as files: one of each kind is drawn, the same bytes each time, with words and rows for who can't see it."""

import re
from pathlib import Path

import pytest

import martlet
from martlet.engine import charts, packs
from martlet.engine.errors import ParameterError, QueryError
from martlet.reports import drawing

KINDS = sorted({query.chart.kind for query in map(packs.get, packs.queries()) if query.chart})


@pytest.fixture(scope="module")
def opened(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        yield warehouse


@pytest.mark.parametrize("path", [path for path in packs.queries() if packs.get(path).chart])
def test_every_picture_of_a_header_has_a_specification(opened, path):
    result, query = opened.query(path), packs.get(path)
    if not charts.is_drawable(result.arrow(), query.chart):
        with pytest.raises(QueryError, match="nothing to draw"):
            result.chart()
        return
    spec = result.chart()
    if query.chart.kind in ("bar", "dumbbell", "funnel", "interval"):
        marks = [(row[query.chart.x], row.get(query.chart.series)) for row in spec["data"]["values"]]
        assert len(set(marks)) == len(marks), "a mark stands for one row"
    assert "".join(spec["title"]["text"]).replace(" ", "") == (result.finding or query.question).replace(
        " ", ""
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_each_kind_is_drawn_the_same_each_time(opened, kind, capfd):
    for query in map(packs.get, packs.queries()):
        if query.chart is None or query.chart.kind != kind:
            continue
        result = opened.query(query.path)
        if not charts.is_drawable(result.arrow(), query.chart):
            continue
        first, second = (drawing.drawn(result, ".svg") for _ in range(2))
        assert first == second
        assert first.startswith(b"<svg")
        assert b"NaN" not in first
        assert capfd.readouterr().err == ""
        return
    pytest.fail(f"no query of kind {kind} has rows to draw")


@pytest.fixture(scope="module")
def segments(opened):
    return opened.query("segmentation/rfm_segments")


@pytest.mark.parametrize(("ending", "begins"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".json", b"{")])
def test_other_files_are_what_their_names_say(segments, ending, begins):
    first, second = (drawing.drawn(segments, ending) for _ in range(2))
    assert first.startswith(begins)
    assert first == second or ending == ".pdf"


def test_a_page_needs_no_script_and_no_network_and_has_the_rows(segments):
    text = drawing.drawn(segments, ".html").decode()
    assert "<script" not in text
    assert not re.search(r"(src|href)=\"?http", text)
    assert text.count('role="img"') == 2
    assert text.count("<tr>") == len(segments) + 1
    for segment in segments.arrow().column("segment").to_pylist():
        assert f"<td>{segment}</td>".replace("'", "&#x27;") in text


def test_what_cannot_be_drawn_is_refused(opened):
    with pytest.raises(QueryError, match="email/summary has no picture"):
        drawing.drawn(opened.query("email/summary"), ".svg")
    with pytest.raises(ParameterError, match=r"x\.gif says no kind of picture"):
        drawing.ending_of(Path("x.gif"))
