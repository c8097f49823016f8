"""A report: what a template asks a warehouse, as a page, as Markdown or as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import martlet.engine.warehouse
from martlet.engine import parameters
from martlet.engine.errors import ParameterError, did_you_mean
from martlet.engine.replacing import replacing
from martlet.reports import composing, html_report, markdown_report, pdf, period
from martlet.reports import template as template_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from martlet.engine.warehouse import Warehouse
    from martlet.reports.composing import Composed
    from martlet.reports.template import Template

__all__ = ["ENDINGS", "TEMPLATES", "Report", "ending_of", "report"]

TEMPLATES: Final = ("default", "weekly", "card", "mix", "uplift_card")


def ending_of(output: Path) -> str:
    """Return the kind of report that a file's name asks for.

    Raises
    ------
    ParameterError
        If it is none of `ENDINGS`.
    """
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        raise ParameterError(f"{output} says no kind of report.{did_you_mean(ending, ENDINGS)}")
    return ending


def report(
    path: str | Path = "warehouse.duckdb",
    *,
    template: str | Path = "default",
    pack: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    packs: str | Path | None = None,
    **values: Any,
) -> Report:
    """Ask a warehouse all that a report tells.

    Parameters
    ----------
    path
        The warehouse.
    template
        A template of Martlet, `default`, `weekly`, `card` (of a model that foretells), `mix` or `uplift_card`, or the path of one of your own.
    pack
        The packs that have a section; all where none is named.
    since, until
        First day of the report, and the day after its last. Without them it ends with the data, and is thirteen weeks long.
    packs
        A folder with packs of your own.
    **values
        Values of the template's parameters.

    Raises
    ------
    UnitError
        If the template is malformed, or asks what can't be asked; the message gives its line.
    ParameterError
        If there is no such template, or a parameter is unknown or wrong.
    WarehouseError
        If there is no such warehouse.

    Examples
    --------
    >>> martlet.report(path, pack=["email"]).save("report.html")  # doctest: +SKIP
    """
    found = _template(template)
    given = parameters.values_of(found.parameters, values, owner=f"the template {found.path}")
    with martlet.engine.warehouse.open(path, packs=packs) as opened:
        time = period.period_of(opened, since, until, days=found.days, ends_with=found.ends_with)
        known = {name: opened.pack(name) for name in opened.packs()}
        composed = composing.compose(found, opened, time, given, known, only=pack)
        return Report(composed, _source(opened))


@dataclass(frozen=True, repr=False)
class Report:
    """A report, asked and held in memory: show it in a notebook, or save it.

    Examples
    --------
    >>> told = martlet.report(path)  # doctest: +SKIP
    >>> told.save("report.html")  # doctest: +SKIP
    """

    _composed: Composed
    _source: str

    @property
    def title(self) -> str:
        """The title."""
        return self._composed.title

    @property
    def answers(self) -> int:
        """How many answers it shows."""
        return len(self._composed.answers)

    def html(self, *, interactive: bool = False) -> str:
        """Return it as one page of HTML, which needs no network, and no script unless it is to be interactive.

        Raises
        ------
        ParameterError
            If the extra `report` is not installed, which draws the pictures.
        """
        return html_report.written(self._composed, source=self._source, is_interactive=interactive)

    def markdown(self) -> str:
        """Return it as Markdown: headings, sentences and tables; pictures have no place there."""
        return markdown_report.written(self._composed, source=self._source)

    def pdf(self) -> bytes:
        """Return it as PDF.

        Raises
        ------
        ParameterError
            If there is neither WeasyPrint (the extra `pdf`) nor a Chromium on this machine.
        """
        return pdf.printed(html_report.written(self._composed, source=self._source, themed=False))

    def save(self, path: str | Path, *, interactive: bool = False) -> None:
        """Write it to a file, as what its name says: `.html`, `.md` or `.pdf`.

        Raises
        ------
        ParameterError
            If the name says none of these, or the file can't be written.
        """
        output = Path(path)
        content = self.written(ending_of(output), interactive=interactive)
        with replacing(output) as file:
            file.write(content)

    def written(self, ending: str, *, interactive: bool = False) -> bytes:
        """Return the bytes of a file with one of `ENDINGS`.

        Raises
        ------
        ParameterError
            If another than a page is to be interactive.
        """
        if interactive and ending != ".html":
            raise ParameterError(f"a report is interactive in .html alone, not in {ending}")
        return ENDINGS[ending](self, interactive)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the page in a frame of its own, whose style is not that of the notebook."""
        return f'<iframe title="{escape(self.title, quote=True)}" style="width:100%;height:48rem;border:0" srcdoc="{escape(self.html(), quote=True)}"></iframe>'

    def __repr__(self) -> str:
        return f"<Report {self.title!r}, {self.answers} answers>"


ENDINGS: Final[Mapping[str, Callable[[Report, bool], bytes]]] = {
    ".html": lambda told, interactive: told.html(interactive=interactive).encode(),
    ".md": lambda told, _: told.markdown().encode(),
    ".pdf": lambda told, _: told.pdf(),
}


def _template(given: str | Path) -> Template:
    """Return one of Martlet's templates by its name, or one that lies in a file.

    Raises
    ------
    ParameterError
        If there is no such template.
    UnitError
        If it is malformed.
    """
    if str(given) in TEMPLATES:
        name = f"reports/templates/{given}.md"
        return template_files.parse(name, (resources.files("martlet") / name).read_text(encoding="utf-8"))
    try:
        text = Path(given).read_text(encoding="utf-8")
    except FileNotFoundError:
        near = did_you_mean(str(given), TEMPLATES)
        raise ParameterError(
            f"there is no template {str(given)!r}, neither as a file nor of Martlet.{near}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ParameterError(f"the template {given} can't be read: {reason}") from None
    return template_files.parse(str(given), text)


def _source(warehouse: Warehouse) -> str:
    """Return in a sentence where the numbers come from; the time is that of the data, so that the same data give the same report."""
    last = period.end_of_data(warehouse)
    until = f", whose data end on {last - timedelta(days=1)}" if last else ", which is empty"
    return f"From {warehouse.path.name}{until}."
