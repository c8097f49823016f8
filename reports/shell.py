"""What all pages share: the document around the content, its stylesheet, and ids."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib import resources

from martlet.reports import colours

__all__ = ["Ids", "document", "stylesheet"]


@cache
def stylesheet() -> str:
    """Return the rules of the pages, with the values of their colours."""
    text = (resources.files("martlet.reports") / "page.css").read_text(encoding="utf-8")
    return colours.stylesheet() + text.strip()


def document(title: str, body: str, *, script: str = "", style: str = "") -> str:
    """Return a whole document: one file that needs nothing else."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Martlet">
<title>{escape(title)}</title>
<style>
{stylesheet()}{style}
</style>
</head>
<body>
{body}
{script}</body>
</html>
"""


@dataclass
class Ids:
    """Ids of a page, each once."""

    _given: set[str] = field(default_factory=set)

    def of(self, text: str) -> str:
        """Return an id like a text."""
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "part"
        name, number = slug, 2
        while name in self._given:
            name, number = f"{slug}-{number}", number + 1
        self._given.add(name)
        return name
