"""Fixtures that several folders of tests share."""

import os
from pathlib import Path

import pytest

import martlet
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Published data with known results, which is not part of the project."""
    folder = Path(os.environ.get("MARTLET_SHARED", ROOT.parent / "shared"))
    if not (folder / "known_answers").is_dir():
        pytest.skip(
            f"no known answers in {folder}: set MARTLET_SHARED to the folder that holds known_answers/"
        )
    return folder


@pytest.fixture(scope="session")
def warehouse_path(tmp_path_factory) -> Path:
    """A synthetic warehouse of 300 customers, built once; open it, don't change it."""
    path = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    martlet.build(path, customers=300, days=400, seed=7, threads=1)
    return path


@pytest.fixture
def warehouse(warehouse_path):
    """The synthetic warehouse, open."""
    with martlet.open(warehouse_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def _empty_warehouse(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    with rewriting(path) as connection:
        star.create(connection)
        star.finish(connection, load_id=1)
    return path


@pytest.fixture
def given(_empty_warehouse, tmp_path):
    """A function that makes a warehouse out of given frames, by table, and opens it."""
    opened = []

    def make(tables):
        path = tmp_path / f"given_{len(opened)}.duckdb"
        path.write_bytes(_empty_warehouse.read_bytes())
        with rewriting(path, start_from_existing=True) as connection:
            for table, frame in tables.items():
                star.insert(connection, table, frame)
            star.refresh(connection)
        opened.append(martlet.open(path))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
