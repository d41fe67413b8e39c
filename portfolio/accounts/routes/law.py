"""The law on screen, rendered from the rulebook itself: the matrix of roles, the lifecycles, the accounts each act moves."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from portfolio.accounts import queries
from portfolio.accounts.routes.mine import role_words
from portfolio.accounts.routes.signing import router
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.lifecycle import Lifecycle
from portfolio.rulebook.events import OTHERS
from portfolio.rulebook.lifecycles import ALL, NOUNS
from portfolio.rulebook.permissions import (
    GRANTS,
    INCOMPATIBLE,
    MONEY_ROLES,
    PERMISSIONS,
    ROLES,
    roles_with,
    who_may,
)
from portfolio.rulebook.postings import CHART, POSTINGS
from portfolio.web.act import W, allow
from portfolio.web.render import page
from portfolio.web.urls import url


def act_words(permission: str) -> str:
    """What a permission lets do, from the moves that ask for it."""
    found = [
        pgettext(cycle.noun, m.label)
        for cycle in ALL.values()
        for m in cycle.moves
        if m.permission == permission
    ]
    return ", ".join(dict.fromkeys(found))


@router.get("/roles", name="accounts.roles")
@allow("role:view")
def roles(work: W) -> Response:
    """Who may do what, and which roles never meet in one person."""
    held = queries.holders(work)
    return page(
        work,
        "accounts/roles.html",
        title=_("Roles and permissions"),
        crumbs=[(_("Accounts and roles"), url("accounts.people")), (_("Roles and permissions"), None)],
        roles=[(role, _(words), held.get(role, 0), role in MONEY_ROLES) for role, words in ROLES.items()],
        rows=[(p, act_words(p), set(roles_with(p))) for p in sorted(PERMISSIONS)],
        counts={role: len(GRANTS[role]) for role in ROLES},
        pairs=sorted(tuple(_(ROLES[r]) for r in ROLES if r in pair) for pair in INCOMPATIBLE),
        role_words=role_words(),
    )


@dataclass(frozen=True)
class Row:
    """One move of a lifecycle in words."""

    label: str
    sources: str
    target: str
    who: str
    another: str
    reason: bool
    postings: list[str]


BEFORE = {
    "assessor": N_("another person than the assessor"),
    "opening": N_("another person than for the announcement of the opening"),
    "closed": N_("another person than for the reading of the register"),
}
"""Person columns that no move of their own lifecycle stamps; the others hold the author."""


def _another(cycle: Lifecycle, column: str) -> str:
    """Another person than the one who did what this column stamps."""
    stamp = column.removesuffix("_by_id")
    made = next((m for m in cycle.moves if stamp in m.stamps), None)
    if made is not None:
        return _("another person than for “%(act)s”") % {"act": pgettext(cycle.noun, made.label)}
    return _(BEFORE.get(stamp, N_("another person than the author")))


def _postings(event: str) -> list[str]:
    """The accounts that an event moves, in words."""
    found = []
    for key, rows in POSTINGS.items():
        if key.partition("#")[0] != event:
            continue
        for row in rows:
            sides = [
                f"{code} {_(CHART[code].label)}" if code in CHART else _("account of the institution")
                for code in (row.debit, row.credit)
            ]
            found.append(_("%(debit)s to %(credit)s") % {"debit": sides[0], "credit": sides[1]})
    return list(dict.fromkeys(found))


def rows_of(cycle: Lifecycle) -> list[Row]:
    """Every move of a lifecycle, in the order of the law."""

    def state(code: str) -> str:
        return pgettext(cycle.noun, cycle.state(code).label)

    return [
        Row(
            pgettext(cycle.noun, m.label),
            ", ".join(state(s) for s in m.source),
            state(m.target),
            who_may(m.permission),
            "; ".join(_another(cycle, c) for c in m.distinct_from),
            m.reason,
            _postings(m.event),
        )
        for m in cycle.moves
    ]


@router.get("/law", name="accounts.law")
@allow("role:view")
def law(work: W) -> Response:
    """Every lifecycle: which act leads where, who may, who must be another person, which accounts move."""
    return page(
        work,
        "accounts/law.html",
        title=_("The law of the product"),
        crumbs=[(_("Accounts and roles"), url("accounts.people")), (_("The law of the product"), None)],
        others=[
            (pgettext(event.partition(":")[0], OTHERS[event]), _postings(event))
            for event in dict.fromkeys(key.partition("#")[0] for key in POSTINGS)
            if event in OTHERS
        ],
        cycles=[(noun, _(NOUNS[noun]), cycle, rows_of(cycle)) for noun, cycle in ALL.items()],
    )
