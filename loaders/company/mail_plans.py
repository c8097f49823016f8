"""The calendar of mail: what is mailed when, in how many versions, under which subject lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from martlet.loaders.company._clock import DAY, occasions, seconds
from martlet.loaders.company._quarters import quarter_end, quarter_name
from martlet.loaders.company.subjects import Line, Writer

if TYPE_CHECKING:
    from martlet.loaders.company._offers import EmailType, Preset
    from martlet.loaders.company.streams import Streams

__all__ = ["mail_plans"]

_HOUR: Final = 3600
_VERSIONS: Final = "ABCDEFGH"
_EVERY_MONTHS: Final = {"monthly": 1, "quarterly": 3}
_AUDIENCES: Final = {
    "all": "All who opted in",
    "families": "All who opted in, with families in mind",
    "buyers": "Buyers",
    "lapsed": "Buyers who stayed away",
}

Plans = list[dict[str, Any]]


def mail_plans(
    preset: Preset, streams: Streams, begins: list[date], first: date, until: date
) -> tuple[Plans, Plans]:
    """Return the campaigns of automatic mail, one for each version and quarter, and those of mailings, each version one."""
    writer = Writer(preset, streams)
    return _triggered(preset, writer, begins), _mailings(preset, streams, writer, first, until)


def _plan(
    kind: EmailType,
    mailing: str,
    version: int,
    *,
    role: str,
    position: tuple[int, ...],
    subject: str,
    starts_on: date,
    ends_on: date,
) -> dict[str, Any]:
    return {
        "role": role,
        "position": position,
        "name": f"{mailing} {_VERSIONS[version]}",
        "campaign_type": kind.type,
        "objective": "Retention" if kind.audience in ("buyers", "lapsed") else "Sales",
        "audience": _AUDIENCES[kind.audience],
        "platform": "Email",
        "subject_line": subject,
        "mailing": mailing,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }


def _triggered(preset: Preset, writer: Writer, begins: list[date]) -> Plans:
    return [
        _plan(
            kind,
            f"{kind.type} (automatic) {quarter_name(day)}",
            version,
            role="triggered",
            position=(number, version, quarter),
            subject=writer.write(Line(kind, day, version)),
            starts_on=day,
            ends_on=quarter_end(day),
        )
        for number, kind in enumerate(preset.email.types)
        if kind.schedule in ("sign_up", "cart")
        for quarter, day in enumerate(begins)
        for version in range(preset.email.versions)
    ]


def _mailings(preset: Preset, streams: Streams, writer: Writer, first: date, until: date) -> Plans:
    promotions = [entry for entry in occasions(preset.promotions, first, until) if entry[0] >= first]
    months = [date(year, month, 1) for year in range(first.year, until.year + 1) for month in range(1, 13)]
    plans = []
    for number, kind in enumerate(preset.email.types):
        # Day, name, promotion, and whether it is the last mail of that.
        on: list[tuple[date, str, int, bool]] = []
        if kind.schedule == "promotion":
            for begins, ends, which in promotions:
                name = f"{preset.promotions[which].name} {begins:%Y-%m}"
                on.append((begins, name, which, False))
                if ends - begins > timedelta(days=1):
                    on.append((ends - timedelta(days=1), f"{name} last day", which, True))
        elif kind.schedule in _EVERY_MONTHS:
            step = _EVERY_MONTHS[kind.schedule]
            days = [day.replace(day=kind.day) for day in months if (day.month - 1) % step == 0]
            on = [(day, f"{kind.type} {day:%Y-%m}", -1, False) for day in days]
        for day, name, which, is_last in sorted(on):
            if not first <= day < until:
                continue
            spread = preset.email.hour_spread
            shift = int(streams.one(f"hour/{kind.type}", seconds(day) // DAY) * (2 * spread + 1)) - spread
            sent = seconds(day) + min(max(kind.hour + shift, 0), 23) * _HOUR
            promotion = preset.promotions[which] if which >= 0 else None
            for version in range(preset.email.versions):
                line = Line(
                    kind,
                    day,
                    version,
                    promotion=promotion.name if promotion else "",
                    discount=f"{promotion.discount:.0%}" if promotion else "",
                    categories=promotion.categories if promotion else (),
                    is_last=is_last,
                )
                plans.append(
                    _plan(
                        kind,
                        name,
                        version,
                        role="mailing",
                        position=(number, sent),
                        subject=writer.write(line),
                        starts_on=day,
                        ends_on=day,
                    )
                )
    return plans
