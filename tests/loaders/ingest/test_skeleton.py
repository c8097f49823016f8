"""A profile begun for a file that none fits: valid, and right where the columns say what they are."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import martlet
from martlet.loaders.ingest import new_profile
from martlet.loaders.ingest.profile_files import load_profile

EXPORTS = [path for path in sorted((Path(__file__).parent / "exports").glob("*/*")) if path.is_file()]


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_it_is_a_profile_or_says_what_is_missing(path, tmp_path):
    begun = new_profile(path)
    assert tomllib.loads(begun.text)["mappings"][0]["entity"]
    file = tmp_path / "mine.toml"
    file.write_text(begun.text, encoding="utf-8")
    if not begun.missing:
        assert load_profile(file).mappings
    else:
        assert all(f"# {name.split(' or ')[0]} = " in begun.text for name in begun.missing)


# Headers of languages that no profile knows: what the columns hold tells.
STRANGE = (
    (
        "Azonosító;Dátum;Vevő;Végösszeg\nR-1;2024.03.05;kovacs;12 500,50\nR-2;2024.03.06;nagy;8 000,00\nR-3;2024.03.07;kovacs;1 000,25\n",
        "21500.75",
    ),
    (
        "Päivä\tAsiakas\tMäärä €\n5.3.2024\tVirtanen\t10,50\n6.3.2024\tLahti\t20,00\n7.3.2024\tVirtanen\t1,25\n",
        "31.75",
    ),
    ("日付,顧客,金額\n2024-03-05,tanaka,1200.50\n2024-03-06,sato,99.50\n2024-03-06,tanaka,1.00\n", "1301.00"),
)


@pytest.mark.parametrize(("text", "total"), STRANGE)
def test_a_load_with_it_gives_the_total(text, total, tmp_path):
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(new_profile(file).text, encoding="utf-8")
    report = martlet.ingest(mine, file, warehouse=tmp_path / "w.duckdb")
    sums = next(made.sums for made in report.files[0].totals if made.entity == "orders")
    assert sums["net_revenue"] == Decimal(total)


def test_names_with_more_words_are_recognised(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(
        "acme-order-id,acme-purchase-date,acme-buyer-email,acme-order-total\n7,2024-01-05,a@x.com,5.50\n8,2024-01-06,b@x.com,6.00\n"
    )
    begun = tomllib.loads(new_profile(file).text)
    assert {key: column["names"][0] for key, column in begun["columns"].items()} == {
        "order_id": "acme-order-id",
        "ordered_at": "acme-purchase-date",
        "customer_id": "acme-buyer-email",
        "net_revenue": "acme-order-total",
    }


def test_a_phone_number_is_no_amount(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(
        "Name,Email,Phone Number,Create Date\nAna,a@x.com,+351 210 000 000,2024-01-05\nBo,b@x.com,+44 20 7946 0000,2024-01-06\n"
    )
    begun = tomllib.loads(new_profile(file).text)
    assert begun["mappings"][0]["entity"] in ("leads", "customers")
    assert "Phone Number" not in [column["names"][0] for column in begun["columns"].values()]


def test_odd_characters_in_headers_stay_valid(tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text(
        '"Order ""id""",Date,Customer,"Total\\",🎉\n1,2024-01-05,a,5.00,x\n2,2024-01-06,b,6.00,y\n',
        encoding="utf-8",
    )
    begun = tomllib.loads(new_profile(file).text)
    assert begun["columns"]["order_id"]["names"] == ['Order "id"']
