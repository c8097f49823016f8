"""The sections of packs in a report: which packs have one, and what stands in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from martlet.engine.errors import did_you_mean
from martlet.reports.blocks import PacksBlock, QueryBlock
from martlet.reports.template import Heading, Placed, Prose, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from martlet.engine.pack import Pack
    from martlet.reports.asking import Answer, Asker
    from martlet.reports.template import Template

__all__ = ["of_packs", "unanswered", "with_packs"]


def of_packs(
    asker: Asker, placed: Placed, block: PacksBlock, packs: Mapping[str, Pack], silent: list[str]
) -> Iterator[Heading | Prose | Answer]:
    """Yield the sections of packs; a pack that answers nothing is added to `silent` instead."""
    for name in sorted(
        block.packs, key=lambda name: block.first.index(name) if name in block.first else len(packs)
    ):
        pack = packs[name]
        if pack.report == ():
            continue
        answers = list(_answers_of(asker, placed, block, pack))
        if not answers:
            silent.append(pack.title)
            continue
        yield _heading(pack.title, placed.line)
        if pack.summary:
            yield _prose(pack.summary, placed.line)
        yield from answers


def with_packs(
    template: Template, packs: Mapping[str, Pack], only: Sequence[str]
) -> list[Heading | Prose | Placed]:
    """Return the parts of a template, each packs block with the names of its packs.

    Where somebody asked for some packs, the others have no section, and those that no block names have one in the last.
    """
    parts: list[Heading | Prose | Placed] = []
    left = list(only)
    last = None
    for part in template.parts:
        if not isinstance(part, Placed) or not isinstance(part.block, PacksBlock):
            parts.append(part)
            continue
        block = part.block
        for key in ("packs", "first", "without"):
            for name in getattr(block, key):
                if name not in packs:
                    message = f"{key}: there is no pack {name!r}.{did_you_mean(name, packs)}"
                    template.fail(part.line_of(key), message)
        names = [
            name for name in block.packs or packs if name not in block.without and (not only or name in only)
        ]
        left = [name for name in left if name not in names]
        last = len(parts)
        parts.append(replace(part, block=replace(block, packs=tuple(names))))
    if left and last is not None:
        part = parts[last]
        assert isinstance(part, Placed) and isinstance(part.block, PacksBlock)  # noqa: S101, PT018 - it was put there
        parts[last] = replace(part, block=replace(part.block, packs=(*part.block.packs, *left)))
    return parts


def _answers_of(asker: Asker, placed: Placed, block: PacksBlock, pack: Pack) -> Iterator[Answer]:
    chosen = (
        [query for query in pack.queries if query.chart and query.finding]
        if pack.report is None
        else pack.report
    )
    found = 0
    for query in chosen:
        if found == block.most:
            return
        asked = QueryBlock(ask=query.path, params=asker.for_packs(query))
        answer = asker.ask(replace(placed, block=asked), asked)
        if answer.result.note is None and len(answer.result) and (answer.told or pack.report):
            found += 1
            yield answer


def unanswered(silent: Sequence[str]) -> list[Heading | Prose]:
    """Return the section that names the packs without an answer, nothing where there are none."""
    if not silent:
        return []
    told = f"The warehouse holds nothing to answer from for: {', '.join(silent)}."
    return [_heading("Not answered", 1), _prose(told, 1)]


def _heading(text: str, line: int) -> Heading:
    return Heading(2, text, line, markdown().parse(f"## {_masked(text)}"))


def _prose(text: str, line: int) -> Prose:
    masked = _masked(text)
    return Prose(masked, line, markdown().parse(masked))


def _masked(text: str) -> str:
    """Return a text that Markdown takes for that text."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~" else sign for sign in text)
