from datetime import date
from pathlib import Path

import polars as pl
import pytest

from martlet.loaders.company import Company
from martlet.loaders.company import company as company_module

UNTIL = date(2025, 3, 1)


def tables(company: Company, threads: int = 1) -> dict[str, pl.DataFrame]:
    """All rows of a company by table, with the channels and no other reference data."""
    parts: dict[str, list[pl.DataFrame]] = {}
    found = list(company.dimensions())
    for block in company.blocks(threads):
        found += block
    found += list(company.totals())
    for relation, frame in found:
        parts.setdefault(relation.split(".")[1] if relation.startswith("star") else relation, []).append(
            frame
        )
    return {relation: pl.concat(frames) for relation, frames in parts.items()}


@pytest.fixture(scope="session")
def tables_of():
    """The function that makes all rows of a company, by table."""
    return tables


@pytest.fixture(scope="session")
def kept(once):
    """A function that makes a company's tables once for all workers, and reads them."""

    def read(name, make):
        def write(folder):
            for relation, frame in make().items():
                frame.write_ipc(folder / f"{relation}.arrow")

        return {path.stem: pl.read_ipc(path) for path in sorted(once(name, write).glob("*.arrow"))}

    return read


@pytest.fixture(scope="session")
def small(kept):
    """A company of four hundred customers over fourteen months, in several blocks."""

    def make():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(company_module, "BLOCK", 150)
            return tables(Company(customers=400, days=420, until=UNTIL, seed=7))

    return kept("small", make)


@pytest.fixture(scope="session")
def large(kept):
    """A company large enough to measure shares."""
    return kept(
        "large",
        lambda: tables(Company(customers=6000, days=730, until=date(2026, 1, 1), seed=11), threads=2),
    )


@pytest.fixture(scope="session")
def shop(kept):
    """A company of the size that a class would use, for what takes many customers to see."""
    return kept("shop", lambda: tables(Company(customers=12_000, until=date(2026, 1, 1), seed=34), threads=2))


@pytest.fixture(scope="session")
def preset_text():
    return (Path(company_module.__file__).parent / "ecommerce.toml").read_text(encoding="utf-8")
