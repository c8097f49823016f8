"""A report says what its template asks and nothing else, from one file that needs no network, and the same bytes each time."""

import os
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser

import polars as pl
import pytest

import martlet
from martlet.engine.errors import ParameterError, UnitError, UnknownNameError
from martlet.reports import cells, interactive, pdf
from martlet.reports.composing import Findings

FENCE = "```"


def block(toml, word="query"):
    return f"{FENCE}{word}\n{toml}\n{FENCE}\n"


class Outline(HTMLParser):
    """What a page is made of: its headings, ids, links to itself, and tags with attributes."""

    def __init__(self, page):
        super().__init__()
        self.headings, self.ids, self.links, self.tags = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if attributes.get("href", "").startswith("#"):
            self.links.append(attributes["href"][1:])


@pytest.fixture(scope="module")
def small(warehouse_path):
    return warehouse_path


def made(path, folder, text, **given):
    file = folder / "mine.md"
    file.write_text(text, encoding="utf-8")
    return martlet.report(path, template=file, **given)


SQL = "sql = \"SELECT '<b>&*_x_*' AS name, 1234.5 AS revenue, 0.25 AS share, date '2025-03-01' AS day\""


def test_values_stand_in_the_words_and_are_no_markup(small, tmp_path):
    told = made(
        small,
        tmp_path,
        "+++\ntitle = 'On {name}'\n[params]\nname = { type = 'str', default = 'all', doc = 'Who.' }\n+++\n# {title}\n\n"
        "**{one.name}** has {one.revenue:money}, {one.share:percent}, since {one.day}; `{code}` stays.\n\n<script>alert(1)</script>\n\n"
        + block(SQL + '\nname = "one"\nshow = []'),
        name="<i>me</i>",
        since="2025-01-01",
        until="2025-02-01",
    )
    page = told.html()
    assert told.title == "On <i>me</i>"
    assert "<h1>On &lt;i&gt;me&lt;/i&gt;</h1>" in page
    assert (
        "<strong>&lt;b&gt;&amp;*_x_*</strong> has 1,234.50, 25.0 %, since 2025-03-01; <code>{code}</code> stays."
        in page
    )
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "2025-01-01 to 2025-01-31, 31 days" in page
    words = told.markdown()
    assert r"**\<b\>\&\*\_x\_\*** has 1,234.50, 25.0 %, since 2025-03-01; `{code}` stays." in words


def test_sql_of_ones_own_takes_the_parameters_of_the_report_and_a_picture(small, tmp_path):
    text = "+++\n[params]\nleast = { type = 'int', default = 2, doc = 'Least.' }\n+++\n" + block(
        'sql = "SELECT range AS n, range * 10 AS orders FROM range(5) WHERE range >= $least"\ntitle = "From {least}"\n'
        'chart = { kind = "bar", x = "n", y = "orders" }'
    )
    page = made(small, tmp_path, text, least=3).html()
    assert "From 3" in page
    assert page.count("<svg") == 1
    assert re.findall(r"<td class=n>(\d+)", page) == ["3", "30", "4", "40"]
    assert "SELECT range AS n" in page


def test_names_of_any_signs_are_drawn_as_text(small, tmp_path):
    # The converter would end the process at a character that XML has not.
    name = """'<b onclick=x>' || chr(11) || chr(0) || '& " xmlns="y" {since} var(--c1)'"""
    text = block(
        f"sql = '''SELECT {name} AS name, 3 AS n'''\ntitle = 'T'\nchart = {{ kind = 'bar', x = 'name', y = 'n' }}"
    )
    page = made(small, tmp_path, text).html()
    assert page.count("<svg") == 1
    assert "<b onclick" not in page
    assert page.count("&lt;b onclick=x&gt;") >= 2
    assert "{since} var(--c1)" in page


