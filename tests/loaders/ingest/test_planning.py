"""Files of several kinds in one load: recognised, ordered, and all or none of them."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import martlet
from martlet.engine.errors import IngestError, ParameterError
from martlet.loaders.ingest import plan

FILES = {
    "b_lines.csv": "order id,sku,quantity,unit price\n1,P,2,10.00\n2,Q,1,5.00\n",
    "a_orders.csv": "order id,order date,customer id,total\n1,2024-01-05,ann,20.00\n2,2024-01-06,bob,5.00\n",
    "z_people.csv": "customer id,first name,email\nann,Ann,ann@x.com\nbob,Bob,bob@x.com\n",
    "ads.csv": "day,campaign,cost,impressions,clicks\n2024-01-05,Brand,1.50,10,2\n",
    "notes.txt": "nothing to load\n",
    "odd.csv": "foo,bar,baz\n1,2,3\n",
}


pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture(name="folder")
def _folder(tmp_path):
    inside = tmp_path / "exports"
    inside.mkdir()
    for name, text in FILES.items():
        (inside / name).write_text(text)
    return inside


def test_what_others_refer_to_comes_first(folder):
    made = plan("auto", folder)
    assert [(job.source.name, job.profile.name) for job in made.jobs] == [
        ("z_people.csv", "customers"),
        ("a_orders.csv", "orders"),
        ("b_lines.csv", "order_lines"),
        ("ads.csv", "ad_spend"),
    ]
    assert [name for name, _ in made.left_out] == ["notes.txt", "odd.csv"]
    assert "left out: odd.csv, since no profile fits" in made.summary()


def test_a_folder_is_one_load(folder, tmp_path):
    report = martlet.ingest("auto", folder, warehouse=tmp_path / "w.duckdb")
    totals = {made.entity: made.sums for file in report.files for made in file.totals}
    assert totals["orders"]["net_revenue"] == Decimal("25.00")
    assert totals["ad_spend"]["spend"] == Decimal("1.50")
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        (count, times) = connection.execute(
            "SELECT count(*), count(DISTINCT load_id) FROM meta.load"
        ).fetchall()[0]
        people = connection.execute(
            "SELECT count(*) FROM star.dim_customer WHERE NOT is_placeholder AND customer_key <> 0"
        )
        assert people.fetchall() == [(2,)]
    assert (count, times) == (4, 4)
    again = martlet.ingest("auto", folder, warehouse=tmp_path / "w.duckdb")
    assert again.already_loaded


def test_one_bad_file_stops_all(folder, tmp_path):
    (folder / "more_orders.csv").write_text("order id,order date,customer id,total\n7,never,ann,much\n")
    with pytest.raises(IngestError, match=r"more_orders\.csv"):
        martlet.ingest("auto", folder, warehouse=tmp_path / "w.duckdb")
    assert not (tmp_path / "w.duckdb").exists()


def test_nothing_recognised_is_an_error(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing\n")
    with pytest.raises(IngestError, match="none of the 1 files is of a known kind"):
        plan("auto", tmp_path / "notes.txt")


def test_options_of_one_kind_of_file_are_refused(folder, tmp_path):
    with pytest.raises(ParameterError, match="columns is about one kind of file"):
        martlet.ingest("auto", folder, warehouse=tmp_path / "w.duckdb", columns={"order_id": "id"})


def test_a_family_is_recognised_among_its_own(folder):
    with pytest.raises(IngestError, match="no profile fits"):
        plan("klaviyo", folder)


def test_the_files_of_a_public_data_set_are_one_command(tmp_path):
    exports = Path(__file__).parent / "exports"
    inside = tmp_path / "olist"
    inside.mkdir()
    for file in sorted(exports.glob("olist_*/*.csv")):
        (inside / file.name).write_bytes(file.read_bytes())
    assert [job.profile.name for job in plan("olist", inside).jobs] == [
        "olist_customers",
        "olist_products",
        "olist_orders",
        "olist_order_items",
    ]
