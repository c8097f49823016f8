"""A report, composed: the parts of a template with their answers, without the sections that do not hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from martlet.engine.errors import UnknownNameError, did_you_mean
from martlet.reports.asking import Answer, Asker
from martlet.reports.blocks import AdviceBlock, PacksBlock, QueryBlock, SummaryBlock
from martlet.reports.filling import Words
from martlet.reports.template import Heading, Placed, Prose, markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from martlet.engine.pack import Pack
    from martlet.engine.warehouse import Warehouse
    from martlet.reports.period import Period
    from martlet.reports.template import Template

__all__ = ["Advices", "Composed", "Findings", "Part", "compose"]


@dataclass(frozen=True)
class Findings:
    """The findings of largest effect."""

    answers: Sequence[Answer]


@dataclass(frozen=True)
class Advices:
    """The answers that advise something, the most worth first."""

    answers: Sequence[Answer]


Part = Heading | Prose | Answer | Findings | Advices


@dataclass(frozen=True)
class Composed:
    """A report before it is written: its title, the words that fill its slots, and its parts."""

    title: str
    words: Words
    period: Period
    parts: Sequence[Part]

    @property
    def answers(self) -> list[Answer]:
        """The answers among the parts."""
        return [part for part in self.parts if isinstance(part, Answer)]


def compose(
    template: Template,
    warehouse: Warehouse,
    period: Period,
    given: Mapping[str, Any],
    packs: Mapping[str, Pack],
    *,
    only: Sequence[str] = (),
) -> Composed:
    """Ask what a template asks, and leave out what does not hold.

    Parameters
    ----------
    template
        What stands where.
    warehouse
        Whom to ask.
    period
        The time that the report is about.
    given
        The values of the template's parameters.
    packs
        All packs by name.
    only
        The packs that have a section; all where none is named.

    Raises
    ------
    UnknownNameError
        If there is no such pack.
    UnitError
        If the template asks what can't be asked; the message gives its line.
    """
    for name in only:
        if name not in packs:
            raise UnknownNameError(f"there is no pack {name!r}.{did_you_mean(name, packs)}")
    words = Words(template, {**period.values, **given})
    words.values["title"] = words.fill(template.title or "{since} to {last_day}", 1)
    asker = Asker(warehouse, template, words, period)
    parts: list[Part | Placed] = []
    for part in template.parts:
        if isinstance(part, Placed) and isinstance(part.block, PacksBlock):
            parts += _of_packs(asker, part, part.block, packs, only)
        elif isinstance(part, Placed) and isinstance(part.block, QueryBlock):
            answer = asker.ask(part, part.block)
            parts.append(answer)
            if part.block.name:
                words.rows[part.block.name] = answer.first_row
        else:
            parts.append(part)
    kept = _kept(template, asker, parts)
    answers = [part for part in kept if isinstance(part, Answer)]
    if any(isinstance(part, Placed) and isinstance(part.block, AdviceBlock) for part in kept):
        answers += _advisers(asker, answers, [packs[name] for name in only or packs])
    return Composed(words.values["title"], words, period, [_told(part, answers) for part in kept])


def _of_packs(
    asker: Asker, placed: Placed, block: PacksBlock, packs: Mapping[str, Pack], only: Sequence[str]
) -> Iterator[Part]:
    for key in ("packs", "first", "without"):
        for name in getattr(block, key):
            if name not in packs:
                message = f"{key}: there is no pack {name!r}.{did_you_mean(name, packs)}"
                asker.template.fail(placed.line_of(key), message)
    silent = []
    asked = [name for name in only or block.packs or packs if name in only or name not in block.without]
    for name in sorted(
        asked, key=lambda name: block.first.index(name) if name in block.first else len(packs)
    ):
        pack = packs[name]
        answers = list(_answers_of(asker, placed, block, pack))
        if not answers:
            silent.append(pack.title)
            continue
        yield _heading(pack.title, placed.line)
        if pack.summary:
            yield _prose(pack.summary, placed.line)
        yield from answers
    if silent:
        yield _heading("Not answered", placed.line)
        yield _prose(f"The warehouse holds nothing to answer from for: {', '.join(silent)}.", placed.line)


def _answers_of(asker: Asker, placed: Placed, block: PacksBlock, pack: Pack) -> Iterator[Answer]:
    chosen = pack.report or [query for query in pack.queries if query.chart and query.finding]
    found = 0
    for query in chosen:
        if found == block.most:
            return
        asked = QueryBlock(ask=query.path, params=asker.for_packs(query))
        answer = asker.ask(replace(placed, block=asked), asked)
        if answer.result.note is None and len(answer.result) and (answer.told or pack.report):
            found += 1
            yield answer


def _advisers(asker: Asker, answers: Sequence[Answer], packs: Iterable[Pack]) -> list[Answer]:
    """Return the answers of the queries that can advise, and are not in the report."""
    known = {answer.query.path for answer in answers if answer.query and answer.query.advice}
    found = []
    for query in (query for pack in packs for query in pack.queries):
        if query.advice is not None and query.path not in known:
            block = QueryBlock(ask=query.path, params=asker.for_packs(query), show=())
            answer = asker.ask(Placed(block, 1), block)
            found.append(replace(answer, is_shown=False))
    return found


def _heading(text: str, line: int) -> Heading:
    return Heading(2, text, line, markdown().parse(f"## {_masked(text)}"))


def _prose(text: str, line: int) -> Prose:
    masked = _masked(text)
    return Prose(masked, line, markdown().parse(masked))


def _masked(text: str) -> str:
    """Return a text that Markdown takes for that text."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~" else sign for sign in text)


def _kept(template: Template, asker: Asker, parts: Sequence[Part | Placed]) -> list[Part | Placed]:
    """Return the parts without the blocks, and the sections, whose condition is not true."""
    left_out: set[int] = set()
    for place, part in enumerate(parts):
        if not isinstance(part, Answer) or asker.holds(part):
            continue
        left_out.add(place)
        if part.block.section:
            before = [at for at in range(place) if isinstance(parts[at], Heading)]
            if not before:
                line = part.placed.line_of("section")
                template.fail(line, "section: the block stands below no heading, so it has no section")
            left_out |= set(_section(parts, before[-1]))
    return [part for place, part in enumerate(parts) if place not in left_out]


def _section(parts: Sequence[Part | Placed], first: int) -> Iterable[int]:
    """Return the places of a heading and of what stands below it."""
    heading = parts[first]
    assert isinstance(heading, Heading)  # noqa: S101 - as was asked for
    yield first
    for place in range(first + 1, len(parts)):
        part = parts[place]
        if isinstance(part, Heading) and part.level <= heading.level:
            return
        yield place


def _told(part: Part | Placed, answers: Sequence[Answer]) -> Part:
    if not isinstance(part, Placed):
        return part
    block = part.block
    if isinstance(block, SummaryBlock):
        rated = [
            answer for answer in answers if answer.is_shown and answer.told and answer.told.effect is not None
        ]
        best = sorted(_each_once(rated), key=_effect, reverse=True)
        return Findings(best[: block.most])
    assert isinstance(block, AdviceBlock)  # noqa: S101 - the others became answers
    advised = _each_once(answer for answer in answers if answer.advised)
    best = sorted(advised, key=lambda answer: answer.advised.worth if answer.advised else 0, reverse=True)
    return Advices(best[: block.most])


def _each_once(answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers, one where the same is asked twice."""
    return list({id(answer.result): answer for answer in answers}.values())


def _effect(answer: Answer) -> float:
    return (answer.told and answer.told.effect) or 0
