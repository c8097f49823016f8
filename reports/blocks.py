"""The blocks of a report's template, as their TOML declares them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

from martlet.engine.declared import Between
from martlet.engine.declared_types import Texts, texts
from martlet.engine.telling import Chart  # noqa: TC001 (read by `declared`)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.engine.declared import Place

__all__ = ["BLOCKS", "FORMS_SHOWN", "AdviceBlock", "Block", "PacksBlock", "QueryBlock", "SummaryBlock"]

# What a block can show of an answer.
FORMS_SHOWN: Final = ("finding", "figures", "chart", "table")
_MOST: Final = 1000


def _shown(value: Any, place: Place) -> tuple[str, ...]:
    found = texts(value, place)
    for number, one in enumerate(found):
        place.at(number).one_of(one, FORMS_SHOWN)
    return found


@dataclass(frozen=True)
class QueryBlock:
    """A question, and what is shown of its answer.

    Attributes
    ----------
    ask
        The `pack/query` that is asked.
    sql
        Or one SELECT of one's own; it may use the report's parameters, such as `$since`.
    params
        Parameters; `"{since}"` is the report's.
    name
        The name by which the text takes values of the first row: `{name.column:money}`.
    show
        `finding`, `figures` (cards of key figures), `chart`, `table`; a table is behind the chart in any case.
    rows
        The most rows that are shown.
    columns
        The columns of the table, in this order.
    title
        Heading, in place of the finding.
    when
        SQL over `answer` that is true where the block stands.
    section
        Whether its whole section is left out where `when` is not true.
    chart
        The picture of SQL of one's own, as in the header of a query.
    wide
        Whether it takes the whole width of the page.
    """

    ask: str = ""
    sql: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    show: Annotated[tuple[str, ...], _shown] = ("finding", "chart", "table")
    rows: Annotated[int, Between(1, _MOST)] = 12
    columns: Texts = ()
    title: str = ""
    when: str = ""
    section: bool = False
    chart: Chart | None = None
    wide: bool = False


@dataclass(frozen=True)
class PacksBlock:
    """A section for each pack, with the queries that its `_pack.toml` names in `report`, or else with its first ones that have a picture.

    Attributes
    ----------
    packs
        The packs; all where none is named.
    first
        Of these, which come first, in this order.
    without
        Which are left out.
    most
        The most queries of a pack.
    """

    packs: Texts = ()
    first: Texts = ()
    without: Texts = ()
    most: Annotated[int, Between(1, 50)] = 3


@dataclass(frozen=True)
class SummaryBlock:
    """The findings of largest effect among the answers of the report.

    Attributes
    ----------
    most
        The most findings.
    """

    most: Annotated[int, Between(1, 50)] = 6


@dataclass(frozen=True)
class AdviceBlock:
    """What the queries that can advise do advise, those of the report and the others of its packs; the most worth first.

    Attributes
    ----------
    most
        The most pieces of advice.
    """

    most: Annotated[int, Between(1, 50)] = 10


Block = QueryBlock | PacksBlock | SummaryBlock | AdviceBlock
# By the word after the fence.
BLOCKS: Final[Mapping[str, type[Block]]] = {
    "query": QueryBlock,
    "packs": PacksBlock,
    "summary": SummaryBlock,
    "advice": AdviceBlock,
}
