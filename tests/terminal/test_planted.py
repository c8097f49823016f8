"""The truth in words: every table of it appears, known or not, and names what it is about."""

import polars as pl
import pytest

import martlet
from martlet.loaders.company import planted_words
from martlet.loaders.company.planted_sections import sections
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting


@pytest.fixture(scope="module")
def other_truth(warehouse_path, tmp_path_factory):
    """A warehouse of a later version: a table and columns that the command does not know, short and long."""
    path = tmp_path_factory.mktemp("truth") / "warehouse.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    with rewriting(path, start_from_existing=True) as connection:
        connection.execute(
            "CREATE TABLE truth.modifier AS SELECT channel_key, 'young' AS segment, 1.5 AS factor FROM truth.channel_effect"
        )
        connection.execute("COMMENT ON TABLE truth.modifier IS 'How much stronger a touch works on some.'")
        connection.execute(
            "CREATE TABLE truth.fatigue AS SELECT range AS customer_key, range / 7 AS level, 'x' AS mood FROM range(500)"
        )
        connection.execute("ALTER TABLE truth.channel_effect ADD COLUMN half_life DOUBLE DEFAULT 9.5")
        connection.execute("ALTER TABLE truth.customer ADD COLUMN consent DOUBLE DEFAULT 0.25")
        star.write_catalogue(connection)
        connection.execute(
            "INSERT INTO meta.key VALUES ('truth', 'modifier', 'foreign', 'channel_key', 'star', 'dim_channel', 'channel_key', false)"
        )
    with martlet.open(path) as warehouse:
        yield {section.name: section for section in sections(warehouse)}


def frame(section):
    return pl.from_arrow(section.table)


def test_every_table_of_the_truth_with_rows_has_its_section(warehouse):
    tables = {
        name
        for (name,) in warehouse.sql(
            "SELECT name FROM meta.relation WHERE schema_name = 'truth' AND row_count > 0"
        ).rows()
    }
    by_hand = {part.name: part.relation for part in planted_words.PARTS}
    found = sections(warehouse)
    assert {by_hand.get(section.name, section.name) for section in found} == tables
    assert all(section.words and section.doc and section.table.num_rows for section in found)


def test_unknown_tables_appear_with_their_doc_and_names_for_keys(other_truth):
    section = other_truth["modifier"]
    assert section.words == ("How much stronger a touch works on some.",)
    assert section.title == "Modifier"
    assert frame(section).columns == ["channel", "segment", "factor"]
    assert "Email" in frame(section)["channel"].to_list()


def test_long_tables_are_summed_up_by_column(other_truth):
    rows = {row["column"]: row for row in frame(other_truth["fatigue"]).to_dicts()}
    assert rows.keys() == {"level", "mood"}
    assert rows["level"]["most"] == pytest.approx(499 / 7)
    assert (rows["mood"]["filled"], rows["mood"]["most_common"]) == (500, "x")


def test_unknown_columns_appear(other_truth):
    assert set(frame(other_truth["channels"])["half_life"]) == {9.5}
    assert set(frame(other_truth["customers"])["mean_consent"]) == {0.25}


def test_sentences_about_experiments():
    rows = [
        {
            "experiment": "A",
            "variant": "control",
            "metric": "m",
            "relative_lift": 0.0,
            "split": 0.56,
            "allocation": 0.5,
        },
        {
            "experiment": "A",
            "variant": "gift",
            "metric": "m",
            "relative_lift": 0.5,
            "split": 0.44,
            "allocation": 0.5,
        },
        {
            "experiment": "B",
            "variant": "control",
            "metric": "m",
            "relative_lift": 0.0,
            "split": None,
            "allocation": 0.5,
        },
        {
            "experiment": "B",
            "variant": "green",
            "metric": "m",
            "relative_lift": 0.0,
            "split": None,
            "allocation": 0.5,
        },
        # Nobody was exposed, so there is nothing to say.
        {
            "experiment": "C",
            "variant": "late",
            "metric": "m",
            "relative_lift": None,
            "split": 0.5,
            "allocation": 0.5,
        },
    ]
    assert planted_words.WORDS["experiment"](rows) == [
        "A: gift changes m by +50 %.",
        "B: no arm does anything.",
        "A: people were sent to the arms 56 : 44, and not 50 : 50 as planned.",
    ]


def test_customers_add_up(warehouse):
    found = {section.name: section for section in sections(warehouse)}
    assert frame(found["customers"])["customers"].sum() == 300
    left = warehouse.sql("SELECT count(*) FROM truth.customer WHERE churned_at IS NOT NULL").rows()[0][0]
    assert frame(found["customers"])["left_for_good"].sum() == left
    assert f"{left:,} (" in found["customers"].words[0]


def test_sentences_about_modifiers():
    def row(value, factor, segment="age range", acts_on="orders"):
        return {"channel": "Email", "acts_on": acts_on, "segment": segment, "value": value, "factor": factor}

    rows = [
        row("18-24", 0.5),
        row("25-34", 1.0),
        row("65+", 1.6),
        row("declined", 0.8, "consent"),
        row("07", 9.0, "hour", "opens"),
    ]
    assert planted_words.WORDS["effect_modifier"](rows) == [
        (
            "A touch of Email brings 1.6 times the orders where age range is 65+, 0.5 times the orders where age range is 18-24, "
            "0.8 times the orders where consent is declined."
        )
    ]
    assert planted_words.WORDS["effect_modifier"]([{"channel": "Email", "strength": 2.0}]) == []
