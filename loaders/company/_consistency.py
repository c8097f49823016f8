"""What one value of a preset says about another: names that must exist, lists that must be as long."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.loaders.company._segments import values_of
from martlet.loaders.company.landings import LANDINGS
from martlet.loaders.company.recommendations import LENGTH
from martlet.loaders.company.review_words import ASPECTS
from martlet.loaders.company.searches import INTENTS
from martlet.loaders.company.seasons import MONTHS
from martlet.loaders.company.subjects import SLOTS
from martlet.loaders.warehouse.calendar import HOLIDAYS
from martlet.loaders.warehouse.channels import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from martlet.loaders.company._offers import Category, Preset
    from martlet.loaders.company._sections import Modifier

__all__ = ["check_consistency"]

_HOURS: Final = 24
_WEEKDAYS: Final = 7
_CLOCK_LENGTHS: Final = {"month": 12, "weekday": 7, "hour": 24, "hour_weekend": 24}
_FEEDBACK_LENGTHS: Final = {
    "rating_cuts": 4,
    "nps_cuts": 10,
    "csat_cuts": 4,
    "praise": 5,
    "aspects": len(ASPECTS),
}
_MOST_HARVESTS: Final = 7
_MOST_CAMPAIGNS: Final = 7


class _Weighted(Protocol):
    @property
    def weight(self) -> float: ...


def check_consistency(preset: Preset) -> None:
    """Raise ParameterError, naming the key, where values of a preset contradict each other."""
    _check_lengths(preset)
    _check_site(preset)
    _check_people(preset)
    _check_channels(preset)
    _check_offers(preset)
    _check_catalogue(preset)
    _check_feedback(preset)
    _check_mails(preset)
    _check_services(preset)
    _check_experiments(preset)
    _check_posts(preset)
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
    if not preset.catalogue.price_changes:
        raise ParameterError("catalogue.price_changes needs a number")
    bands = len(preset.people.ages)
    for number, mix in enumerate(preset.channels):
        if len(mix.ages) != bands:
            raise ParameterError(
                f"channels[{number}].ages has {len(mix.ages)} numbers; people.ages needs {bands}"
            )
    if len(preset.harvest) > _MOST_HARVESTS:
        raise ParameterError(f"harvest has {len(preset.harvest)} entries; allowed are 0 to {_MOST_HARVESTS}")


def _check_site(preset: Preset) -> None:
    visits = preset.visits
    lists = {
        "visits.further_kinds": (visits.further_kinds, ["home", "category", "blog"]),
        "visits.landing_bounce": (visits.landing_bounce, LANDINGS),
        "searches.intents": (preset.searches.intents, INTENTS),
    }
    for number, entry in enumerate(visits.landings):
        _check_name(
            entry.channel, [channel.name for channel in CHANNELS], f"visits.landings[{number}].channel"
        )
        lists[f"visits.landings[{number}].weights"] = (entry.weights, LANDINGS)
    for key, (numbers, names) in lists.items():
        if len(numbers) != len(names) or not sum(numbers) > 0:
            raise ParameterError(
                f"{key} needs {len(names)} numbers, one of them above 0: {', '.join(names)}; it has {len(numbers)}"
            )
    site = preset.searches
    for key in ("navigational", "not_sold"):
        if not getattr(site, key):
            raise ParameterError(f"searches.{key} needs an entry")
    if len(preset.recommendations.places) != LENGTH:
        raise ParameterError(
            f"recommendations.places has {len(preset.recommendations.places)} numbers; allowed are {LENGTH}"
        )


def _check_people(preset: Preset) -> None:
    ages = preset.people.ages
    for number, (before, band) in enumerate(pairwise(ages), start=1):
        if band.low != before.high:
            raise ParameterError(
                f"people.ages[{number}].low is {band.low}; it must be {before.high}, where the band before ends"
            )
    for number, persona in enumerate(preset.people.personas):
        if len(persona.ages) != len(ages):
            raise ParameterError(
                f"people.personas[{number}].ages has {len(persona.ages)} numbers; people.ages needs {len(ages)}"
            )
    countries = [country.name for country in preset.people.countries]
    for number, place in enumerate(preset.people.places):
        _check_name(place.country, countries, f"people.places[{number}].country")
        if not place.postal or not all(map(str.isascii, place.postal)):
            raise ParameterError(
                f"people.places[{number}].postal needs a form such as 100%#, of plain letters and signs"
            )

        try:
            ZoneInfo(place.zone)
        except (ValueError, KeyError) as error:
            raise ParameterError(
                f"people.places[{number}].zone is {place.zone!r}; it must be a zone such as America/New_York"
            ) from error


def _check_channels(preset: Preset) -> None:
    mixes = {mix.name: mix for mix in preset.channels}
    for number, mix in enumerate(preset.channels):
        _check_name(mix.name, [channel.name for channel in CHANNELS], f"channels[{number}].name")
        if len(mix.campaigns) > _MOST_CAMPAIGNS:
            raise ParameterError(
                f"channels[{number}].campaigns has {len(mix.campaigns)} entries; allowed are 0 to {_MOST_CAMPAIGNS}"
            )
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


def _check_services(preset: Preset) -> None:
    types, cities = [kind.type for kind in preset.email.types], [place.city for place in preset.people.places]
    for number, kind in enumerate(preset.coupons.kinds):
        _check_name(kind.campaign_type, types, f"coupons.kinds[{number}].campaign_type")
    for number, store in enumerate(preset.stores.places):
        _check_name(store.city, cities, f"stores.places[{number}].city")
    _check_once([kind.campaign_type for kind in preset.coupons.kinds], "coupons.kinds", "campaign_type")
    _check_once([kind.prefix for kind in preset.coupons.kinds], "coupons.kinds", "prefix")
    _check_once([store.city for store in preset.stores.places], "stores.places", "city")
    if len(preset.stores.catalogue) != len(preset.people.ages):
        raise ParameterError(
            f"stores.catalogue has {len(preset.stores.catalogue)} numbers; people.ages needs {len(preset.people.ages)}"
        )
    for number, plan in enumerate(preset.membership.plans):
        if not plan.cancels:
            raise ParameterError(f"membership.plans[{number}].cancels needs a number")


def _check_once(names: Sequence[str], table: str, key: str) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ParameterError(f"{table}[{number}].{key} is {name!r}, which is taken by another entry")


def _check_catalogue(preset: Preset) -> None:
    for number, curve in enumerate(preset.catalogue.seasons):
        if len(curve.month) != MONTHS:
            raise ParameterError(
                f"catalogue.seasons[{number}].month has {len(curve.month)} numbers; allowed are {MONTHS}"
            )
    _check_styles(preset)
    for number, category in enumerate(preset.categories):
        _check_category(preset, category, f"categories[{number}]")


def _check_styles(preset: Preset) -> None:
    """Check that each brand has a style."""
    if not preset.catalogue.brands:
        raise ParameterError("catalogue.brands needs an entry")
    brands = preset.catalogue.brands
    for number, style in enumerate(preset.taste.styles):
        for name in style.brands:
            _check_name(name, brands, f"taste.styles[{number}].brands")
        if not style.brands:
            raise ParameterError(f"taste.styles[{number}].brands needs an entry")
    placed = [name for style in preset.taste.styles for name in style.brands]
    for name in brands:
        if placed.count(name) != 1:
            raise ParameterError(f"taste.styles: {name!r} must be in the brands of one style")


def _check_feedback(preset: Preset) -> None:
    feedback = preset.feedback
    for key, length in _FEEDBACK_LENGTHS.items():
        numbers = getattr(feedback, key)
        if len(numbers) != length:
            raise ParameterError(f"feedback.{key} has {len(numbers)} numbers; allowed are {length}")
        if key.endswith("_cuts") and list(numbers) != sorted(numbers):
            raise ParameterError(f"feedback.{key} must rise")
    if not sum(feedback.aspects) + feedback.neutral > 0:
        raise ParameterError("feedback.aspects or feedback.neutral needs a number above 0")


def _check_category(preset: Preset, category: Category, key: str) -> None:
    """Check that there is something to choose from in every list, and that every product can have a name of its own."""
    seasons = ["", *(curve.name for curve in preset.catalogue.seasons)]
    lists = {f"{key}.{name}": getattr(category, name) for name in ("adjectives", "kinds", "details", "nouns")}
    lists |= {f"catalogue.{name}": getattr(preset.catalogue, name) for name in ("brands", "descriptions")}
    for number, noun in enumerate(category.nouns):
        at = f"{key}.nouns[{number}]"
        lists |= {f"{at}.made": noun.made, f"{at}.uses": noun.uses}
        if noun.low >= noun.high:
            raise ParameterError(f"{at}.low is {noun.low}; it must be below high, {noun.high}")
        _check_name(noun.season, seasons, f"{at}.season")
    _check_name(category.season, seasons, f"{key}.season")
    for name, entries in lists.items():
        if not entries:
            raise ParameterError(f"{name} needs an entry")
    names = (
        len(category.nouns) * len(preset.catalogue.brands) * len(category.adjectives) * len(category.kinds)
    )
    if category.products > names:
        raise ParameterError(
            f"{key}.products is {category.products}; its brands, adjectives, nouns and kinds make {names} names"
        )


def _check_mails(preset: Preset) -> None:
    """Check that every subject line can be filled in, and that every pattern is one."""
    words = dict.fromkeys(SLOTS, "")
    names = [category.name for category in preset.categories]
    lists = {"email.shared_subjects": preset.email.shared_subjects}
    for number, kind in enumerate(preset.email.types):
        key = f"email.types[{number}]"
        if not kind.subjects:
            raise ParameterError(f"{key}.subjects needs a line")
        lists |= {f"{key}.subjects": kind.subjects, f"{key}.last_subjects": kind.last_subjects}
        for name in kind.categories:
            _check_name(name, names, f"{key}.categories")
    for key, lines in lists.items():
        for line in lines:
            try:
                line.format(**words)
            except (KeyError, IndexError, ValueError) as error:
                raise ParameterError(
                    f"{key}: {line!r} can't be filled in; allowed in braces are {', '.join(words)}"
                ) from error
            if not line:
                raise ParameterError(f"{key} has an empty line")
    for number, feature in enumerate(preset.email.features):
        try:
            re.compile(feature.pattern)
        except re.error as error:
            raise ParameterError(
                f"email.features[{number}].pattern is {feature.pattern!r}, which is no regular expression: {error}"
            ) from error


def _check_experiments(preset: Preset) -> None:
    """Check that experiments name what exists, and that hours are named by all arms of one or by none."""
    types = [kind.type for kind in preset.email.types]
    categories = [category.name for category in preset.categories]
    for number, experiment in enumerate(preset.experiments):
        key = f"experiments[{number}]"
        if (experiment.metric == "opens") != bool(experiment.campaign_type):
            raise ParameterError(
                f"{key}.campaign_type is {experiment.campaign_type!r} and its metric is {experiment.metric}; opens, and no other metric, needs one"
            )
        if experiment.campaign_type:
            _check_name(experiment.campaign_type, types, f"{key}.campaign_type")
        for name in experiment.categories:
            _check_name(name, categories, f"{key}.categories")
        hours = {arm.hour >= 0 for arm in experiment.arms}
        if hours == {True, False} or (hours == {True} and experiment.metric != "opens"):
            raise ParameterError(
                f"{key}.arms: an hour must be given for all arms of a test of opens, or for none"
            )
        if experiment.metric in ("opens", "units") and experiment.assigned_by == "browser":
            raise ParameterError(f"{key}.assigned_by is 'browser'; {experiment.metric} are of customers")


def _check_posts(preset: Preset) -> None:
    """Check that the kinds of posts exist, and that their times are complete."""
    for key, length in (("hours", _HOURS), ("weekdays", _WEEKDAYS)):
        numbers = getattr(preset.posts, key)
        if len(numbers) != length:
            raise ParameterError(f"posts.{key} has {len(numbers)} numbers; allowed are {length}")
    kinds = [kind.name for kind in preset.posts.kinds]
    for number, platform in enumerate(preset.social):
        for name in platform.kinds:
            _check_name(name, kinds, f"social[{number}].kinds")
        weights = [kind.weight for kind in preset.posts.kinds if kind.name in platform.kinds]
        if platform.posts_per_week and not sum(weights) > 0:
            raise ParameterError(f"social[{number}].kinds needs a kind whose weight is above 0")


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
        "catalogue.price_endings": preset.catalogue.price_endings,
        "membership.plans": preset.membership.plans,
        "content.kinds": preset.content.kinds,
        "taste.styles": preset.taste.styles,
        "elements.clicks": preset.elements.clicks,
        "elements.videos": preset.elements.videos,
        "recommendations.algorithms": preset.recommendations.algorithms,
    }
    for key, entries in lists.items():
        if not sum(entry.weight for entry in entries) > 0:
            raise ParameterError(f"{key} needs an entry whose weight is above 0")
    basket = preset.basket
    told_apart = (basket.fit_reason, basket.late_reason)
    if not sum(entry.weight for entry in basket.return_reasons if entry.name not in told_apart) > 0:
        raise ParameterError(
            f"basket.return_reasons needs an entry beside {' and '.join(told_apart)} whose weight is above 0"
        )
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
