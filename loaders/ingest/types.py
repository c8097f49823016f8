"""Words that profiles and entities share: the types of fields, and what a profile may say of a column."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["ORDERS", "TYPES", "Case", "Content", "DateOrder", "FieldType", "Unit"]

FieldType = Literal[
    "id", "text", "word", "name", "email", "phone", "url", "money", "number", "share", "count", "year",
    "date", "timestamp", "bool", "path",
]  # fmt: skip
TYPES: Final[tuple[FieldType, ...]] = get_args(FieldType)
Unit = Literal["units", "cents", "micros", "percent"]
Content = Literal["date", "email", "money", "recurring", "unique", "quantity"]
Case = Literal["lower", "upper", "title"]
DateOrder = Literal["dmy", "mdy", "ymd"]
ORDERS: Final[dict[DateOrder, str]] = {
    "ymd": "year, month, day",
    "dmy": "day, month, year",
    "mdy": "month, day, year",
}
