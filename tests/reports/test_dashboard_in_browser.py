"""What a page shows in Chromium for what is chosen is what SQL answers."""

import json
import re

import pytest

import martlet

from .browser import Browser, axe, needed

MONTHS = ("2025-02", "2025-08")
SPAN = "date_trunc('month', {}) BETWEEN DATE '2025-02-01' AND DATE '2025-08-01'"
ORDERS = f"""
FROM star.fact_order AS placed
INNER JOIN star.dim_channel AS channel ON channel.channel_key = placed.channel_key
INNER JOIN star.dim_device AS device ON device.device_key = placed.device_key
WHERE main.is_sale(placed.status) AND {SPAN.format("placed.ordered_at")}"""
VISITS = f"""
FROM star.fact_session AS visit
INNER JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
INNER JOIN star.dim_device AS device ON device.device_key = visit.device_key
WHERE {SPAN.format("visit.started_at")} AND channel.channel = 'Direct'"""
LINES = f"""
FROM star.fact_order_line AS line
INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
WHERE main.is_sale(placed.status) AND {SPAN.format("placed.ordered_at")} AND product.category = 'Clothing'"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    needed()
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


LATE = '''
name = "late"
title = "Late"
summary = "Posts that are known from summer on, in more kinds than a filter takes."

[[kpis]]
cube = "posts"
measure = "posts"

[[tiles]]
title = "Views by category"
kind = "bar"
cube = "posts"
by = ["category"]
measures = ["views", "posts"]

[cubes.posts]
doc = "Posts by category; one may be of several."
dimensions = ["period", "category"]
either = ["category"]
sql = """
SELECT
    CAST(date_trunc($period, DATE '2025-06-01') AS DATE) AS period,
    CASE WHEN number < 40 THEN 'kind ' || number END AS category,
    100 + number AS views,
    3 AS posts
