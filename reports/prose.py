"""The words of a template as HTML, with the values in their slots."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, cast

from martlet.reports.template import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

    from martlet.reports.filling import Words

__all__ = ["inline", "paragraphs"]


def paragraphs(tokens: Sequence[Token], line: int, words: Words) -> str:
    """Return Markdown as HTML."""
    return _renderer().render(_with_values(tokens, line, words), markdown().options, {}).strip()


def inline(token: Token, line: int, words: Words) -> str:
    """Return the words of a heading as HTML."""
    (filled,) = _with_values([token], line, words)
    return _renderer().renderInline(filled.children or [], markdown().options, {})


def _renderer() -> RendererHTML:
    return cast("RendererHTML", markdown().renderer)


def _with_values(tokens: Sequence[Token], line: int, words: Words) -> list[Token]:
    """Return tokens whose texts have their values; the renderer escapes them, as it does all text."""
    filled = copy.deepcopy(list(tokens))
    for token in filled:
        at = token.map[0] + 1 if token.map else line
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                at += 1
            if child.type == "text":
                child.content = words.fill(child.content, at)
    return filled
