"""Which column of an export holds the customer, the date, the amount: by its name, else by what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.loaders.ingest._column_names import RANKS, ROLES, WORDS, has_word, listed, normal, words
from martlet.loaders.ingest._kinds import kind, share
from martlet.sql.errors import IngestError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest._column_names import Role
    from martlet.loaders.ingest._kinds import Kind
    from martlet.loaders.ingest._reading import Table

__all__ = ["REQUIRED", "Columns", "choose"]

REQUIRED: tuple[Role, ...] = ("customer", "date", "amount")

_SAMPLE = 1_000
_MOSTLY = 0.5
_LARGEST_QUANTITY = 1_000
_LONGEST_SHOWN = 40
_LIKE_MONEY = r"[.,]\d|\p{Sc}"


@dataclass(frozen=True)
class Columns:
    """The column of each role found, the columns that have none, and what was chosen among several, in words."""

    of: dict[Role, str]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


def choose(table: Table, asked: Mapping[Role, str | int | None]) -> Columns:
    """Find the columns of a table's roles; `asked` names some of them, or gives their positions from 1.

    Raises
    ------
    IngestError
        If a named column isn't there, one column is asked for twice, or no column fits customer, date or amount.
    """
    of: dict[Role, str] = {
        role: _find(table, role, wanted) for role, wanted in asked.items() if wanted is not None
    }
    for role, column in of.items():
        twice = [other for other, name in of.items() if name == column and other != role]
        if twice:
            raise IngestError(f"{table.name}: column {column!r} can't be both the {role} and the {twice[0]}")
    kinds = _kinds(table)
    notes: list[str] = []
    guess = _by_name if table.has_header else _by_content
    guess(table, kinds, of, notes)
    if table.has_header:
        _only_candidates(table, kinds, of, notes)
    if "customer" not in of:
        _stand_in(table, kinds, of, notes)
    missing = [role for role in REQUIRED if role not in of]
    if missing:
        raise IngestError(_complaint(table, kinds, missing))
    used = set(of.values())
    of = {role: of[role] for role in ROLES if role in of}
    return Columns(of, tuple(name for name in table.cells.columns if name not in used), tuple(notes))


def _find(table: Table, role: Role, wanted: str | int) -> str:
    names = table.cells.columns
    text = str(wanted).strip()
    if isinstance(wanted, str):
        for name in names:
            if name == text:
                return name
        for name in names:
            if name.lower() == text.lower() or (normal(text) and normal(name) == normal(text)):
                return name
    if text.isdecimal() and 1 <= int(text) <= len(names):
        return names[int(text) - 1]
    if not table.has_header:
        raise IngestError(
            f"{table.name} has no header, so its {len(names)} columns go by number; there is no {role} column {text!r}"
        )
    hint = did_you_mean(text, names)
    listing = f" There are: {listed(names)}." if "Did you" in hint else ""
    raise IngestError(f"{table.name} has no column {text!r} for the {role}.{hint}{listing}")


def _kinds(table: Table) -> dict[str, list[Kind]]:
    step = max(1, table.cells.height // _SAMPLE)
    sample = table.cells.gather_every(step)
    return {name: [kind(cell) for cell in sample[name]] for name in table.cells.columns}


def _by_name(table: Table, kinds: dict[str, list[Kind]], of: dict[Role, str], notes: list[str]) -> None:
    for role in RANKS:
        if role in of:
            continue
        free = [name for name in table.cells.columns if name not in of.values()]
        fitting = [name for name in free if _fit(role, kinds[name]) >= _MOSTLY]
        # A column of a known name may be mostly spoilt; its rows will say so.
        spoilt = [name for name in free if _fit(role, kinds[name]) > 0]
        found = _known(role, fitting) or _alike(role, fitting, kinds) or _known(role, spoilt)
        if found:
            of[role] = found[0]
        if len(found) > 1 and role in REQUIRED:
            others = ", ".join(map(repr, found[1:]))
            notes.append(f"the {role} is read from {found[0]!r}; {others} would fit as well")


def _known(role: Role, names: list[str]) -> list[str]:
    ranks = RANKS[role]
    return sorted((name for name in names if normal(name) in ranks), key=lambda name: ranks[normal(name)])


def _alike(role: Role, names: list[str], kinds: dict[str, list[Kind]]) -> list[str]:
    wanted, unwanted = WORDS.get(role, (r"(?!)", ""))
    # Only a date may be full of dates.
    possible = [name for name in names if role == "date" or share(kinds[name], "date") < _MOSTLY]
    return [name for name in possible if has_word(name, wanted) and not has_word(name, unwanted)]


def _only_candidates(
    table: Table, kinds: dict[str, list[Kind]], of: dict[Role, str], notes: list[str]
) -> None:
    """Take columns of unknown name for the date and the amount if they alone look like it."""
    free = [name for name in table.cells.columns if name not in of.values()]
    dates = [name for name in free if share(kinds[name], "date") >= _MOSTLY]
    sums = [
        n
        for n in free
        if share(kinds[n], "number") >= _MOSTLY and table.cells[n].str.contains(_LIKE_MONEY).any()
    ]
    candidates: list[tuple[Role, list[str]]] = [("date", dates), ("amount", sums)]
    for role, alike in candidates:
        fitting = [name for name in alike if not has_word(name, WORDS[role][1])]
        if role not in of and len(fitting) == 1:
            of[role] = fitting[0]
            notes.append(f"the {role} is read from {fitting[0]!r}, the only column that looks like it")


def _stand_in(table: Table, kinds: dict[str, list[Kind]], of: dict[Role, str], notes: list[str]) -> None:
    """Tell customers apart by their email address, by a column called ID, or by their name, in this order."""
    free = [name for name in table.cells.columns if name not in of.values()]
    named = {normal(name): name for name in reversed(free) if share(kinds[name], "date") < _MOSTLY}
    candidates = [of.get("email"), named.get("id"), named.get("name"), named.get("fullname")]
    found = next((name for name in candidates if name), None)
    if found:
        of["customer"] = found
        notes.append(f"customers are told apart by {found!r}, since no other column identifies them")


def _fit(role: Role, kinds: list[Kind]) -> float:
    """Return the share of cells that can be what the column's name says; an empty column can."""
    if all(k == "empty" for k in kinds):
        return 0.0 if role in REQUIRED else 1.0
    if role in ("date", "amount", "quantity"):
        # Numbers may count days or seconds, and eight digits of an amount look like a date: the name tells.
        return share(kinds, "date") + share(kinds, "number")
    return 1.0


