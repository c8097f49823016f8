"""Each profile that ships is sound, recognises its own exports, and can read the cells that it gives as examples."""

import csv
from pathlib import Path

import pytest

from martlet.loaders.ingest.cleaning import Cleaner
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.matching import match
from martlet.loaders.ingest.profile_files import load_profile, profile_names
from martlet.loaders.ingest.ranking import rank
from martlet.loaders.ingest.reading.source import open_source

EXPORTS = Path(__file__).parent / "exports"
GENERIC = {name for name in profile_names() if name in entities()}
VENDORS = sorted(set(profile_names()) - GENERIC)


def test_entities_that_people_have_files_of_have_a_generic_profile():
    assert set(entities()) - GENERIC == {"customer_snapshots", "exposures"}


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendor_documents_its_columns(name):
    assert load_profile(name).docs.startswith("https://")


@pytest.mark.parametrize("name", VENDORS)
def test_each_vendor_has_an_export_to_be_held_to(name):
    assert list((EXPORTS / name).glob("expect/*.csv"))


@pytest.mark.parametrize("name", VENDORS)
def test_sniffing_finds_the_profile_of_an_export(name):
    [export] = [path for path in (EXPORTS / name).iterdir() if path.is_file()]
    assert rank(open_source(export))[0].profile == name


@pytest.mark.parametrize("name", profile_names())
def test_a_row_of_examples_is_clean(name, tmp_path):
    profile = load_profile(name)
    assert [key for key, column in profile.columns.items() if not column.example] == []
    path = tmp_path / "examples.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = (
            [column.names[0] for column in profile.columns.values()],
            [column.example for column in profile.columns.values()],
        )
        csv.writer(file).writerows(rows)
    source = open_source(path)
    matching = match(profile, source)
    # What does in the place of others is not looked for beside them.
    assert matching.columns == {
        key: column.names[0] for key, column in profile.columns.items() if not column.otherwise
    }
    cleaner = Cleaner(profile, source, matching)
    [batch] = source.batches()
    cleaner.survey(batch)
    cleaner.decide()
    cleaned = cleaner.clean(batch)
    assert cleaned.rejected.rows() == []
    fed = {mapping.entity for mapping in profile.mappings if not mapping.where}
    assert {entity for entity, frame in cleaned.rows.items() if frame.height} >= fed
    spoilt = [change for change in cleaned.changes if change.rule in ("unreadable", "impossible", "left_out")]
    assert spoilt == []
