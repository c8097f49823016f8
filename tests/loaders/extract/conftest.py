import shutil

import duckdb
import pytest

import martlet
from martlet.loaders.extract import extract


@pytest.fixture(scope="session")
def company(once):
    """A company of five hundred customers, some of them with letters that not every encoding has."""

    def build(folder):
        path = folder / "warehouse.duckdb"
        martlet.build(path, customers=500, days=500, seed=11, threads=1)
        with duckdb.connect(str(path)) as connection:
            for name, remainder in (("José", 1), ("Łukasz", 2), ("Zoë, the 2nd", 3)):
                connection.execute(
                    "UPDATE star.dim_customer SET first_name = $name WHERE customer_key % 25 = $remainder",
                    {"name": name, "remainder": remainder},
                )
            connection.execute(
                "UPDATE star.dim_customer SET birth_date = DATE '1996-02-29' WHERE customer_key % 9 = 1"
            )

    return once("company", build) / "warehouse.duckdb"


@pytest.fixture(scope="session")
def extracts(company, once):
    """A function that extracts the company once for each set of options, and returns the folder."""

    def make(**options):
        name = "-".join(["extract", *(f"{key}-{value}" for key, value in sorted(options.items()))])
        return once(name, lambda folder: extract(company, folder / "raw", **options)) / "raw"

    return make


@pytest.fixture
def own_copy(extracts, tmp_path):
    """A heavy extract that a test may change."""
    return shutil.copytree(extracts(messy="heavy"), tmp_path / "raw")
