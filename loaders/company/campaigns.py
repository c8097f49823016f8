"""Campaigns: the calendar of mailings, and the quarterly campaigns of the paid channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, occasions, seconds
from martlet.loaders.warehouse.channels import CHANNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import EmailType, Preset
    from martlet.loaders.company.streams import Streams

    Ints = NDArray[np.int64]

__all__ = ["CHANNEL_KEYS", "Campaigns", "Mailing"]

CHANNEL_KEYS: Final = {channel.name: channel.key for channel in CHANNELS}
_QUARTER_MONTHS: Final = 3


@dataclass(frozen=True)
class Mailing:
    """A mailing to many: its campaign, its position in `email.types`, when it goes out, and its number in all time."""

    campaign_key: int
    kind: int
    sent: int
    number: int


@dataclass(frozen=True)
class Campaigns:
    """All campaigns that start before `until`, numbered by their start, and where to find them.

    `paid[channel_key, type, quarter]` and `triggered[position in email.types, quarter]` are campaign keys, 0 where there is
    none; `quarter[day]` is the quarter of each day of the data; `kind[campaign_key]` the position of its type in `types`.
    """

    paid: Ints
    triggered: Ints
    quarter: Ints
    kind: Ints
    types: tuple[str, ...]
    mailings: tuple[Mailing, ...]
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, streams: Streams, first: date, until: date) -> Campaigns:
        """Plan the campaigns of [first, until)."""
        quarters = _quarters(first, until)
        plans = sorted(
            _triggered(preset, streams, quarters)
            + _paid(preset, quarters)
            + _mailings(preset, streams, first, until),
            key=lambda plan: plan["starts_on"],
        )
        most_types = max(len(mix.campaigns) for mix in preset.channels) + 1
        paid = np.zeros((len(CHANNELS) + 1, most_types, len(quarters)), dtype=np.int64)
        triggered = np.zeros((len(preset.email.types), len(quarters)), dtype=np.int64)
        mailings: list[Mailing] = []
        rows = []
        for number, plan in enumerate(plans, 1):
            role, position = plan.pop("role"), plan.pop("position")
            if role == "paid":
                paid[position] = number
            elif role == "triggered":
                triggered[position] = number
            else:
                kind, sent = position
                mailings.append(Mailing(number, kind, sent, len(mailings)))
            rows.append({"campaign_key": number, "campaign_id": f"C{number:05d}", **plan})
        days = [first + timedelta(days=number) for number in range((until - first).days)]
        quarter = np.array([_quarter_of(day, quarters) for day in days], dtype=np.int64)
        frame = pl.DataFrame(rows, schema=_SCHEMA)
        types = tuple(dict.fromkeys(frame["campaign_type"]))
        kinds = np.array([-1, *(types.index(name) for name in frame["campaign_type"])], dtype=np.int64)
        return cls(paid, triggered, quarter, kinds, types, tuple(mailings), frame)


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
    "starts_on": pl.Date,
    "ends_on": pl.Date,
}
_AUDIENCES: Final = {
    "all": "All who opted in",
    "families": "All who opted in, with families in mind",
    "buyers": "Buyers",
    "lapsed": "Buyers who stayed away",
}


def _quarters(first: date, until: date) -> list[date]:
    begins = date(first.year, (first.month - 1) // _QUARTER_MONTHS * _QUARTER_MONTHS + 1, 1)
    found = []
    while begins < until:
        found.append(begins)
        month = begins.month + _QUARTER_MONTHS
        begins = date(begins.year + month // 13, month if month <= 12 else 1, 1)  # noqa: PLR2004
    return found


def _quarter_of(day: date, quarters: list[date]) -> int:
    return sum(begins <= day for begins in quarters) - 1


def _paid(preset: Preset, quarters: list[date]) -> list[dict[str, Any]]:
    plans = []
    for mix in preset.channels:
        for slot, kind in enumerate(mix.campaigns, 1):
            for number, begins in enumerate(quarters):
                plans.append(
                    {
                        "role": "paid",
                        "position": (CHANNEL_KEYS[mix.name], slot, number),
                        "name": f"{mix.name} {kind.type} {_quarter_name(begins)}",
                        "channel_key": CHANNEL_KEYS[mix.name],
                        "campaign_type": kind.type,
                        "objective": "Awareness" if mix.touch_type == "impression" else "Sales",
                        "audience": kind.audience
                        or ("Visitors who came back" if kind.type == "Retargeting" else "Everybody"),
                        "platform": mix.platform or None,
                        "starts_on": begins,
                        "ends_on": _quarter_end(begins),
                    }
                )
    return plans


def _email_plan(
    role: str, position: tuple[int, ...], preset: Preset, name: str, subject: str
) -> dict[str, Any]:
    kind = preset.email.types[position[0]]
    return {
        "role": role,
        "position": position,
        "name": name,
        "channel_key": CHANNEL_KEYS["Email"],
        "campaign_type": kind.type,
        "objective": "Retention" if kind.audience in ("buyers", "lapsed") else "Sales",
        "audience": _AUDIENCES[kind.audience],
        "platform": "Email",
        "subject_line": subject,
    }


def _quarter_name(begins: date) -> str:
    return f"{begins.year} Q{(begins.month + 2) // _QUARTER_MONTHS}"


def _quarter_end(begins: date) -> date:
    return (begins.replace(day=1) + timedelta(days=93)).replace(day=1) - timedelta(days=1)


def _triggered(preset: Preset, streams: Streams, quarters: list[date]) -> list[dict[str, Any]]:
    plans = []
    for number, kind in enumerate(preset.email.types):
        if kind.schedule not in ("sign_up", "cart"):
            continue
        for quarter, begins in enumerate(quarters):
            name = f"{kind.type} (automatic) {_quarter_name(begins)}"
            subject = _subject(preset, streams, kind, begins)
            plan = _email_plan("triggered", (number, quarter), preset, name, subject)
            plans.append({**plan, "starts_on": begins, "ends_on": _quarter_end(begins)})
    return plans


def _subject(
    preset: Preset, streams: Streams, kind: EmailType, day: date, offer: tuple[str, str] = ("", "10%")
) -> str:
    """Return the subject line of a mailing: mostly one of its type, sometimes one that any type could bear.

    `offer` is the name of the promotion and the discount, for the lines that speak of them.
    """
    number = seconds(day) // DAY
    email = preset.email
    shared = streams.one(f"subject/shared/{kind.type}", number) < email.shared_subject
    lines = email.shared_subjects if shared and email.shared_subjects else kind.subjects
    category = streams.one(f"subject/category/{kind.type}", number)
    return lines[int(streams.one(f"subject/{kind.type}", number) * len(lines))].format(
        month=f"{day:%B}",
        promotion=offer[0],
        discount=offer[1],
        category=preset.categories[int(category * len(preset.categories))].name,
    )


def _mailings(preset: Preset, streams: Streams, first: date, until: date) -> list[dict[str, Any]]:
    plans = []
    promotions = [entry for entry in occasions(preset.promotions, first, until) if entry[0] >= first]
    months = [date(year, month, 1) for year in range(first.year, until.year + 1) for month in range(1, 13)]
    for number, kind in enumerate(preset.email.types):
        on: list[tuple[date, str, str]] = []
        if kind.schedule == "promotion":
            on = [
                (begins, preset.promotions[which].name, f"{preset.promotions[which].discount:.0%}")
                for begins, _, which in promotions
            ]
        elif kind.schedule in ("monthly", "quarterly"):
            step = 1 if kind.schedule == "monthly" else _QUARTER_MONTHS
            on = [(day.replace(day=kind.day), "", "10%") for day in months if (day.month - 1) % step == 0]
        for day, promotion, discount in on:
            if not first <= day < until:
                continue
            subject = _subject(preset, streams, kind, day, (promotion, discount))
            name = f"{promotion or kind.type} {day:%Y-%m}"
            spread = preset.email.hour_spread
            shift = int(streams.one(f"hour/{kind.type}", seconds(day) // DAY) * (2 * spread + 1)) - spread
            sent = seconds(day) + min(max(kind.hour + shift, 0), 23) * 3600
            plan = _email_plan("mailing", (number, sent), preset, name, subject)
            plans.append({**plan, "starts_on": day, "ends_on": day})
    return plans