def _by_content(table: Table, kinds: dict[str, list[Kind]], of: dict[Role, str], notes: list[str]) -> None:
    """Guess columns without names: the date looks like one, the customer recurs, the amount has decimals."""
    cells = table.cells

    def free(wanted: Kind) -> list[str]:
        return [n for n in cells.columns if n not in of.values() and share(kinds[n], wanted) >= _MOSTLY]

    def claim(role: Role, candidates: list[str]) -> None:
        if role in of or not candidates:
            return
        of[role] = candidates[0]
        rest = [name for name in candidates[1:] if name not in of.values()]
        if rest and role in REQUIRED:
            which = ", ".join(rest)
            notes.append(
                f"the {role} is read from column {candidates[0]}; column {which} would fit as well: say {role}={rest[0]!r} for it"
            )

    claim("date", free("date"))
    claim("email", free("email"))
    numbers = free("number")
    codes = [name for name in numbers if cells[name].str.contains(r"^0\d").any()]
    decimal = [name for name in numbers if name not in codes and cells[name].str.contains(_LIKE_MONEY).any()]
    whole = [name for name in numbers if name not in codes and name not in decimal]
    claim("amount", decimal[::-1] or whole[::-1])
    small = [name for name in whole if name not in of.values() and _is_small(table, name)]
    identifiers = [n for n in cells.columns if n not in of.values() and n not in decimal and n not in small]
    recurring = [name for name in identifiers if cells[name].n_unique() < cells.height]
    unique = [name for name in identifiers if name not in recurring and not _counts_rows(table, name)]
    claim("customer", recurring or unique or ([of["email"]] if "email" in of else small))
    if recurring and unique:
        claim("order_id", [name for name in unique if name not in of.values()])
    claim("quantity", [name for name in small if name not in of.values()])


def _is_small(table: Table, name: str) -> bool:
    """Tell whether a column of whole numbers looks like quantities: few and small, mostly below ten."""
    numbers = table.cells[name].cast(int, strict=False).drop_nulls()
    median = numbers.median()
    return isinstance(median, float) and median < 10 and bool((numbers.abs() <= _LARGEST_QUANTITY).all())  # noqa: PLR2004


def _counts_rows(table: Table, name: str) -> bool:
    """Tell whether a column only numbers the rows: such numbers identify no order in another file."""
    steps = table.cells[name].cast(int, strict=False).diff().drop_nulls()
    return 0 < len(steps) == table.cells.height - 1 and bool((steps == 1).all())


def _complaint(table: Table, kinds: dict[str, list[Kind]], missing: list[Role]) -> str:
    found = listed(f"{name[:_LONGEST_SHOWN]} ({_commonest(kinds[name])})" for name in table.cells.columns)
    wanted = " and ".join(missing)
    options = " ".join(f"--{role.replace('_', '-')} COLUMN" for role in missing)
    text = f"{table.name}: no column was recognised for the {wanted}. Columns are: {found}. Name the right ones: {options}"
    unit = [name for name in table.cells.columns if "unit" in words(name) and "price" in words(name)]
    if "amount" in missing and unit:
        text += f". {unit[0]!r} is the price of one unit: multiply it by the quantity, and sum it up by order, before loading"
    return text


def _commonest(kinds: list[Kind]) -> str:
    if set(kinds) == {"empty"}:
        return "empty"
    options: tuple[Kind, ...] = ("date", "number", "email", "text")
    return max(options, key=lambda option: share(kinds, option))
