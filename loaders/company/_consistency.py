"""What one value of a preset says about another: names that must exist, lists that must be as long."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Protocol

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.loaders.company._segments import values_of
from martlet.loaders.warehouse.calendar import HOLIDAYS
from martlet.loaders.warehouse.channels import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company._sections import Modifier

__all__ = ["check_consistency"]

_HOURS: Final = 24
_CLOCK_LENGTHS: Final = {"month": 12, "weekday": 7, "hour": 24, "hour_weekend": 24}
_LANDINGS: Final = 3
_MOST_HARVESTS: Final = 7


class _Weighted(Protocol):
    @property
    def weight(self) -> float: ...


def check_consistency(preset: Preset) -> None:
    """Raise ParameterError, naming the key, where values of a preset contradict each other."""
    _check_lengths(preset)
    _check_channels(preset)
    _check_offers(preset)
    _check_mails(preset)
    _check_weights(preset)


def _check_lengths(preset: Preset) -> None:
    for key, length in _CLOCK_LENGTHS.items():
        numbers = getattr(preset.clock, key)
        if len(numbers) != length:
            raise ParameterError(f"clock.{key} has {len(numbers)} numbers; allowed are {length}")
    if len(preset.email.hours) != _HOURS:
        raise ParameterError(f"email.hours has {len(preset.email.hours)} numbers; allowed are {_HOURS}")
    if not preset.catalogue.price_cuts:
        raise ParameterError("catalogue.price_cuts needs a number")
    if not preset.catalogue.price_endings:
        raise ParameterError("catalogue.price_endings needs a number")
    if len(preset.visits.landing) != _LANDINGS:
        raise ParameterError(
            f"visits.landing has {len(preset.visits.landing)} numbers; allowed are {_LANDINGS}: home, category, blog"
        )
    bands = len(preset.people.ages)
    for number, mix in enumerate(preset.channels):
        if len(mix.ages) != bands:
            raise ParameterError(
                f"channels[{number}].ages has {len(mix.ages)} numbers; people.ages needs {bands}"
            )
    if len(preset.harvest) > _MOST_HARVESTS:
        raise ParameterError(f"harvest has {len(preset.harvest)} entries; allowed are 0 to {_MOST_HARVESTS}")


def _check_channels(preset: Preset) -> None:
    mixes = {mix.name: mix for mix in preset.channels}
    for number, mix in enumerate(preset.channels):
        _check_name(mix.name, [channel.name for channel in CHANNELS], f"channels[{number}].name")
    for number, modifier in enumerate(preset.modifiers):
        _check_modifier(preset, modifier, f"modifiers[{number}]")
    for number, entry in enumerate(preset.harvest):
        _check_name(entry.channel, mixes, f"harvest[{number}].channel")
        if entry.campaign_type:
            kinds = [kind.type for kind in mixes[entry.channel].campaigns]
            _check_name(entry.campaign_type, kinds, f"harvest[{number}].campaign_type")
    for name in ("Direct", "Email"):
        if name not in mixes:
            raise ParameterError(f"channels lacks {name}, which every company has")


def _check_modifier(preset: Preset, modifier: Modifier, key: str) -> None:
    mixes = {mix.name: [kind.type for kind in mix.campaigns] for mix in preset.channels}
    mixes["Email"] = [kind.type for kind in preset.email.types]
    _check_name(modifier.channel, mixes, f"{key}.channel")
    if modifier.campaign_type:
        _check_name(modifier.campaign_type, mixes[modifier.channel], f"{key}.campaign_type")
    _check_name(modifier.value, values_of(preset, modifier.segment), f"{key}.value")
    if modifier.acts_on == "opens" and modifier.channel != "Email":
        raise ParameterError(f"{key}.acts_on is opens; only Email is opened")


def _check_offers(preset: Preset) -> None:
    categories = [category.name for category in preset.categories]
    for number, category in enumerate(preset.categories):
        if category.low >= category.high:
            raise ParameterError(
                f"categories[{number}].low is {category.low}; it must be below high, {category.high}"
            )
    for number, persona in enumerate(preset.people.personas):
        for name in persona.tastes:
            _check_name(name, categories, f"people.personas[{number}].tastes")
    for number, promotion in enumerate(preset.promotions):
        for name in promotion.categories:
            _check_name(name, categories, f"promotions[{number}].categories")
        if promotion.anchor not in HOLIDAYS and not _is_month_day(promotion.anchor):
            raise ParameterError(
                f"promotions[{number}].anchor is {promotion.anchor!r}; it must be a holiday or a month and day such as 07-08."
                + did_you_mean(promotion.anchor, HOLIDAYS)
            )
    for name in preset.clock.holidays:
        _check_name(name, HOLIDAYS, "clock.holidays")
    for name in preset.clock.days_off:
        _check_name(name, HOLIDAYS, "clock.days_off")


def _check_mails(preset: Preset) -> None:
    """Check that every subject line can be filled in."""
    words = dict.fromkeys(("month", "promotion", "discount", "category"), "")
    lists = {
        f"email.types[{number}].subjects": kind.subjects for number, kind in enumerate(preset.email.types)
    }
    for key, lines in {**lists, "email.shared_subjects": preset.email.shared_subjects}.items():
        if not lines and key in lists:
            raise ParameterError(f"{key} needs a line")
        for line in lines:
            try:
                line.format(**words)
            except (KeyError, IndexError, ValueError) as error:
                raise ParameterError(
                    f"{key}: {line!r} can't be filled in; allowed in braces are {', '.join(words)}"
                ) from error


def _check_weights(preset: Preset) -> None:
    """Check that every list from which one is picked has something to pick."""
    people = preset.people
    lists: dict[str, Sequence[_Weighted]] = {
        "people.ages": people.ages,
        "people.genders": people.genders,
        "people.educations": people.educations,
        "people.personas": people.personas,
        "people.domains": people.domains,
        "people.places": people.places,
        "visits.devices": preset.visits.devices,
        "basket.return_reasons": preset.basket.return_reasons,
    }
    for key, entries in lists.items():
        if not sum(entry.weight for entry in entries) > 0:
            raise ParameterError(f"{key} needs an entry whose weight is above 0")
    for key in ("acquisition", "prospects"):
        if not sum(getattr(mix, key) for mix in preset.channels) > 0:
            raise ParameterError(f"channels needs an entry whose {key} is above 0")
    for number, experiment in enumerate(preset.experiments):
        if not sum(arm.split for arm in experiment.arms) > 0:
            raise ParameterError(f"experiments[{number}].arms needs an arm whose split is above 0")
    mobile = {device.device_type == "mobile" for device in preset.visits.devices if device.weight > 0}
    if len(mobile) < 2:  # noqa: PLR2004  (one browser of each customer is mobile, the other is not)
        raise ParameterError("visits.devices needs a mobile device and another one, with weights above 0")


def _is_month_day(text: str) -> bool:
    try:
        date.fromisoformat(f"2001-{text}")
    except ValueError:
        return False
    return True


def _check_name(name: str, known: Collection[str], key: str) -> None:
    if name not in known:
        raise ParameterError(f"{key}: {name!r} does not exist.{did_you_mean(name, known)}")
