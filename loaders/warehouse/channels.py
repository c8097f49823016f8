"""The channels: GA4's default channel groups, with keys that never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CHANNELS", "Channel", "channels"]


@dataclass(frozen=True)
class Channel:
    """A row of `star.dim_channel`."""

    key: int
    name: str
    medium: str
    is_paid: bool = False
    is_direct: bool = False


# Keys are stored in warehouses: append, never renumber. Media follow GA4's channel rules.
CHANNELS: Final = (
    Channel(1, "Direct", "(none)", is_direct=True),
    Channel(2, "Organic Search", "organic"),
    Channel(3, "Paid Search", "cpc", is_paid=True),
    Channel(4, "Organic Social", "social"),
    Channel(5, "Paid Social", "paid_social", is_paid=True),
    Channel(6, "Email", "email"),
    Channel(7, "Display", "display", is_paid=True),
    Channel(8, "Affiliates", "affiliate", is_paid=True),
    Channel(9, "Referral", "referral"),
    Channel(10, "Organic Video", "video"),
    Channel(11, "Paid Video", "paid_video", is_paid=True),
    Channel(12, "Organic Shopping", "organic_shopping"),
    Channel(13, "Paid Shopping", "paid_shopping", is_paid=True),
    Channel(14, "Paid Other", "paid_other", is_paid=True),
    Channel(15, "Cross-network", "cross_network", is_paid=True),
    Channel(16, "SMS", "sms"),
    Channel(17, "Mobile Push Notifications", "push"),
    Channel(18, "Audio", "audio"),
    Channel(19, "Unassigned", "(not set)"),
)


def channels() -> pl.DataFrame:
    """Return the rows of `star.dim_channel`, without the unknown row."""
    import polars as pl  # noqa: PLC0415  (the table of names must not cost an import of polars)

    return pl.DataFrame(
        {
            "channel_key": [channel.key for channel in CHANNELS],
            "channel": [channel.name for channel in CHANNELS],
            "medium": [channel.medium for channel in CHANNELS],
            "is_paid": [channel.is_paid for channel in CHANNELS],
            "is_direct": [channel.is_direct for channel in CHANNELS],
        },
        schema_overrides={"channel_key": pl.Int32},
    )
