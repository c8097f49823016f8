"""Real orders go into warehouses of real orders only, and are there for the packs."""

import pytest

import martlet
from martlet.engine.errors import WarehouseError

ORDERS = "customer,date,amount\nAnn,2024-01-05,5.00\nBob,2024-01-06,6.50\n"


def test_a_synthetic_company_takes_no_real_orders(tmp_path, warehouse_path):
    target = tmp_path / "synthetic.duckdb"
    target.write_bytes(warehouse_path.read_bytes())
    (tmp_path / "a.csv").write_text(ORDERS)
    with pytest.raises(WarehouseError, match="synthetic company.*--warehouse"):
        martlet.ingest("orders", tmp_path / "a.csv", warehouse=target)
    assert target.read_bytes() == warehouse_path.read_bytes()


def test_a_file_that_is_no_warehouse_is_left_alone(tmp_path):
    (tmp_path / "a.csv").write_text(ORDERS)
    (tmp_path / "w.duckdb").write_text("precious")
    with pytest.raises(WarehouseError):
        martlet.ingest("orders", tmp_path / "a.csv", warehouse=tmp_path / "w.duckdb")
    assert (tmp_path / "w.duckdb").read_text() == "precious"


def test_real_orders_are_there_for_the_packs(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    martlet.ingest("orders", tmp_path / "orders.csv", warehouse=tmp_path / "w.duckdb")
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        assert set(warehouse.query("segmentation/rfm").pl()["customer_id"]) == {"Ann", "Bob"}
