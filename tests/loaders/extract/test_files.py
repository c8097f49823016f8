"""The same arguments, the same bytes; and nobody's work is overwritten."""

import filecmp
import hashlib
import json
import shutil

import polars as pl
import pytest

import martlet
from martlet.engine.errors import ParameterError, WarehouseError
from martlet.loaders.extract import extract, extracting, restored


def same(one, other):
    names = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other).as_posix() for path in other.rglob("*") if path.is_file())
    return filecmp.cmpfiles(one, other, names, shallow=False)[0] == names


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("file_format", ["csv", "mixed"])
def test_the_same_arguments_give_the_same_bytes(file_format, company, extracts, tmp_path):
    extract(company, tmp_path / "again", messy="heavy", format=file_format)
    assert same(extracts(messy="heavy", format=file_format), tmp_path / "again")


def test_another_seed_spoils_other_cells(extracts):
    one, other = (extracts(messy="heavy", seed=seed) / "web_events.csv" for seed in (42, 2))
    assert digest(one) != digest(other)


def test_batches_keep_their_defects_apart(company, tmp_path, monkeypatch):
    monkeypatch.setattr(extracting, "BATCH", 1000)
    extract(company, tmp_path / "parts", messy="heavy")
    monkeypatch.undo()
    extract(company, tmp_path / "clean")
    right, found = restored(tmp_path / "clean"), restored(tmp_path / "parts")
    assert all(found[name].equals(rows) for name, rows in right.items())


@pytest.mark.parametrize("file_format", ["csv", "parquet", "mixed"])
def test_a_company_without_sales_has_empty_files(file_format, tmp_path):
    martlet.build(tmp_path / "w.duckdb", customers=1, days=2, threads=1)
    report = extract(tmp_path / "w.duckdb", tmp_path / "raw", messy="heavy", format=file_format)
    assert report.rows[f"surveys.{'csv' if file_format == 'mixed' else file_format}"] == 0
    assert {name: rows.width for name, rows in restored(tmp_path / "raw").items()}["web_events"] == 8


def test_a_link_to_a_folder_stays_a_link(company, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "raw").symlink_to(tmp_path / "there")
    extract(company, tmp_path / "raw")
    extract(company, tmp_path / "raw", seed=2)
    assert (tmp_path / "raw").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "there"]


def test_the_warehouse_is_only_read(company, tmp_path):
    before = digest(company)
    extract(company, tmp_path / "raw", messy="heavy")
    assert digest(company) == before


def test_manifest_tells_files_and_settings(extracts):
    folder = extracts(messy="heavy", seed=2)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["messy"], manifest["seed"], manifest["format"]) == ("heavy", 2, "csv")
    assert manifest["company"]["customers"] == "500"
    for name, entry in manifest["files"].items():
        assert entry["sha256"] == digest(folder / name)
        assert entry["bytes"] == (folder / name).stat().st_size
    assert manifest["files"]["shop_orders.csv"]["rows"] == len(
        (folder / "shop_orders.csv").read_text(encoding="utf-8").split("\n")[1:-1]
    )


def test_report_agrees_with_the_files(company, tmp_path):
    report = extract(company, tmp_path / "raw", messy="light")
    defects = pl.read_parquet(tmp_path / "raw" / "_truth" / "defects.parquet")
    assert report.defects == dict(defects["kind"].value_counts().iter_rows())
    assert (
        report.rows["web_events.csv"]
        == pl.read_csv(tmp_path / "raw" / "web_events.csv", infer_schema=False).height
    )
    assert "missing_value" in report.summary()


def test_progress_ends_each_table(company, tmp_path):
    seen = []
    extract(company, tmp_path / "raw", progress=lambda *step: seen.append(step))
    done = [table for table, _, share in seen if share == 1]
    assert len(done) == len(set(done)) == 21


def test_an_earlier_extract_is_replaced(company, own_copy):
    extract(company, own_copy)
    assert not list(own_copy.glob("*_late.csv"))
    assert [path.name for path in own_copy.parent.iterdir()] == ["raw"]


def test_an_extract_without_its_truth_is_replaced_too(company, own_copy):
    shutil.rmtree(own_copy / "_truth")
    extract(company, own_copy, messy="light")
    assert (own_copy / "_truth" / "defects.parquet").is_file()


def test_an_empty_folder_is_taken(company, tmp_path):
    (tmp_path / "raw").mkdir()
    extract(company, tmp_path / "raw")
    assert (tmp_path / "raw" / "shop_orders.csv").is_file()


def test_a_failure_leaves_the_old_extract(company, own_copy):
    before = digest(own_copy / "manifest.json")

    def fail(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        extract(company, own_copy, seed=9, progress=fail)
    assert digest(own_copy / "manifest.json") == before
    assert [path.name for path in own_copy.parent.iterdir()] == ["raw"]


def test_work_beside_an_extract_is_left_alone(company, own_copy):
    (own_copy / "my_cleaning.py").write_text("pass")
    with pytest.raises(ParameterError, match=r"'my_cleaning\.py' beside an extract"):
        extract(company, own_copy)


def test_folders_that_are_no_extract_are_left_alone(company, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ParameterError, match="holds files that are not of an extract"):
        extract(company, tmp_path)
    with pytest.raises(ParameterError, match="is a file; give the path of a folder"):
        extract(company, tmp_path / "notes.txt")
    with pytest.raises(ParameterError, match="there is no folder"):
        extract(company, tmp_path / "nowhere" / "raw")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"messy": "havy"}, "messy is 'havy'. Did you mean 'heavy'?"),
        ({"format": "xlsx"}, "format is 'xlsx'"),
        ({"seed": 1.5}, "seed is 1.5; it must be a whole number"),
    ],
)
def test_impossible_options_say_so(options, message, company, tmp_path):
    with pytest.raises(ParameterError) as raised:
        extract(company, tmp_path / "raw", **options)
    assert message in str(raised.value)
    assert not (tmp_path / "raw").exists()


def test_only_a_synthetic_company_is_spoilt(tmp_path):
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        extract(tmp_path / "none.duckdb", tmp_path / "raw")
    (tmp_path / "a.csv").write_text("customer,date,amount\nAnn,2024-01-05,5.00\nBob,2024-01-06,7.00\n")
    martlet.ingest("orders", tmp_path / "a.csv", warehouse=tmp_path / "real.duckdb")
    with pytest.raises(
        WarehouseError, match="holds no synthetic company, and only synthetic data are extracted"
    ):
        extract(tmp_path / "real.duckdb", tmp_path / "raw", messy="heavy")
    assert not (tmp_path / "raw").exists()


def test_restoring_needs_an_extract_with_its_truth_as_it_was_written(own_copy, tmp_path):
    with pytest.raises(ParameterError, match="is not an extract"):
        restored(tmp_path)
    with pytest.raises(ParameterError, match="Did you mean 'shop_orders'"):
        restored(own_copy, tables=["shop_order"])
    shutil.rmtree(own_copy / "_truth")
    with pytest.raises(ParameterError, match="ask whoever made the extract for its folder _truth"):
        restored(own_copy)
