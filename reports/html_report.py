"""A report as one page of HTML: no network, no script unless asked for, by day, by night and on paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

from martlet.reports import cells, html_parts, interactive, pictures, prose, shell
from martlet.reports.asking import Answer
from martlet.reports.composing import Advices, Findings
from martlet.reports.template import Heading, Prose

if TYPE_CHECKING:
    from martlet.reports.composing import Composed, Part

__all__ = ["written"]

_SECTION: Final = 2
_MOST_LEVEL: Final = 6
_NOTHING_SAID: Final = (
    "Nothing in the answers of this report is large enough, or certain enough, to be said first."
)
_NOTHING_ADVISED: Final = "No answer supports advice: of nothing is the worth above 0 with 95 % confidence."


def written(report: Composed, *, source: str, themed: bool = True, is_interactive: bool = False) -> str:
    """Return the page of a report.

    Parameters
    ----------
    report
        The report.
    source
        What the numbers come from, in a sentence.
    themed
        Whether pictures take the colours of the page; without it they have those of the day, for programs that know no variables.
    is_interactive
        Whether pictures answer a pointer, by a script in the page.
    """
    return _Page(report, source, themed=themed, is_interactive=is_interactive).text()


@dataclass
class _Page:
    report: Composed
    source: str
    themed: bool
    is_interactive: bool
    ids: shell.Ids = field(default_factory=shell.Ids)
    # Anchors and words of the sections; the anchor of each answer; what a script draws.
    contents: list[tuple[str, str]] = field(default_factory=list)
    anchors: dict[int, str] = field(default_factory=dict)
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What was written, the cards that will stand in one grid, and where the writing has come to.
    out: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    is_in_section: bool = False
    level: int = 1
    drawn: int = 0

    def text(self) -> str:
        for reserved in ("main", "contents", "specs"):
            self.ids.of(reserved)
        parts = list(self.report.parts)
        title = self.report.title
        if parts and isinstance(parts[0], Heading) and parts[0].level == 1:
            title = self.report.words.fill(parts[0].text, parts[0].line)
            parts = parts[1:]
        for part in parts:
            if isinstance(part, Answer):
                self.anchors[id(part)] = self.ids.of(part.block.name or part.block.ask or "answer")
        for part in parts:
            self._add(part)
        self._end_section()
        script = interactive.script(self.specs) if self.is_interactive else ""
        return shell.document(title, self._around(title, "\n".join(self.out)), script=script)

    def _around(self, title: str, body: str) -> str:
        values = self.report.period.values
        time = f"{values['since']} to {values['last_day']}, {values['days']} days" if values["since"] else ""
        links = "".join(f'<li><a href="#{anchor}">{words}</a></li>' for anchor, words in self.contents)
        nav = f'<nav aria-label="Contents" id="contents"><ul>{links}</ul></nav>' if links else ""
        return f"""<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>{escape(title)}</h1>
