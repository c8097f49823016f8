"""Dashboards: their figures are those of the queries, their pages need nothing, and their templates are refused in words."""

import re
import tomllib
from dataclasses import fields
from datetime import date
from html import unescape
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given as drawn
from hypothesis import strategies as st

import martlet
from martlet.cli import cli
from martlet.engine.errors import ParameterError, QueryError
from martlet.reports.dashboards import filling, making, summing, template

from ..conftest import ROOT

GUIDE = (Path(__file__).parents[2] / "docs" / "dashboards.md").read_text(encoding="utf-8")
NAMES = ["overview", "campaigns", "journey", "product"]


@pytest.fixture(scope="module")
def folder(warehouse_path, once):
    return once("dashboards", lambda folder: martlet.dashboard(folder, warehouse=warehouse_path))


@pytest.fixture(scope="module")
def pages(folder):
    return {name: (folder / f"{name}.html").read_text(encoding="utf-8") for name in NAMES}


def table(page, title):
    """Return the rows of the table of a tile, each as its cells."""
    (found,) = re.findall(
        rf"<table><caption>{re.escape(title)}</caption>.*?<tbody>(.*?)</tbody>", page, re.DOTALL
    )
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", found)]
    return [[unescape(cell) for cell in row] for row in cells]


def kpi(page, label):
    (value,) = re.findall(rf'<dt>{re.escape(label)}</dt><dd id="kpi-\d+" data-value="([^"]*)"', page)
    return float(value)


def number(text):
    return float(text.replace(",", "").removesuffix(" %")) / (100 if text.endswith("%") else 1)


SALE = "main.is_sale(status)"
KPIS = [
    ("overview", "Revenue", f"SELECT sum(net_revenue) FROM star.fact_order WHERE {SALE}"),
    ("overview", "Orders", f"SELECT count(*) FROM star.fact_order WHERE {SALE}"),
    (
        "overview",
        "Customers",
        f"SELECT count(DISTINCT nullif(customer_key, 0)) FROM star.fact_order WHERE {SALE}",
    ),
    ("overview", "Conversion rate", "SELECT avg(CAST(is_converted AS INTEGER)) FROM star.fact_session"),
    ("campaigns", "Ad spend", "SELECT sum(spend) FROM star.fact_ad_spend"),
    ("campaigns", "Mails delivered", "SELECT count(delivered_at) FROM star.fact_email"),
    ("journey", "Bounce rate", "SELECT avg(CAST(is_bounce AS INTEGER)) FROM star.fact_session"),
    ("journey", "Pages per visit", "SELECT avg(page_views) FROM star.fact_session"),
    ("product", "Rating", "SELECT avg(rating) FROM star.fact_review"),
    ("product", "Availability", "SELECT avg(CAST(is_in_stock AS INTEGER)) FROM star.fact_inventory"),
]


@pytest.mark.parametrize(("page", "label", "sql"), KPIS, ids=[label for _, label, _ in KPIS])
def test_key_figures_are_those_of_the_warehouse(page, label, sql, pages, warehouse):
    assert kpi(pages[page], label) == pytest.approx(float(warehouse.sql(sql).rows()[0][0]))


def test_the_funnel_is_that_of_the_query(pages, warehouse):
    asked = warehouse.query("funnel/stages").pl()
    (shown,) = table(pages["journey"], "Funnel")
    assert [number(cell) for cell in shown] == asked["entered"].to_list()


def test_platforms_are_those_of_the_query(pages, warehouse):
    asked = {row["platform"]: row for row in warehouse.query("social/platforms").pl().to_dicts()}
    shown = table(pages["campaigns"], "Social: engagement rate by platform")
    assert len(shown) == len(asked)
    for platform, rate, engagements, *_ in shown:
        assert number(rate) == pytest.approx(asked[platform]["engagement_rate"], abs=0.0006)
        assert number(engagements) == asked[platform]["engagements"]


def test_mails_are_those_of_the_query(pages, warehouse):
    asked = warehouse.query("email/campaigns").pl()
    counts = ["delivered", "unique_opens", "unique_clicks"]
    asked = asked.group_by("campaign_type").agg(pl.col(counts).sum())
    known = {row["campaign_type"]: row for row in asked.to_dicts()}
    shown = table(pages["campaigns"], "Email: click rate by kind of campaign")
    assert {row[0] for row in shown} == set(known)
    for kind, rate, _, _, _, delivered, opens, clicks in shown:
        row = known[kind]
        assert [number(delivered), number(opens), number(clicks)] == [
            row["delivered"],
            row["unique_opens"],
            row["unique_clicks"],
        ]
        assert number(rate) == pytest.approx(row["unique_clicks"] / row["delivered"], abs=0.0006)


