"""The list of payments and its queues."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, select

from portfolio.accounts.queries import visa_required
from portfolio.agreements.models import Agreement, Tranche
from portfolio.disbursements.models import Disbursement
from portfolio.groups.reference import COUNTRIES
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

D = Disbursement


def statement(work: Work) -> Select[Any]:
    """Payments in scope."""
    found: Select[*tuple[Any, ...]] = (
        select(
            D.id,
            D.reference,
            Agreement.reference,
            Tranche.number,
            D.payee,
            D.amount_minor,
            D.fee_minor,
            D.requested_at,
            D.paid_on,
            D.status,
        )
        .join(Agreement, Agreement.id == D.agreement_id)
        .join(Tranche, Tranche.id == D.tranche_id)
        .where(work.within("disbursement:view", D))
    )
    return cast("Select[Any]", found)


def statuses(_work: Work) -> list[tuple[str, str]]:
    """The statuses as choices."""
    return [(s.code, pgettext("disbursement", s.label)) for s in DISBURSEMENT.states]


def queues(_work: Work) -> list[tuple[str, str]]:
    """What waits for whom."""
    return [
        ("liquidate", _("To liquidate")),
        ("visa", _("To visa")),
        ("order", _("To order")),
        ("pay", _("To pay")),
    ]


def _queue(work: Work, value: str) -> ColumnElement[bool]:
    controller = visa_required(work)
    wanted = {
        "liquidate": ("requested",),
        "visa": ("liquidated",) if controller else (),
        "order": ("visaed",) if controller else ("liquidated", "visaed"),
        "pay": ("ordered", "sent"),
    }
    return D.status.in_(wanted[value])


def _requisitions(_work: Work) -> list[tuple[str, str]]:
    return [("yes", _("On requisition"))]


def _countries(_work: Work) -> list[tuple[str, str]]:
    return list(COUNTRIES.items())


LISTING = Listing(
    name="disbursements",
    title=N_("Payments"),
    route="disbursements.index",
    id_column=D.id,
    statement=statement,
    columns=(
        Column("reference", N_("Order"), "link", sort=D.reference, href="/disbursements/{id}"),
        Column("agreement", N_("Agreement"), sort=Agreement.reference),
        Column("tranche", N_("Tranche"), "choice", words=lambda n: f"T{n}"),
        Column("payee", N_("Paid to"), sort=D.payee),
        Column("amount", N_("Amount"), "money", sort=D.amount_minor, total=True),
        Column("fee", N_("Fee"), "money", total=True),
        Column("requested", N_("Requested on"), "moment", sort=D.requested_at),
        Column("paid", N_("Date of value"), "date"),
        Column("status", N_("Status"), "status", sort=D.status, cycle=DISBURSEMENT),
    ),
    filters=(
        Search(Agreement.search),
        Choice("queue", N_("Waiting for"), queues, where=_queue),
        Choice("status", N_("Status"), statuses, D.status),
        Choice(
            "requisition",
            N_("Requisition"),
            _requisitions,
            where=lambda _work, _value: D.requisitioned_at.is_not(None),
        ),
        Choice("country", N_("Country"), _countries, D.country),
        Search(
            D.payee,
            name="payee",
            label=N_("Paid to (whole name)"),
            where=lambda _work, value: D.payee == value.strip()[:300],
        ),
        Period("since", N_("Paid since"), D.paid_on),
        Period("until", N_("Paid until"), D.paid_on, side="to"),
    ),
    default_sort="-requested",
    empty_title=N_("No payment here"),
    empty_text=N_(
        "A payment begins with the request of a tranche that nothing blocks, on the agreement's page."
    ),
    template="disbursements/index.html",
)