<p class="sub">{time}</p>
{nav}
</header>
<main id="main">
{body}
</main>
<footer><p>{escape(self.source)} Each number is the answer to a query: how it was asked stands below its picture. Made by Martlet.</p></footer>"""

    def _add(self, part: Part) -> None:
        """Write a part; answers become cards, which stand in one grid until something else comes."""
        if isinstance(part, Answer):
            if "figures" in part.block.show:
                self._end_cards()
                self._add_figures(part)
            if set(part.block.show) - {"figures"}:
                self.cards.append(self._card(part))
            return
        self._end_cards()
        if isinstance(part, Heading):
            self._add_heading(part)
        elif isinstance(part, Prose):
            self.out.append(prose.paragraphs(part.tokens, part.line, self.report.words))
        elif isinstance(part, Findings):
            self.out.append(self._findings(part))
        else:
            self.out.append(self._advices(part))

    def _end_cards(self) -> None:
        if self.cards:
            self.out.append(f'<div class="grid">\n{"".join(self.cards)}</div>')
            self.cards.clear()

    def _end_section(self) -> None:
        self._end_cards()
        if self.is_in_section:
            self.out.append("</section>")
            self.is_in_section = False

    def _add_heading(self, part: Heading) -> None:
        opens = part.level <= _SECTION
        if opens:
            self._end_section()
        # Levels follow each other without a gap, below the page's own title.
        self.level = min(max(part.level, _SECTION), self.level + 1, _MOST_LEVEL - 1)
        anchor = self.ids.of(self.report.words.fill(part.text, part.line))
        words = prose.inline(part.tokens[1], part.line, self.report.words)
        if opens:
            self.contents.append((anchor, words))
            self.out.append(f'<section aria-labelledby="{anchor}">')
            self.is_in_section = True
        self.out.append(f'<h{self.level} id="{anchor}">{words}</h{self.level}>')

    def _findings(self, part: Findings) -> str:
        items = "".join(
            f"<li>{html_parts.sentence(answer.told.sentence)} {self._link(answer)}</li>\n"
            for answer in part.answers
            if answer.told
        )
        return f'<ol class="said">\n{items}</ol>' if items else f"<p>{_NOTHING_SAID}</p>"

    def _advices(self, part: Advices) -> str:
        items = [
            f'<li><p class="do">{html_parts.sentence(advised.text)}</p>\n'
            f"<p>Worth about <b>{cells.money_in_short(advised.worth)}</b> of {escape(advised.unit)} {escape(advised.period)}, "
            f"between {cells.money_in_short(advised.low)} and {cells.money_in_short(advised.high)}.</p>\n"
            f'<p class="note">Assumes: {escape(advised.assumption)} {self._link(answer)}</p></li>\n'
            for answer in part.answers
            if (advised := answer.advised)
        ]
        return f'<ul class="advice">\n{"".join(items)}</ul>' if items else f"<p>{_NOTHING_ADVISED}</p>"

    def _link(self, answer: Answer) -> str:
        """Return a link to an answer, or the command that gives it where it does not stand in the report."""
        if anchor := self.anchors.get(id(answer)):
            return f'<a href="#{anchor}">{escape(html_parts.origin(answer))}</a>'
        return f"<code>{escape(answer.command)}</code>"

    def _add_figures(self, answer: Answer) -> None:
        figures, anchor = html_parts.figures(answer), self.anchors[id(answer)]
        if set(answer.block.show) == {"figures"}:
            below = html_parts.details(answer, anchor, with_table=True)
            figures = f'<div id="{anchor}">\n{figures}\n{below}\n</div>'
        self.out.append(figures)

    def _card(self, answer: Answer) -> str:
        anchor, shown = self.anchors[id(answer)], answer.block.show
        level = min(self.level + 1, _MOST_LEVEL)
        lines = [f'<h{level} id="{anchor}-h">{html_parts.sentence(answer.said)}</h{level}>']
        if answer.query and answer.query.question != answer.said:
            lines.append(f'<p class="q">{escape(answer.query.question)}</p>')
        if answer.title and answer.told and "finding" in shown:
            lines.append(f"<p>{html_parts.sentence(answer.told.sentence)}</p>")
        if answer.result.note:
            lines.append(f'<p class="note">{escape(answer.result.note)}</p>')
        is_drawn = "chart" in shown and pictures.is_drawable(answer.result)
        if is_drawn:
            lines.append(self._figure(answer, anchor))
        is_table = not is_drawn and "table" in shown
        if is_table:
            lines.append(html_parts.table(answer, anchor, answer.block.rows))
        lines.append(html_parts.details(answer, anchor, with_table=not is_table))
        kind = "card wide" if answer.block.wide else "card"
        inner = "\n".join(lines)
        return f'<article class="{kind}" id="{anchor}" aria-labelledby="{anchor}-h">\n{inner}\n</article>\n'

    def _figure(self, answer: Answer, anchor: str) -> str:
        narrow = pictures.spec_of(answer.result, rows=answer.block.rows)
        if answer.block.wide:
            broad = pictures.spec_of(answer.result, width=pictures.WIDE, rows=answer.block.rows)
            body = self._drawn(answer, broad, f"{anchor}-broad", "broad")
            body += self._drawn(answer, narrow, f"{anchor}-narrow", "narrow")
        else:
            body = self._drawn(answer, narrow, anchor, "")
        note = f'<figcaption class="note">{escape(narrow.note)}</figcaption>' if narrow.note else ""
        return f"<figure>{body}{note}</figure>"

    def _drawn(self, answer: Answer, picture: pictures.Picture, name: str, kind: str) -> str:
        self.drawn += 1
        label = escape(f"{answer.said} {picture.words} The rows are in the table below.", quote=True)
        svg = picture.svg(f"p{self.drawn}", themed=self.themed)
        mark = f' class="{kind}"' if kind else ""
        if self.is_interactive:
            self.specs[name] = picture.spec
            mark += f' data-spec="{name}"'
        return f"<div{mark}>" + svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1) + "</div>"
