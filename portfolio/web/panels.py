"""What a downstream room shows on an upstream record's page: on the server, without JavaScript, one query a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from portfolio.work import Work


@dataclass(frozen=True)
class Panel:
    """A titled piece of a page: a block of a template, and the facts it is drawn from."""

    title: str
    template: str
    block: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    anchor: str = ""


Maker = Callable[[Work, Any], Panel | None]
_MAKERS: dict[str, list[tuple[int, str, Maker]]] = {}


def panel(noun: str, *, order: int) -> Callable[[Maker], Maker]:
    """Register a panel for the page of a noun; lower orders come first."""

    def keep(maker: Maker) -> Maker:
        known = _MAKERS.setdefault(noun, [])
        if all(m is not maker for _o, _n, m in known):
            known.append((order, f"{maker.__module__}.{maker.__name__}", maker))
            known.sort(key=lambda found: found[:2])
        return maker

    return keep


def panels_of(work: Work, noun: str, thing: object) -> list[Panel]:
    """Every panel that has something to say about this record."""
    made = (maker(work, thing) for _order, _name, maker in _MAKERS.get(noun, []))
    return [p for p in made if p is not None]


def draw_panels(work: Work, noun: str, thing: object) -> Markup:
    """The panels as markup, for a record's template."""
    from portfolio.web.render import block_html, ui

    parts = []
    for found in panels_of(work, noun, thing):
        body = Markup(block_html(work, found.template, found.block, **found.facts))
        parts.append(ui().panel(found.title, id=found.anchor or found.block, caller=lambda body=body: body))
    return Markup("").join(parts)
