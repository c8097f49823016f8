"""Pictures that answer a pointer: Vega in the page, which draws the specifications anew over the static ones."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts import converting
from martlet.reports import colours

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["script"]

# All others give the page what it has already.
_RUN: Final = "window.vegaEmbed = vegaEmbed;"


def script(specs: Mapping[str, dict[str, Any]]) -> str:
    """Return the scripts of a page: the specifications, the library, and what draws them by it.

    Colours stand in the specifications as names, `@c1`, for which the page's own values are put when it is drawn.
    """
    configs: list[dict[str, Any]] = []
    pictures = {}
    for name, spec in specs.items():
        if spec["config"] not in configs:
            configs.append(spec["config"])
        pictures[name] = {**spec, "config": configs.index(spec["config"])}
    told = _named({"configs": configs, "pictures": pictures})
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    draws = (resources.files("martlet.reports") / "hydrate.js").read_text(encoding="utf-8")
    library = converting.library(_RUN).replace("</script", "<\\/script")
    # Each script has a scope of its own, or names of the library would meet those of the page.
    return (
        f'<script type="application/json" id="specs">{written}</script>\n'
        f'<script type="module">{library}</script>\n<script type="module">\n{draws}</script>\n'
    )


def _named(value: Any) -> Any:
    """Return a specification with names for the colours of the style, in numbers no longer than a picture shows."""
    if isinstance(value, dict):
        return {key: _named(one) for key, one in value.items() if key not in ("$schema", "description")}
    if isinstance(value, list):
        return [_named(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return colours.name_of(value) if isinstance(value, str) else value