def test_channels_are_sums_of_the_facts(pages, warehouse):
    visits = dict(
        warehouse.sql(
            "SELECT channel, count(*) FROM star.fact_session INNER JOIN star.dim_channel USING (channel_key) GROUP BY 1"
        ).rows()
    )
    spend = dict(
        warehouse.sql(
            "SELECT channel, sum(spend) FROM star.fact_ad_spend INNER JOIN star.dim_channel USING (channel_key) GROUP BY 1"
        ).rows()
    )
    shown = table(pages["campaigns"], "Channels compared")
    assert {row[0] for row in shown} >= set(visits) | set(spend)
    for channel, sessions, _, _, revenue, _, charged, roas, _ in shown:
        assert number(sessions) == visits.get(channel, 0)
        assert charged == (f"{spend[channel]:,.2f}" if channel in spend else summing.UNKNOWN)
        if channel in spend:
            # All months of a channel with ads have ads in this company.
            assert number(roas) == pytest.approx(number(revenue) / number(charged), abs=0.0051)


def test_numbers_in_a_picture_are_written_as_they_are(pages, warehouse):
    revenues = "SELECT sum(net_revenue) FROM star.fact_order INNER JOIN star.dim_channel USING (channel_key) WHERE main.is_sale(status) AND order_channel = 'web' GROUP BY channel"
    drawn = {unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", pages["overview"])}
    told = {summing.shown(float(value), "money", short=True) for (value,) in warehouse.sql(revenues).rows()}
    assert any("." in text for text in told)
    assert told <= drawn


def test_prices_are_those_of_the_query(pages, warehouse):
    asked = {row["category"]: row for row in warehouse.query("product/price_distribution").pl().to_dicts()}
    shown = table(pages["product"], "Prices by category")
    assert {row[0] for row in shown} == set(asked)
    for category, *prices, units in shown:
        row = asked[category]
        assert number(units) == row["units"]
        wanted = [row["low_quartile"], row["median_price"], row["high_quartile"]]
        assert list(map(number, prices)) == pytest.approx(wanted, abs=0.0051)


def test_discounts_are_those_of_the_query(pages, warehouse):
    asked = {row["item"]: row for row in warehouse.query("product/discounts").pl().to_dicts()}
    shown = {row[0]: row[1:] for row in table(pages["product"], "Discounts: units against full price")}
    same = {"0 %": "full price", "10 to 20 %": "10-20 %", "20 to 30 %": "20-30 %"}
    assert same.keys() <= shown.keys()
    for depth, item in same.items():
        ratio, lines, units, *_, margin_rate, revenue = shown[depth]
        row = asked[item]
        assert [number(lines), number(units)] == [row["order_lines"], row["units"]]
        assert number(revenue) == float(row["revenue"])
        assert number(margin_rate) == pytest.approx(row["margin_rate"], abs=0.0006)
        if depth != "0 %":
            assert number(ratio) == pytest.approx(row["units_ratio"], abs=0.0051)


def test_stock_is_that_of_the_query(pages, warehouse):
    asked = warehouse.query("product/stock").pl()
    *_, last = table(pages["product"], "Units on hand over time")
    carried = asked.filter(asked["status"] != "not carried")
    assert number(last[1]) == carried["on_hand"].sum()
    shown = table(pages["product"], "Availability by category")
    assert sum(number(row[3]) for row in shown) == (asked["status"] == "out").sum()


def test_parts_add_up_to_the_whole(pages):
    whole = kpi(pages["overview"], "Revenue")
    for title in ("Revenue over time", "Revenue by channel"):
        assert sum(number(row[1]) for row in table(pages["overview"], title)) == pytest.approx(whole)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_nothing_and_is_light(name, pages):
    page = pages[name]
    assert len(page.encode()) < 1_200_000
    without = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//|url\((?!#)|@import", without)
    assert re.findall(r'<a href="(\w+)\.html"', page) == NAMES
    tiles = template.page_of(Path(template.__file__).parent / "pages" / f"{name}.toml").tiles
    assert without.count("<table>") == len(tiles)
    empty = len(re.findall(r'<figure class="picture"[^>]* hidden>', without))
    assert len(re.findall(r'<figure class="picture"', without)) == sum(tile.kind != "table" for tile in tiles)
    assert without.count("<svg") >= sum(tile.kind != "table" for tile in tiles) - empty
    ids = re.findall(r'\bid="([^"]+)"', without)
    assert len(ids) == len(set(ids))


def test_the_same_data_give_the_same_bytes(warehouse_path, pages, tmp_path):
    told = martlet.dashboard(tmp_path, warehouse=warehouse_path)
    assert [file.stem for file in told.files] == NAMES
    assert {file.stem: file.read_text(encoding="utf-8") for file in told.files} == pages
    assert (told.grain, told.lacking) == ("month", ())


def test_an_empty_warehouse_says_what_is_missing(given, tmp_path):
    told = martlet.dashboard(tmp_path, warehouse=given({}))
    assert "star.fact_order" in told.lacking
    for file in told.files:
        page = file.read_text(encoding="utf-8")
        assert "<svg" not in page
        assert "No data yet" in page
        assert "Load it: <code>martlet ingest" in page


def test_names_are_no_markup(given, tmp_path):
    name = "</script><b>&\u0001red #333"
    tables = {
        "star.dim_product": pl.DataFrame({"product_key": [1], "product_id": ["p"], "name": [name], "category": ["#333"]}),
        "star.fact_order": pl.DataFrame(
            {"order_id": [1], "ordered_at": ["2025-01-02"], "status": ["completed"], "net_revenue": ["10.00"]}
        ).with_columns(pl.col("ordered_at").str.to_datetime(), pl.col("net_revenue").cast(pl.Decimal(18, 2))),
        "star.fact_order_line": pl.DataFrame(
            {"order_line_id": [1], "order_id": [1], "product_key": [1], "ordered_at": ["2025-01-02"], "net_revenue": ["10.00"]}
        ).with_columns(pl.col("ordered_at").str.to_datetime(), pl.col("net_revenue").cast(pl.Decimal(18, 2))),
    }  # fmt: skip
    told = martlet.dashboard(tmp_path, warehouse=given(tables))
    page = told.files[0].read_text(encoding="utf-8")
    assert told.grain == "week"
    assert "<b>" not in page
    ((shown, *_),) = table(page, "Top products")
    assert shown == name
    assert [row[0] for row in table(page, "Revenue by category")] == ["#333"]


METS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 6), st.sampled_from("ab")), min_size=1, max_size=25
)