def test_a_block_and_its_section_stand_where_the_condition_is_true(small, tmp_path):
    text = "# All\n\n## Kept\n\n{}\n\n## Dropped\n\nwords of it\n\n{}\n\n### Below\n\nmore\n\n## Last\n\nends\n".format(
        block("sql = 'SELECT 1 AS n'\nwhen = 'max(n) > 1'\ntitle = 'Not one'")
        + block("sql = 'SELECT 2 AS n'\nwhen = 'max(n) > 1'\ntitle = 'Two'"),
        block("sql = 'SELECT 1 AS n WHERE false'\nwhen = 'count(*) > 0'\nsection = true"),
    )
    page = made(small, tmp_path, text).html()
    assert [
        word for word in ("Kept", "Two", "Dropped", "words of it", "Below", "Last", "ends") if word in page
    ] == ["Kept", "Two", "Last", "ends"]
    assert "Not one" not in page


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (block('ask = "email/rio"'), r"mine\.md:2: ask: .*email/rio.* Did you mean"),
        (block('ask = "email/roi"\nparams = { bye = "month" }'), r"mine\.md:3: email/roi has no parameter 'bye'. Did you mean 'by'"),
        (block('ask = "email/roi"\nparams = { by = "mnth" }'), r"mine\.md:3: by is 'mnth', which is not one of"),
        (block('ask = "email/roi"\nparams = { start = "{sinec}" }'), r"mine\.md:3: \{sinec\}: the report knows no 'sinec'. Did you mean 'since'"),
        (block('ask = "email/roi"\ncolumns = ["sent", "snet"]'), r"mine\.md:3: columns names 'snet', which is no column of the answer. Did you mean"),
        (block('ask = "email/roi"\nshow = ["figures"]'), r"mine\.md:3: show figures takes 'kpi', which is no column"),
        (block('ask = "email/roi"\nwhen = "snet > 0"'), r"mine\.md:3: when must be SQL over the columns of the answer"),
        (block('ask = "email/roi"\nwhen = "true FROM answer; DROP TABLE answer"'), r"mine\.md:3: when must be SQL"),
        (block('ask = "email/roi"\nwhen = "(SELECT count(*) FROM read_text(\'/etc/hosts\')) > 0"'), r"mine\.md:3: when must be SQL"),
        (block('sql = "DELETE FROM star.fact_order"'), r"mine\.md:2: .*SELECT"),
        (block('sql = "SELECT nothing"'), r"mine\.md:2: .*nothing"),
        (block("when = 'false'\nsection = true\nsql = 'SELECT 1 AS n'"), r"mine\.md:3: section: the block stands below no heading"),
        ("First line\nand {one.n} here\n", r"mine\.md:2: \{one\.n\}: no block has the name 'one'"),
        ("{since:monny}\n", r"mine\.md:1: \{since:monny\}: there is no form 'monny'. Did you mean 'money'"),
        (block("sql = 'SELECT 1 AS n'\nname = 'one'") + "\n{one.m}\n", r"mine\.md:6: \{one\.m\}: the answer has no column 'm'"),
        (block("sql = \"SELECT 'a' AS n\"\nname = 'one'") + "\n{one.n:money}\n", r"mine\.md:6: \{one:money\}: 'a' can't be written as money"),
        (block("packs = ['emial']", "packs"), r"mine\.md:2: packs: there is no pack 'emial'. Did you mean 'email'"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_with_its_line(small, tmp_path, text, wrong):
    with pytest.raises(UnitError, match=wrong):
        made(small, tmp_path, text).html()


def test_what_cannot_be_made_is_refused(small, tmp_path):
    with pytest.raises(ParameterError, match="no template 'wekly'.* Did you mean 'weekly'"):
        martlet.report(small, template="wekly")
    with pytest.raises(ParameterError, match="has no parameter 'leest'"):
        made(small, tmp_path, "words", leest=3)
    with pytest.raises(ParameterError, match="since is 2030-01-01, but must be before until"):
        made(small, tmp_path, "words", since=date(2030, 1, 1))
    with pytest.raises(ParameterError, match="since is 'soon', but must be a date"):
        made(small, tmp_path, "words", since="soon")
    with pytest.raises(UnknownNameError, match="no pack 'emial'. Did you mean 'email'"):
        made(small, tmp_path, block("", "packs"), pack=["emial"])
    told = made(small, tmp_path, "words")
    with pytest.raises(ParameterError, match="says no kind of report"):
        told.save(tmp_path / "x.gif")
    with pytest.raises(ParameterError, match="interactive in .html alone"):
        told.save(tmp_path / "x.md", interactive=True)


def test_a_report_of_an_empty_warehouse_says_so(given):
    path = given({"star.fact_order": pl.DataFrame({"order_id": []}, schema={"order_id": pl.String})}).path
    page = martlet.report(path, pack=["social", "web"]).html()
    assert "which is empty" in page
    assert page.count(">Not answered</h2>") == 1
    assert "nothing to answer from for: Web, Social media." in page


@pytest.fixture(scope="module")
def default(warehouse_path):
    return martlet.report(warehouse_path)


@pytest.fixture(scope="module")
def page(default):
    return default.html()


def test_the_default_report_is_one_small_file_without_script_or_network(page):
    assert len(page.encode()) < 150_000
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"?(https?:)?//|@import|url\((?!#)", page)
    assert "NaN" not in page
    assert not re.search(
        r"\{\w+(\.\w+)?(:\w+)?\}", re.sub(r"<style>.*?</style>|<pre.*?</pre>", "", page, flags=re.DOTALL)
    )


