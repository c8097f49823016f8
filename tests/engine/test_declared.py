"""A table is read as its dataclass says, and what is wrong with it is told with its place and what would be right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest

from martlet.engine.declared import Between, Key, Name, Place, read
from martlet.engine.declared_types import Count, Number, Regex, Texts, Word, Words
from martlet.engine.errors import IngestError
from martlet.loaders.ingest.entity import Entity


@dataclass(frozen=True, kw_only=True)
class Wheel:
    name: Annotated[str, Name()]
    size: Annotated[float, Between(1, 30)]
    spokes: int = 0


@dataclass(frozen=True, kw_only=True)
class Car:
    maker: str
    wheels: Mapping[str, Wheel] = field(default_factory=dict)
    spares: tuple[Wheel, ...] = ()
    fuel: Literal["petrol", "diesel", "power"] = "petrol"
    is_old: Annotated[bool, Key("old")] = False
    doors: Count = 4
    price: Number | None = None
    nicknames: Texts = ()
    plate: Regex = ""
    says: Words = field(default_factory=dict)
    colour: Word | None = None
    grades: Annotated[tuple[float, ...], Between(0, 1)] = ()


def car(**table):
    return read(Car, {"maker": "m"} | table, Place("a car", IngestError, file="car.toml"))


def test_each_value_takes_its_type():
    made = car(
        wheels={"front": {"size": 3}},
        old=True,
        price=3,
        nicknames="rex",
        says={"a": True, "b": 1.5},
        colour=3,
    )
    assert made.wheels == {"front": Wheel(name="front", size=3.0)}
    assert isinstance(made.wheels["front"].size, float)
    assert isinstance(made.price, int)
    assert (made.is_old, made.nicknames, made.says, made.colour) == (
        True,
        ("rex",),
        {"a": "true", "b": "1.5"},
        "3",
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"mark": 1}, "car.toml: mark is no key of a car. Did you mean 'maker'?"),
        ({"wheels": {"front": {"siz": 1}}}, "car.toml: wheels.front.siz is no key of a car. Did you mean 'size'?"),
        ({"wheels": {"front": {}}}, "car.toml lacks wheels.front.size"),
        ({"wheels": {"front": {"size": 31}}}, "wheels.front.size is 31.0; allowed are 1 to 30"),
        ({"wheels": {"front": {"size": "3"}}}, "wheels.front.size must be a number, not '3'; allowed are 1 to 30"),
        ({"wheels": {"front": {"size": True}}}, "wheels.front.size must be a number, not True"),
        ({"wheels": {"front": {"size": float("nan")}}}, "wheels.front.size is nan; allowed"),
        ({"wheels": {"front": {"size": 2, "spokes": 1.5}}}, "wheels.front.spokes must be a whole number, not 1.5"),
        ({"wheels": 3}, "wheels must be a table, not 3"),
        ({"spares": {}}, "spares must be a list"),
        ({"spares": [{"size": 1}, 2]}, r"spares\[1\] must be a table, not 2"),
        ({"fuel": "desel"}, "fuel is 'desel'. Did you mean 'diesel'.* Allowed: petrol, diesel, power"),
        ({"fuel": "x"}, "fuel is 'x'. There are: diesel, petrol, power.$"),
        ({"fuel": ["petrol"]}, "fuel is .'petrol'."),
        ({"is_old": True}, "is_old is no key of a car. Did you mean 'old'"),
        ({"doors": -1}, "doors must be a whole number from 0, not -1"),
        ({"price": True}, "price must be a number, not True"),
        ({"nicknames": ["a", 1]}, "nicknames must be text, not 1"),
        ({"plate": "("}, "plate is no regular expression: "),
        ({"says": {"a": [1]}}, "says.a must be text, a number, true or false"),
        ({"grades": [0.5, 2]}, r"grades\[1\] is 2.0; allowed are 0 to 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(table, message):
    with pytest.raises(IngestError, match=message):
        car(**table)


def test_a_misspelt_key_of_an_entity_is_told_with_the_nearest():
    place = Place("an entity", IngestError, file="entities/x.toml", name="x")
    table = {
        "doc": "",
        "table": "star.x",
        "key": [],
        "fields": {"a": {"type": "id", "doc": "", "requird": True}},
    }
    with pytest.raises(
        IngestError, match="x.toml: fields.a.requird is no key of an entity. Did you mean 'required'"
    ):
        read(Entity, table, place)