@drawn(METS)
def test_ids_are_counted_once_in_any_span(warehouse, mets):
    rows = ", ".join(f"(DATE '2025-0{month + 1}-01', '{word}', {one})" for month, one, word in mets)
    cube = template.Cube(
        "Whoever is met.",
        f"SELECT * FROM (VALUES {rows}) AS met (period, channel, id)",
        {"people": template.Measure("People")},
        dimensions=("period", "channel"),
        distinct="id",
    )
    answered = filling.answer(warehouse, cube, "month")
    periods = sorted(set(answered.column("period").to_pylist()))
    filled = filling.filled(cube, answered, periods, {}, {})
    months = [day.month - 1 for day in periods]
    for first in range(len(periods)):
        for last in range(first, len(periods)):
            span = range(months[first], months[last] + 1)
            for word in (None, *filled.words["channel"]):
                wanted = {one for month, one, channel in mets if month in span and word in (None, channel)}
                place = filling.ALL if word is None else filled.words["channel"].index(word)
                told = sum(
                    filled.columns["people"][row]
                    for row in range(len(filled))
                    if first <= filled.columns["period"][row] <= last
                    and filled.columns["channel"][row] == place
                    and filled.columns[filling.PREVIOUS][row] < first
                )
                assert told == len(wanted)
    assert summing.totals(filled)[0].values["people"] == len({one for _, one, _ in mets})


def table_of(**columns):
    return pl.DataFrame(columns).with_columns(period=pl.lit("2025-01-01").str.to_date()).to_arrow()


