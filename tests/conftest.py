"""Fixtures that several folders of tests share."""

import os

# Tables of a few rows, by as many workers as there are processors: threads would only wait for each other. Polars reads it when it is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import shutil
from pathlib import Path

import filelock
import pytest
from hypothesis import HealthCheck, settings

import martlet
from martlet.engine import cache
from martlet.loaders.warehouse import star as warehouse_star
from martlet.loaders.warehouse.atomic import rewriting

from .queries.in_memory import InMemory
from .quick import quick_loads

ROOT = Path(__file__).parents[1]

# Fixed examples, so that a run that was green stays green; `search` draws others each time, and is for looking for faults.
_FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "dev",
    max_examples=10,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=_FIXTURES,
)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=30)
settings.register_profile("search", settings.get_profile("dev"), max_examples=1000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_configure(config):
    """Keep what is cached from run to run out of the home directory, for all workers and the processes that they start."""
    kept = str(config.cache.mkdir("martlet")) if hasattr(config, "cache") else "off"
    os.environ.setdefault(cache.VARIABLE, kept)


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
def once(tmp_path_factory):
    """A function that makes a folder once for all workers of a run, whoever comes first; open what it holds, don't change it."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def make(name, fill):
        folder, unfinished = common / name, common / f"{name}.unfinished"
        with filelock.FileLock(common / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def warehouse_path(once) -> Path:
    """A synthetic warehouse of 300 customers, built once; open it, don't change it."""

    def build(folder):
        martlet.build(folder / "warehouse.duckdb", customers=300, days=400, seed=7, threads=1)

    return once("warehouse", build) / "warehouse.duckdb"


@pytest.fixture(scope="module")
def warehouse(warehouse_path):
    """The synthetic warehouse, open for all tests of a module: to open one costs more than most questions."""
    with martlet.open(warehouse_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def _in_memory():
    return InMemory()


@pytest.fixture(scope="module")
def star(_in_memory):
    """An empty star in memory, with all packs installed; `fill` it, then `ask`."""
    yield _in_memory
    _in_memory.empty()


@pytest.fixture(scope="session")
def _empty_warehouse(once) -> Path:
    def create(folder):
        with rewriting(folder / "warehouse.duckdb") as connection:
            warehouse_star.create(connection)
            warehouse_star.refresh(connection)

    return once("empty", create) / "warehouse.duckdb"


@pytest.fixture
def quick():
    """Leave out marts and packs of loads, which cost seconds and don't depend on how rows came in."""
    with quick_loads():
        yield


@pytest.fixture
def given(_empty_warehouse, tmp_path):
    """A function that makes a warehouse file out of given frames, by table, and opens it."""
    opened = []

    def make(tables):
        path = tmp_path / f"given_{len(opened)}.duckdb"
        path.write_bytes(_empty_warehouse.read_bytes())
        with rewriting(path, start_from_existing=True) as connection:
            for table, frame in tables.items():
                warehouse_star.insert(connection, table, frame)
            warehouse_star.refresh(connection)
        opened.append(martlet.open(path))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
