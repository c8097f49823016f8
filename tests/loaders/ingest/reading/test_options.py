"""What a profile says about reading: lines to skip, totals to drop, cells to fill down."""

from martlet.loaders.ingest.reading import FillDown, _bytes, _delimited

ADS = 'Campaign report\n"January 1, 2024 - January 31, 2024"\nCampaign,Day,Clicks\nBrand,2024-01-01,"1,234"\nTotal: Campaigns,--,"1,234"\nTotal: Account,--\n'
SHOP = "Name,Email,Total,Lineitem\n#1,ann@x.org,5.00,hat\n#1,,,cap\n#1,,,bag\n#2,,7.00,hat\n#2,bob@x.org,,cap\n,,1.00,x\n,,,y\n#3,eve@x.org,,z\n"


def test_lines_above_the_header_are_skipped_and_totals_dropped(read):
    found = read(ADS, skip_lines=2, drop_totals="Total: ")
    assert found.rows() == [("Brand", "2024-01-01", "1,234")]
    assert found.problems == [None]
    assert found.notes == (
        "rows left out because they are totals: 2 (row 2: Total: Campaigns -- 1,234; row 3: Total: Account --)",
    )
    assert [row["Campaign"] for row in found.source.total_rows] == ["Total: Campaigns", "Total: Account"]


def test_lines_are_skipped_across_blocks(read, monkeypatch):
    monkeypatch.setattr(_bytes, "BLOCK", 3)
    for text in (ADS, ADS.replace("\n", "\r\n"), ADS.replace("\n", "\r")):
        assert read(text, skip_lines=2, drop_totals="Total").rows() == [("Brand", "2024-01-01", "1,234")]


def test_cells_are_filled_down_within_a_run_across_batches(read, monkeypatch):
    fill = FillDown("Name", ("Email", "Total"))
    expected = [
        ("#1", "ann@x.org", "5.00", "hat"),
        ("#1", "ann@x.org", "5.00", "cap"),
        ("#1", "ann@x.org", "5.00", "bag"),
        ("#2", "", "7.00", "hat"),
        ("#2", "bob@x.org", "7.00", "cap"),
        ("", "", "1.00", "x"),
        ("", "", "", "y"),
        ("#3", "eve@x.org", "", "z"),
    ]
    assert read(SHOP, fill_down=fill).rows() == expected
    monkeypatch.setattr(_bytes, "BLOCK", 5)
    monkeypatch.setattr(_delimited, "CHUNK", 5)
    found = read(SHOP, fill_down=fill)
    assert len(found.sizes) > 4
    assert found.rows() == expected
    assert found.originals[1] == "#1,,,cap"
