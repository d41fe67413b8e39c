"""The list of agreements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.groups.reference import COUNTRIES
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import AGREEMENT
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

A = Agreement


def _paid(column: Any) -> Any:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(Tranche.agreement_id == A.id)
        .correlate(A)
        .scalar_subquery()
    )


def statement(work: Work) -> Select[Any]:
    """Agreements in scope with what was paid and justified."""
    return (
        select(
            A.id,
            A.reference,
            A.title,
            Group.name,
            A.country,
            A.amount_minor,
            _paid(Tranche.paid_minor).label("paid"),
            _paid(Tranche.cleared_minor).label("cleared"),
            A.ends_on,
            A.status,
        )
        .join(Group, Group.id == A.group_id)
        .where(work.within("agreement:view", A))
    )


def statuses(_work: Work) -> list[tuple[str, str]]:
    """The statuses as choices."""
    return [(s.code, pgettext("agreement", s.label)) for s in AGREEMENT.states]


def calls(work: Work) -> list[tuple[str, str]]:
    """The calls that have agreements, as choices."""
    found = work.db.execute(
        select(Call.id, Call.code, Call.title).where(Call.id.in_(select(A.call_id))).order_by(Call.id.desc())
    )
    return [(str(number), f"{code} – {title}") for number, code, title in found]


def countries(_work: Work) -> list[tuple[str, str]]:
    """The countries as choices."""
    return list(COUNTRIES.items())


def _state(_work: Work, value: str) -> ColumnElement[bool] | None:
    """Agreements that have a tranche in this state."""
    tranche = select(Tranche.agreement_id).where(Tranche.agreement_id == A.id)
    clauses = {
        "frozen": tranche.where(Tranche.frozen_reason != ""),
        "requested": tranche.where(Tranche.status == "requested"),
        "unjustified": tranche.where(
            Tranche.modality == "advance",
            Tranche.paid_minor > Tranche.cleared_minor + Tranche.refused_minor,
        ),
    }
    return clauses[value].exists()


def states(_work: Work) -> list[tuple[str, str]]:
    """What the tranches of an agreement may be looked for by."""
    return [
        ("requested", _("A tranche is requested")),
        ("unjustified", _("An advance is not fully justified")),
        ("frozen", _("A tranche is frozen")),
    ]


LISTING = Listing(
    name="agreements",
    title=N_("Grant agreements"),
    route="agreements.index",
    id_column=A.id,
    statement=statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=A.reference, href="/agreements/{id}"),
        Column("title", N_("Micro-project"), sort=A.title),
        Column("group", N_("Group"), sort=Group.name),
        Column("country", N_("Country"), "choice", sort=A.country, words=lambda c: COUNTRIES.get(c, c)),
        Column("amount", N_("Grant"), "money", sort=A.amount_minor, total=True),
        Column("paid", N_("Paid"), "money", total=True),
        Column("cleared", N_("Justified"), "money", total=True),
        Column("ends", N_("Ends on"), "date", sort=A.ends_on),
        Column("status", N_("Status"), "status", sort=A.status, cycle=AGREEMENT),
    ),
    filters=(
        Search(A.search),
        Choice("status", N_("Status"), statuses, A.status),
        Choice("call", N_("Call"), calls, A.call_id),
        Choice("country", N_("Country"), countries, A.country),
        Choice("tranche", N_("Tranches"), states, where=_state),
        Period("until", N_("Ends by"), A.ends_on, side="to"),
    ),
    default_sort="-reference",
    template="agreements/index.html",
    empty_title=N_("No agreement yet"),
    empty_text=N_(
        "An agreement is prepared from a signed decision: open the decision, then the file awarded."
    ),
)
