"""The router, and the record page that every refused form of a purchase comes back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.kit.money import amount
from portfolio.procurement import queries, service
from portfolio.procurement.models import Procedure
from portfolio.procurement.reference import CHANNEL_WORDS
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.web.act import room
from portfolio.web.render import moves, page
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

router = room("procurement")

VERBS = {
    "sealed": ("ask", "open", "compare", "decide", "order", "receive", "declare_fruitless"),
    "direct": ("ask", "buy_directly", "order", "receive", "declare_fruitless"),
    "group": ("collect", "choose", "record_order", "record_reception", "abandon"),
}
"""The verbs of each kind of purchase: by sealed bids, directly under the threshold, by the group (R6)."""
OBSTACLES = {
    "ask": service.ask_obstacles,
    "collect": service.collect_obstacles,
    "open": service.open_obstacles,
    "compare": service.compare_obstacles,
    "decide": service.decide_obstacles,
    "choose": service.choose_obstacles,
    "buy_directly": service.choose_obstacles,
    "order": service.order_obstacles,
    "record_order": service.order_obstacles,
    "receive": service.receive_obstacles,
    "declare_fruitless": service.fruitless_obstacles,
}
SKIPPED = {"sealed": (), "direct": ("opened", "compared"), "group": ("opened", "compared")}


def way_of(procedure: Procedure) -> str:
    """By which of the three ways this purchase goes."""
    return "group" if procedure.buyer == "group" else "sealed" if procedure.sealed else "direct"


def typed(work: Work, bad: Bad | None) -> dict[str, Any]:
    """`val(name, otherwise, action)` and `err(name, action)`: what was typed, in the form that was sent and no other."""

    def val(name: str, otherwise: object = "", action: str = "") -> object:
        mine = bad is not None and (not action or work.origin.path == action)
        return bad.value(name, otherwise) if bad is not None and mine else otherwise

    def err(name: str, action: str = "") -> str | None:
        return bad.error(name) if bad is not None and (not action or work.origin.path == action) else None

    return {"val": val, "err": err}


def link(text: str, href: str) -> Markup:
    """A link as markup, for a list of facts."""
    return Markup('<a href="{}">{}</a>').format(href, text)


def worded(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Codes with their words, for a list of choices."""
    return [(code, _(text)) for code, text in words.items()]


def steps(procedure: Procedure) -> list[dict[str, str]]:
    """The status bar, without the steps that this kind of purchase does not have."""
    skipped = SKIPPED[way_of(procedure)]
    shown = [
        s for s in PROCEDURE.states if s.code not in skipped and (not s.side or s.code == procedure.status)
    ]
    at = next((n for n, s in enumerate(shown) if s.code == procedure.status), 0)
    return [
        {
            "label": pgettext(PROCEDURE.noun, s.label),
            "state": "current" if n == at else "past" if n < at else "future",
            "title": "",
        }
        for n, s in enumerate(shown)
    ]


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page of a purchase."""
    procedure = queries.get(work, id)
    base = url("procurement.show", id=id)
    pages = {
        "ask": "#ask",
        "decide": "#decide",
        "choose": "#choose",
        "buy_directly": "#choose",
        "order": f"{base}/order",
        "record_order": f"{base}/order",
        "receive": f"{base}/receive",
        "record_reception": f"{base}/receive",
    }
    kept = VERBS[way_of(procedure)]
    left_out = tuple({m.verb for m in PROCEDURE.moves} - set(kept))
    open_moves = moves(work, PROCEDURE, procedure, base, obstacles=OBSTACLES, pages=pages, leave_out=left_out)
    facts = queries.facts(work, procedure)
    priced = [(q, s) for q, s in facts["bids"] if q.read_minor is not None]
    return page(
        work,
        "procurement/show.html",
        bad=bad,
        link=link,
        session_cycle=SESSION,
        supplier_options=[(s.id, f"{s.name} ({s.country})") for s in facts["suppliers"]],
        channel_options=worded(CHANNEL_WORDS),
        committee_options=[(c.id, c.name) for c in facts["committees"]],
        retained_options=[(q.id, f"{s.name} · {amount(q.read_minor or 0)}") for q, s in priced],
        group_names=work.may("group:view_names", procedure),
        title=procedure.object,
        crumbs=[(_("Purchases"), url("procurement.index")), (procedure.reference, None)],
        cycle=PROCEDURE,
        way=way_of(procedure),
        steps=steps(procedure),
        moves=open_moves,
        free={m.verb for m in open_moves if m.allowed and not m.blocked},
        papers=documents.shown(work, procedure),
        events=timeline(work, procedure),
        opening_blocks=list(service.propose_opening_obstacles(work, procedure))
        if procedure.status == "quoting" and procedure.sealed
        else [],
        **typed(work, bad),
        **facts,
    )
