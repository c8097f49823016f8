"""What `--pseudonymise` hides of the rows of an entity: which fields, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.privacy.addresses import AT
from martlet.loaders.privacy.pseudonyms import pseudonymise, without_addresses

if TYPE_CHECKING:
    from martlet.loaders.ingest.entity import Entity
    from martlet.loaders.privacy.pseudonyms import Kind

__all__ = ["hidden", "hides"]


def hides(described: Entity, name: str) -> Kind | None:
    """Return as what a field is hidden: a name, or an address, that of a customer id being hidden only where it is one."""
    of = described.field(name)
    if of.type == "email" or of.dimension == "customer" or name == "customer_id":
        return "email"
    if of.type == "phone":
        return "phone"
    return "name" if of.type == "name" and described.name == "customers" else None


def hidden(frame: pl.DataFrame, described: Entity, key: bytes) -> pl.DataFrame:
    """Return rows of an entity with pseudonyms for what says who people are, and for each address in any other text."""
    changed = []
    for name in frame.columns:
        if frame.schema[name] != pl.String:
            continue
        kind = hides(described, name)
        holds = frame[name].str.contains(AT)
        if kind is not None and kind != "email":
            changed.append(pseudonymise(pl.col(name), key, kind=kind))
        elif holds.any():
            column = pl.col(name)
            stand_in = (
                pseudonymise(column, key, kind=kind) if kind == "email" else without_addresses(column, key)
            )
            changed.append(pl.when(column.str.contains(AT)).then(stand_in).otherwise(column).alias(name))
    return frame.with_columns(changed)