def test_what_lies_in_several_words_is_unknown_of_words_together():
    cube = template.Cube(
        "Orders by category.",
        "",
        {
            "orders": template.Measure("Orders", overlaps=True),
            "revenue": template.Measure("Revenue"),
            "median": template.Measure("Median", kind="figure"),
        },
        {"value": template.Ratio("Order value", of="revenue", per="orders")},
        dimensions=("period", "category"),
        either=("category",),
    )
    table = table_of(
        category=[None, "a", "b", "c"], orders=[5, 4, 3, 2], revenue=[9, 5, 3, 1], median=[2, 2, 2, 2]
    )
    words, folded = filling.words_of([(cube, table)], "category", 1)
    assert (words, folded) == (["a", filling.OTHERS], 2)
    filled = filling.filled(cube, table, [date(2025, 1, 1)], {"category": words}, {"category": folded})
    (whole,) = summing.totals(filled)
    assert whole.values == {"orders": 5, "revenue": 9, "median": 2, "value": 9 / 5}
    first, others = summing.totals(filled, ("category",))
    assert first.values["orders"] == 4
    # An order of b and c would count twice; what was paid for goods adds up.
    assert others.values == {"orders": None, "revenue": 4, "median": None, "value": None}
    # One word alone is as known under another name.
    alone = filling.filled(cube, table.slice(0, 3), [date(2025, 1, 1)], {"category": words}, {"category": 1})
    assert summing.totals(alone, ("category",))[1].values["orders"] == 3


def test_people_of_words_together_are_unknown(warehouse):
    cube = template.Cube(
        "Whoever is met.",
        "SELECT DATE '2025-01-01' AS period, unnest(['a', 'b', 'c', 'a']) AS channel, unnest([1, 1, 1, 2]) AS id",
        {"people": template.Measure("People")},
        dimensions=("period", "channel"),
        distinct="id",
    )
    table = filling.answer(warehouse, cube, "month")
    words, folded = filling.words_of([(cube, table)], "channel", 1)
    filled = filling.filled(cube, table, [date(2025, 1, 1)], {"channel": words}, {"channel": folded})
    assert [row.values["people"] for row in summing.totals(filled, ("channel",))] == [2, None]
    assert summing.totals(filled)[0].values["people"] == 2


def test_a_word_that_is_null_is_the_unknown_one():
    cube = template.Cube(
        "Visits.", "", {"visits": template.Measure("Visits")}, dimensions=("period", "source")
    )
    table = table_of(source=["a", None, "(unknown)"], visits=[1, 2, 3])
    filled = filling.filled(cube, table, [date(2025, 1, 1)], {}, {})
    rows = summing.totals(filled, ("source",))
    assert [(filled.words["source"][row.key[0]], row.values["visits"]) for row in rows] == [
        ("a", 1),
        ("(unknown)", 5),
    ]


def test_few_months_too_heavy_by_week_are_told_by_month(given, tmp_path, monkeypatch):
    orders = pl.DataFrame(
        {"order_id": [1, 2], "ordered_at": ["2025-01-02", "2025-03-20"], "status": ["completed"] * 2, "net_revenue": ["10.00"] * 2}
    ).with_columns(pl.col("ordered_at").str.to_datetime(), pl.col("net_revenue").cast(pl.Decimal(18, 2)))  # fmt: skip
    opened = given({"star.fact_order": orders})
    weights = {"week": making._MOST_DATA + 1}
    monkeypatch.setattr(making, "data_of", lambda _, data: " " * weights.get(data.grain, 1))
    told = martlet.dashboard(tmp_path, warehouse=opened)
    assert told.grain == "month"
    rows = table(told.files[0].read_text(encoding="utf-8"), "Revenue over time")
    assert [row[:2] for row in rows] == [["2025-01", "10.00"], ["2025-03", "10.00"]]


def test_what_is_to_be_loaded_can_be():
    entities = {path.stem for path in (ROOT / "loaders" / "ingest" / "entities").glob("*.toml")}
    for name in template._shared():
        load = template.cube_of(name).load
        assert not load or load.split()[:2] == ["martlet", "ingest"]
        assert not load or load.split()[2] in entities


@pytest.mark.parametrize(
    ("value", "unit", "short", "text"),
    [
        (None, "count", False, summing.UNKNOWN),
        (0.1234, "percent", False, "12.3 %"),
        (1234567, "count", False, "1,234,567"),
        (1234567, "count", True, "1.23 M"),
        (12345, "count", True, "12.3 k"),
        (999.5, "money", True, "999.50"),
        (-0.001, "money", False, "0.00"),
    ],
)
def test_numbers_as_they_are_written(value, unit, short, text):
    assert summing.shown(value, unit, short=short) == text


