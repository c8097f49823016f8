"""Campaigns: the calendar of mailings, and the quarterly campaigns of the paid channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.loaders.company._quarters import quarter_end, quarter_name, quarter_of, quarters
from martlet.loaders.company.mail_plans import mail_plans
from martlet.loaders.company.subjects import effect_of
from martlet.loaders.warehouse.channels import CHANNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.streams import Streams

    Ints = NDArray[np.int64]

__all__ = ["CHANNEL_KEYS", "Campaigns", "Mailing"]

CHANNEL_KEYS: Final = {channel.name: channel.key for channel in CHANNELS}


@dataclass(frozen=True)
class Mailing:
    """A mailing to many: its campaigns, one a version; its position in `email.types`, when it goes out, its number in all time."""

    campaign_keys: tuple[int, ...]
    kind: int
    sent: int
    number: int


@dataclass(frozen=True)
class Campaigns:
    """All campaigns that start before `until`, numbered by their start, and where to find them.

    `paid[channel_key, type, quarter]` and `triggered[position in email.types, version, quarter]` are campaign keys, 0 where there
    is none; `slot[campaign_key]` is the number of a paid campaign within its channel, 0 of others; `renewed[campaign_key, quarter]` is the campaign that a paid one has become by then, of all others itself; `quarter[day]` is the quarter of each day of the data; `kind[campaign_key]` the position of its type in `types`,
    `opens[campaign_key]` the factor that its subject line puts on opens.
    """

    paid: Ints
    triggered: Ints
    slot: Ints
    renewed: Ints
    quarter: Ints
    kind: Ints
    opens: NDArray[np.float64]
    types: tuple[str, ...]
    mailings: tuple[Mailing, ...]
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, streams: Streams, first: date, until: date) -> Campaigns:
        """Plan the campaigns of [first, until)."""
        begins = quarters(first, until)
        automatic, mailed = mail_plans(preset, streams, begins, first, until)
        plans = sorted(automatic + _paid(preset, begins) + mailed, key=lambda plan: plan["starts_on"])
        most_types = max(len(mix.campaigns) for mix in preset.channels) + 1
        paid = np.zeros((len(CHANNELS) + 1, most_types, len(begins)), dtype=np.int64)
        triggered = np.zeros((len(preset.email.types), preset.email.versions, len(begins)), dtype=np.int64)
        versions: dict[tuple[str, int, int], list[int]] = {}
        opens = np.ones(len(plans) + 1)
        rows = []
        for number, plan in enumerate(plans, 1):
            role, position = plan.pop("role"), plan.pop("position")
            if role == "paid":
                paid[position] = number
            elif role == "triggered":
                triggered[position] = number
            else:
                versions.setdefault((plan["mailing"], *position), []).append(number)
            if role != "paid":
                opens[number] = effect_of(preset.email, plan["subject_line"])
            email = {"channel_key": CHANNEL_KEYS["Email"]} if role != "paid" else {}
            rows.append({"campaign_key": number, "campaign_id": f"C{number:05d}", **email, **plan})
        mailings = tuple(
            Mailing(tuple(found), kind, sent, number)
            for number, ((_, kind, sent), found) in enumerate(versions.items())
        )
        days = [first + timedelta(days=number) for number in range((until - first).days)]
        quarter = np.array([quarter_of(day, begins) for day in days], dtype=np.int64)
        frame = pl.DataFrame(rows, schema=_SCHEMA)
        types = tuple(dict.fromkeys(frame["campaign_type"]))
        kinds = np.array([-1, *(types.index(name) for name in frame["campaign_type"])], dtype=np.int64)
        renewed = np.repeat(np.arange(len(plans) + 1)[:, None], len(begins), axis=1)
        for by_quarter in paid.reshape(-1, len(begins)):
            renewed[by_quarter[by_quarter > 0]] = by_quarter
        slot = np.zeros(len(plans) + 1, dtype=np.int64)
        for number in range(1, most_types):
            slot[paid[:, number].ravel()] = number
        slot[0] = 0
        return cls(paid, triggered, slot, renewed, quarter, kinds, opens, types, mailings, frame)


_SCHEMA: Final = {
    "campaign_key": pl.Int32,
    "campaign_id": pl.String,
    "name": pl.String,
    "channel_key": pl.Int32,
    "campaign_type": pl.String,
    "objective": pl.String,
    "audience": pl.String,
    "platform": pl.String,
    "subject_line": pl.String,
    "mailing": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
}


def _paid(preset: Preset, begins: list[date]) -> list[dict[str, Any]]:
    plans = []
    for mix in preset.channels:
        for slot, kind in enumerate(mix.campaigns, 1):
            for number, day in enumerate(begins):
                plans.append(
                    {
                        "role": "paid",
                        "position": (CHANNEL_KEYS[mix.name], slot, number),
                        "name": f"{mix.name} {kind.type} {quarter_name(day)}",
                        "channel_key": CHANNEL_KEYS[mix.name],
                        "campaign_type": kind.type,
                        "objective": "Awareness" if mix.touch_type == "impression" else "Sales",
                        "audience": kind.audience
                        or ("Visitors who came back" if kind.type == "Retargeting" else "Everybody"),
                        "platform": mix.platform or None,
                        "starts_on": day,
                        "ends_on": quarter_end(day),
                    }
                )
    return plans