FROM range(41) AS kinds (number)
"""

[cubes.posts.measures]
views = { label = "Views" }
posts = { label = "Posts", overlaps = true }
'''


@pytest.fixture(scope="module")
def folder(warehouse_path, once):
    return once("dashboards", lambda folder: martlet.dashboard(folder, warehouse=warehouse_path))


def kpis(browser):
    """Return the key figures that a page shows, by their label, None for what is not known."""
    told = browser.run(
        "[...document.querySelectorAll('.kpis div')].map((one) => [one.querySelector('dt').textContent, one.querySelector('dd').dataset.value])"
    )
    return {label: float(value) if value else None for label, value in told}


def value(warehouse, sql):
    found = warehouse.sql(sql).rows()[0][0]
    return None if found is None else float(found)


def test_figures_are_those_of_sql_for_what_is_chosen(browser, folder, warehouse):
    browser.look(1280)
    browser.open(f"{(folder / 'overview.html').as_uri()}")
    whole = kpis(browser)
    browser.choose(**{"from": MONTHS[0], "until": MONTHS[1]})
    told = kpis(browser)
    assert told["Revenue"] == value(warehouse, f"SELECT sum(placed.net_revenue) {ORDERS}")
    assert told["Customers"] == value(
        warehouse, f"SELECT count(DISTINCT nullif(placed.customer_key, 0)) {ORDERS}"
    )
    assert told["Customers"] < whole["Customers"]

    browser.choose(channel="Direct")
    told = kpis(browser)
    direct = f"{ORDERS} AND channel.channel = 'Direct' AND NOT (placed.order_channel IN ('store', 'catalogue', 'phone') AND placed.channel_key = 0)"
    assert told["Orders"] == value(warehouse, f"SELECT count(*) {direct}")
    assert told["Customers"] == value(
        warehouse, f"SELECT count(DISTINCT nullif(placed.customer_key, 0)) {direct}"
    )
    assert told["Conversion rate"] == pytest.approx(
        value(warehouse, f"SELECT avg(CAST(visit.is_converted AS INTEGER)) {VISITS}")
    )

    browser.choose(device="mobile")
    told = kpis(browser)
    mobile = f"{direct} AND device.device_type = 'mobile'"
    assert told["Revenue"] == value(warehouse, f"SELECT coalesce(sum(placed.net_revenue), 0) {mobile}")
    # Customers are counted by one word at a time.
    assert told["Customers"] is None
    assert browser.run("document.getElementById('kpi-note-2').textContent").startswith("Unknown for channel")

    # What is chosen goes along to the other pages, by the links.
    browser.open(browser.run("document.querySelectorAll('nav a')[2].href"))
    told = kpis(browser)
    assert told["Visits"] == value(warehouse, f"SELECT count(*) {VISITS} AND device.device_type = 'mobile'")
    assert (
        browser.run("document.getElementById('filters').elements.from.selectedOptions[0].text") == MONTHS[0]
    )

    browser.open(f"{(folder / 'product.html').as_uri()}#from={MONTHS[0]}&until={MONTHS[1]}&category=Clothing")
    told = kpis(browser)
    assert told["Units"] == value(warehouse, f"SELECT sum(line.quantity) {LINES}")
    assert told["Revenue of products"] == value(warehouse, f"SELECT sum(line.net_revenue) {LINES}")
    prices = "document.getElementById('tile-0').querySelector('.warned').textContent"
    assert browser.run(prices) == "Not filtered by period."


@pytest.mark.parametrize("page", ["overview", "campaigns", "journey", "product"])
def test_pages_draw_at_every_width_and_complain_of_nothing(browser, folder, page):
    for width, dark in ((1280, False), (360, True)):
        browser.look(width, dark=dark)
        browser.open((folder / f"{page}.html").as_uri())
        assert not browser.run("document.documentElement.scrollWidth > window.innerWidth")
        assert browser.run("document.querySelectorAll('.picture:not([hidden]) .vega-embed svg').length") > 3
    assert [one for one in browser.errors if "Dropping" not in one] == []
    assert all(one.startswith(("file://", "about:", "data:")) for one in browser.requests)


def test_script_and_page_say_the_same_of_the_whole_period(browser, folder):
    # What Python wrote into the page, before the script writes it again.
    for name in ("overview", "campaigns", "journey", "product"):
        file = folder / f"{name}.html"
        browser.open(file.as_uri())
        same = browser.run(
            """(async () => {
                const text = await new Promise((done) => {
                    const frame = document.createElement("iframe");
                    frame.sandbox = "allow-same-origin";
                    frame.onload = () => done(frame.contentDocument);
                    frame.srcdoc = MARKUP;
                    document.body.append(frame);
                });
                const cells = (page) => [...page.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((one) => one.textContent).join("|"));
                return [cells(text), cells(document)];
            })()""".replace("MARKUP", _as_script(file.read_text(encoding="utf-8")))
        )
        assert same[0] == same[1]
        assert len(same[0]) > 20


def test_what_no_fact_tells_stays_unknown(browser, warehouse_path, tmp_path):
    (tmp_path / "late.toml").write_text(LATE)
    made = martlet.dashboard(tmp_path, warehouse=warehouse_path, templates=[tmp_path / "late.toml"])
    browser.look(800)
    browser.open(made.files[-1].as_uri())
    assert kpis(browser) == {"Posts": 3}
    rows = browser.run(
        "[...document.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((one) => one.textContent))"
    )
    # Views add up over the kinds that are together, posts of several kinds do not.
    (rest,) = [row for row in rows if row[0] == "(all others)"]
    kept = [int(row[1]) for row in rows if row[0] != "(all others)"]
    assert int(rest[1].replace(",", "")) == sum(range(100, 140)) - sum(kept)
    assert rest[2] == "\N{EN DASH}"
    # Before the first post on record there is no zero.
    browser.choose(**{"from": "2025-01", "until": "2025-03"})
    assert kpis(browser) == {"Posts": None}
    browser.choose(until="2025-08")
    assert kpis(browser) == {"Posts": 3}


@pytest.mark.parametrize("page", ["overview", "campaigns", "journey", "product"])
def test_words_in_pictures_stand_out_by_night(browser, folder, page):
    browser.look(800, dark=True)
    browser.open((folder / f"{page}.html").as_uri())
    light = browser.run("""[...document.querySelectorAll(".picture svg text")].filter((one) => one.textContent).map((one) =>
        getComputedStyle(one).fill.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765)""")
    assert len(light) > 20
    assert min(light) > 0.5


@pytest.mark.parametrize("page", ["overview", "campaigns", "journey", "product"])
def test_axe_finds_nothing(browser, folder, page):
    script = axe()
    for width, dark, chosen in (
        (1280, False, ""),
        (360, True, "#channel=Email&device=mobile&category=Clothing"),
    ):
        browser.look(width, dark=dark)
        browser.open((folder / f"{page}.html").as_uri() + chosen)
        browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        browser.run(f"{script};0")
        found = browser.run(
            "axe.run().then((told) => told.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))"
        )
        assert found == []


def _as_script(page):

    return json.dumps(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)).replace("</", "<\\/")
