"""What the tests of the look share."""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import Any

from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portfolio.kit import charts
from tests.house.sources import ROOT

STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"


@functools.cache
def french() -> dict[str, Any]:
    with (ROOT / "portfolio" / "locale" / "fr" / "ui.po").open("rb") as source:
        return {m.id[0] if isinstance(m.id, tuple) else m.id: m.string for m in read_po(source) if m.id}


def grouped(value: int) -> str:
    return charts.whole(value)


@functools.cache
def environment() -> Environment:
    """The templates as the product sets them up, with plain filters in the place of its own."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])
    say = french()
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: say.get(text, text), lambda one, many, n: say[one][0 if n < 2 else 1], newstyle=True)
    made.filters.update(
        figures=grouped, money=lambda value: grouped(value) + "\u202fF\u202fCFA",
        date=date.isoformat, datetime=datetime.isoformat)
    made.globals.update(asset=lambda name: f"/static/{name}", url=lambda name, **_: f"/{name}")
    made.globals["ui"] = ui = made.get_template("components/ui.html").module
    made.globals["drawn_once"] = lambda macro, *given: Markup(getattr(ui, macro)(*given))
    return made