def test_the_same_answers_give_the_same_bytes(default, page):
    assert default.html() == page


@pytest.mark.slow
def test_the_same_data_give_the_same_bytes_in_another_process(page, warehouse_path):
    code = f"import martlet, sys; sys.stdout.buffer.write(martlet.report({str(warehouse_path)!r}).html().encode())"
    told = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert told.stdout.decode() == page


def test_a_reader_of_the_screen_finds_the_way(page):
    outline = Outline(page)
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(
        after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False)
    )
    assert len(set(outline.ids)) == len(outline.ids)
    assert set(outline.links) <= set(outline.ids)
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in outline.tags}
    pictures = [attributes for tag, attributes in outline.tags if tag == "svg"]
    assert len(pictures) > 15
    assert all(one["role"] == "img" and len(one["aria-label"]) > 30 for one in pictures)
    assert all(attributes["scope"] == "col" for tag, attributes in outline.tags if tag == "th")
    labels = [
        attributes["aria-label"] for _, attributes in outline.tags if attributes.get("role") == "region"
    ]
    assert len(set(labels)) == len(labels)


def test_key_figures_are_those_of_the_query(page, default, warehouse):
    time = default._composed.period.values
    asked = warehouse.query("overview/kpis", start=time["since"], until=time["until"]).arrow().to_pylist()
    shown = re.findall(r'<span class="l">(.*?)</span><b>(.*?)</b>', page)
    assert shown == [(row["kpi"], cells.value_in(row["unit"], row["value"])) for row in asked]


def test_what_is_said_first_is_said_below_too_by_size(default, page):
    (findings,) = (part for part in default._composed.parts if isinstance(part, Findings))
    effects = [answer.told.effect for answer in findings.answers]
    assert effects == sorted(effects, reverse=True)
    for answer in findings.answers:
        assert answer.told.sentence == answer.query.finding.of(answer.table)
        assert page.count(answer.told.sentence.split("'")[0].replace(" %", "\N{NO-BREAK SPACE}%")) >= 2


def test_a_section_alone_is_of_that_pack_alone(warehouse_path):
    told = martlet.report(warehouse_path, pack=["web"], since="2025-06-01", until="2025-09-01")
    packs = {answer.query.pack for answer in told._composed.answers}
    assert packs == {"overview", "web"}
    asked = [(answer.query.path, str(answer.given)) for answer in told._composed.answers]
    assert len(set(asked)) == len(asked)
    given = [answer.given for answer in told._composed.answers if answer.query.pack == "web"]
    assert given
    assert all((one["start"], one["until"]) == (date(2025, 6, 1), date(2025, 9, 1)) for one in given)


def test_markdown_has_the_same_answers(default):
    words = default.markdown()
    assert words.startswith("# How the business is doing\n")
    assert words.count("```sh\nmartlet query ") == default.answers
    assert re.search(r"^\| figure \| value \| prior period \| prior year \|$", words, re.MULTILINE)
    assert default.markdown() == words


def test_an_interactive_page_has_the_script_in_it(default, page, monkeypatch):
    # The library takes seconds to be put together, and is the converter's own.
    monkeypatch.setattr(interactive.converting, "library", lambda _: "window.vegaEmbed = 0;")
    told = default.html(interactive=True)
    assert len(told.encode()) < 300_000
    assert told.count("data-spec=") == page.count("<svg")
    assert '"@c1"' in told
    assert "#0072B2" not in told


def test_weeks_are_whole_in_the_weekly_report(warehouse_path):
    told = martlet.report(warehouse_path, template="weekly")
    time = told._composed.period.values
    assert (time["since"].weekday(), time["days"]) == (0, 7)
    assert told.title == f"The week from {time['since']} to {time['last_day']}"
    assert "<svg" in told.html()


def test_without_a_printer_pdf_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    with pytest.raises(ParameterError, match=r"pip install 'martlet\[pdf\]'"):
        pdf.printed("<p>x</p>")


@pytest.mark.slow
def test_a_pdf_is_printed_by_what_there_is(warehouse_path):
    pytest.importorskip("weasyprint")
    assert martlet.report(warehouse_path, template="weekly").pdf().startswith(b"%PDF")
