"""What the address of a page tells of the contact that led to it: campaign parameters, and the click of an ad platform.

Google says that a click with its identifier is google / cpc, whatever else an analytics tool found; the other platforms put
theirs on the addresses of ads likewise. Facebook puts fbclid on any link, so that alone it is no ad: facebook / referral.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from martlet.loaders.ingest.entity import Entity

__all__ = ["with_clicks"]

# By parameter, the source and the medium that the click is.
_CLICKS: Final = {
    "gclid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "dclid": ("dv360", "cpm"),
    "msclkid": ("bing", "cpc"),
    "yclid": ("yandex", "cpc"),
    "ttclid": ("tiktok", "paid"),
    "twclid": ("twitter", "paid"),
    "li_fat_id": ("linkedin", "paid"),
    "sccid": ("snapchat", "paid"),
    "rdt_cid": ("reddit", "paid"),
}
_PAID: Final = r"^(.*cp.*|ppc|retargeting|paid.*|display|banner)$"
_NOBODY: Final = ("", "(direct)", "(not set)", "(none)")
_UTM: Final = {"source": "utm_source", "medium": "utm_medium", "campaign": "utm_campaign"}


def with_clicks(frame: pl.DataFrame, described: Entity) -> pl.DataFrame:
    """Complete source, medium and campaign from addresses and click identifiers; `gclid` says that there was a paid click."""
    pages = [name for name in frame.columns if name != "row" and described.field(name).type == "url"]
    if "gclid" not in described.fields or not (pages or "gclid" in frame.columns):
        return frame
    silent = [name for name in (*_UTM, "gclid") if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in silent)
    query = (
        pl.coalesce(pl.col(name).str.extract(r"\?(.*)$", 1) for name in pages)
        if pages
        else pl.lit(None, pl.String)
    )
    frame = frame.with_columns(query.alias("_query"))
    is_silent = pl.col("source").fill_null("").str.to_lowercase().is_in(_NOBODY)
    frame = frame.with_columns(_is_silent=is_silent).with_columns(
        pl.when(pl.col("_is_silent"))
        .then(pl.coalesce(_parameter(parameter), name))
        .otherwise(name)
        .alias(name)
        for name, parameter in _UTM.items()
    )
    name = pl.col("_query").str.to_lowercase().str.extract(rf"(?:^|&)({'|'.join(_CLICKS)})=[^&]", 1)
    frame = frame.with_columns(
        _click=pl.coalesce(name, pl.when(pl.col("gclid").is_not_null()).then(pl.lit("gclid")))
    )
    is_paid = pl.col("medium").fill_null("").str.to_lowercase().str.contains(_PAID)
    overruled = pl.col("_click").is_not_null() & ~is_paid
    from_facebook = pl.col("_query").str.contains(r"(?i)(?:^|&)fbclid=[^&]").fill_null(value=False) & pl.col(
        "source"
    ).fill_null("").str.to_lowercase().is_in(_NOBODY)
    sources = {click: source for click, (source, _) in _CLICKS.items()}
    mediums = {click: medium for click, (_, medium) in _CLICKS.items()}
    frame = frame.with_columns(
        source=pl.when(overruled)
        .then(pl.col("_click").replace_strict(sources, default=None, return_dtype=pl.String))
        .when(from_facebook)
        .then(pl.lit("facebook"))
        .otherwise("source"),
        medium=pl.when(overruled)
        .then(pl.col("_click").replace_strict(mediums, default=None, return_dtype=pl.String))
        .when(from_facebook)
        .then(pl.lit("referral"))
        .otherwise("medium"),
        gclid=pl.coalesce("gclid", "_click"),
    )
    return frame.drop("_query", "_is_silent", "_click")


def _parameter(name: str) -> pl.Expr:
    """Return what a parameter of the address says; the few escapes that names have are undone."""
    value = pl.col("_query").str.extract(rf"(?i)(?:^|&){name}=([^&#]+)", 1)
    return (
        value.str.replace_all("+", " ", literal=True)
        .str.replace_all("%20", " ", literal=True)
        .str.replace_all("%7C", "|", literal=True)
    )