def guide_template():
    (text,) = re.findall(r"^```toml\n(name = .*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return text


def test_the_template_of_the_guide_makes_a_page(warehouse_path, warehouse, tmp_path):
    (tmp_path / "shop.toml").write_text(guide_template())
    told = martlet.dashboard(tmp_path, warehouse=warehouse_path, templates=[tmp_path / "shop.toml"])
    assert told.files[-1].name == "returns.html"
    shown = kpi(told.files[-1].read_text(encoding="utf-8"), "Units returned")
    assert shown == warehouse.sql("SELECT sum(quantity) FROM star.fact_return").rows()[0][0]


def test_the_tables_of_the_guide_name_every_key():
    for heading, kind in (("### A cube", template.Cube), ("### A tile", template.Tile)):
        section = GUIDE.split(heading)[1].split("\n### ")[0]
        named = {
            word
            for row in section.splitlines()
            if row.startswith("| `")
            for word in re.findall(r"`(\w+)`", row.split("|")[1])
        }
        assert named == {one.name for one in fields(kind)}
    own = {file.stem for file in (Path(template.__file__).parent / "cubes").glob("*.toml")}
    assert set(re.findall(r"`(\w+)`", GUIDE.split("Martlet's cubes:")[1])) == own


WRONG = [
    ('name = "returns"', 'name = "a/b"', "name becomes the name of a file"),
    ('name = "returns"', 'name = "overview"', "as that of another page"),
    ('kind = "bar"', 'kind = "pie"', "kind"),
    ('by = ["reason"]', 'by = ["reasons"]', "Did you mean 'reason'"),
    ('by = ["reason"]', "by = []", "must name 1 dimensions for a bar"),
    ('measure = "units"', 'measure = "unit"', "Did you mean 'units'"),
    ('cube = "returned"', 'cube = "sale"', "Did you mean 'sales'"),
    ('per = "units"', 'per = "count"', "per"),
]


@pytest.mark.parametrize(("before", "after", "words"), WRONG, ids=[after for _, after, _ in WRONG])
def test_a_wrong_template_is_refused_by_name(before, after, words, warehouse_path, tmp_path):
    text = guide_template()
    assert before in text
    file = tmp_path / "shop.toml"
    file.write_text(text.replace(before, after, 1))
    with pytest.raises(ParameterError) as caught:
        martlet.dashboard(tmp_path, warehouse=warehouse_path, templates=[file])
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1 AS units", "has the columns units, where its template says"),
        ("SELECT DATE '2025-01-01' AS period, 'a' AS category, 'b' AS reason, 0.5::DOUBLE AS units, 1 AS refunds", "units is double"),
        ("SELECT nothing", "nothing"),
        ("SELECT CAST(NULL AS DATE) AS period, 'a' AS category, 'b' AS reason, 1 AS units, 1 AS refunds", "period holds NULL"),
        ("SELECT DATE '2025-01-02' AS period, 'a' AS category, 'b' AS reason, 1 AS units, 1 AS refunds", "the first day of a month"),
        ("SELECT TIMESTAMP '2025-01-01' AS period, 'a' AS category, 'b' AS reason, 1 AS units, 1 AS refunds", "the first day of a month"),
    ],
)  # fmt: skip
def test_a_wrong_cube_is_refused_by_name(sql, words, warehouse_path, tmp_path):
    told = tomllib.loads(guide_template())
    text = guide_template().replace(told["cubes"]["returned"]["sql"], f"\n{sql}\n")
    (tmp_path / "shop.toml").write_text(text)
    with pytest.raises(QueryError) as caught:
        martlet.dashboard(tmp_path, warehouse=warehouse_path, templates=[tmp_path / "shop.toml"])
    assert words in str(caught.value)
    assert "returned" in str(caught.value)


def test_the_command_writes_and_opens_only_if_asked(warehouse_path, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    for words, wanted in (([], 0), (["--open"], 1)):
        told = CliRunner().invoke(cli, ["dashboard", str(tmp_path), "-w", str(warehouse_path), *words])
        assert told.exit_code == 0, told.output
        assert f"{tmp_path}: 4 pages by month" in told.stderr
        assert len(opened) == wanted
    assert opened == [(tmp_path / "overview.html").as_uri()]
