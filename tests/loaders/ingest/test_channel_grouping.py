"""Sources and media get the channel that Google's published rule gives them."""

import csv
from pathlib import Path

import polars as pl
import pytest

from martlet.loaders.ingest.channel_grouping import channel_group
from martlet.loaders.warehouse.channels import CHANNELS


def grouped(*rows: tuple[str | None, str | None, str | None]) -> list[str | None]:
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys(["source", "medium", "campaign"], pl.String), orient="row"
    )
    found = frame.select(channel_group(pl.col("source"), pl.col("medium"), pl.col("campaign")))
    return found.to_series().to_list()


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


# Of a shopping site without a medium the vectors say Paid Shopping once (alibaba) and Organic Shopping once (Google Shopping).
# Google's rule, which they quote, asks for a paid medium. They come from a test that compares sets of channels, not rows, and so
# never saw the first. It is the only one that this project does not follow.
AGAINST_THE_RULE = {"source": "alibaba", "medium": "", "campaign": "", "expected_channel": "Paid Shopping"}


def test_published_vectors(shared: Path) -> None:
    vectors = rows_of(shared / "known_answers/ga4_channels/channel_grouping_vectors.csv")
    assert len(vectors) == 30
    found = grouped(*[(row["source"], row["medium"], row["campaign"]) for row in vectors])
    differ = [row for row, channel in zip(vectors, found, strict=True) if row["expected_channel"] != channel]
    assert differ == [AGAINST_THE_RULE]


def test_each_source_of_googles_list_is_known(shared: Path) -> None:
    sources = rows_of(shared / "known_answers/ga4_channels/ga4_source_categories.csv")
    assert len(sources) == 819
    organic = grouped(*[(row["source"], None, None) for row in sources])
    paid = grouped(*[(row["source"], "cpc", None) for row in sources])
    kinds = [row["source_category"].removeprefix("SOURCE_CATEGORY_").capitalize() for row in sources]
    assert organic == [f"Organic {kind}" for kind in kinds]
    assert paid == [f"Paid {kind}" for kind in kinds]


def test_every_channel_can_be_reached(shared: Path) -> None:
    vectors = rows_of(shared / "known_answers/ga4_channels/channel_grouping_vectors.csv")
    assert {row["expected_channel"] for row in vectors} == {channel.name for channel in CHANNELS}


@pytest.mark.parametrize(
    ("row", "channel"),
    [
        (("Google", "CPC", None), "Paid Search"),
        ((" facebook.com ", "Paid_Social", None), "Paid Social"),
        (("google", "organic", "e-shop launch"), "Organic Shopping"),
        (("google", "organic", "cheap workshop tools"), "Organic Search"),
        (("google", "cpc", "bishop brand"), "Paid Search"),
        (("partner", "cpm", None), "Display"),
        (("(direct)", "(none)", "cross-network"), "Direct"),
        (("alibaba", None, None), "Organic Shopping"),
        (("alibaba", "cpc", None), "Paid Shopping"),
        ((None, None, None), None),
        (("", " ", None), None),
    ],
)
def test_case_order_and_silence(row: tuple[str | None, str | None, str | None], channel: str | None) -> None:
    assert grouped(row) == [channel]
