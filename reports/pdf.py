"""A page as PDF: by WeasyPrint where it is installed, or else by a Chromium of this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from martlet.engine.errors import ParameterError
from martlet.reports import colours

__all__ = ["BROWSERS", "printed"]

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS: Final = 120


def printed(page: str) -> bytes:
    """Return a page, in the colours of the day, as PDF.

    Raises
    ------
    ParameterError
        If there is neither WeasyPrint nor a Chromium, or it fails.
    """
    plain = colours.plain(page)
    try:
        import weasyprint  # noqa: PLC0415 - an extra
    except ImportError:
        return _by_browser(plain)
    except OSError as error:
        raise ParameterError(f"WeasyPrint lacks a library of the system: {error}") from error
    return bytes(weasyprint.HTML(string=plain).write_pdf())


def _by_browser(page: str) -> bytes:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise ParameterError(
            "PDF needs WeasyPrint: pip install 'martlet[pdf]', or a Chromium on this machine; .html can be printed by any browser"
        )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            found,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-pdf-header-footer",
            f"--user-data-dir={Path(folder, 'profile')}",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        if _is_root():
            # Chromium refuses to run as root in its sandbox; the page has no script and is our own.
            command.insert(1, "--no-sandbox")
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603 - of our own words
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise ParameterError(f"{found} could not print the report: {error}") from error


def _is_root() -> bool:
    import os  # noqa: PLC0415 - for this alone

    return hasattr(os, "geteuid") and os.geteuid() == 0
