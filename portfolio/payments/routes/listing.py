"""The list of batches."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, select

from portfolio.accounts.models import Person
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.payments.models import PaymentBatch
from portfolio.payments.reference import CHANNEL_WORDS
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.work import Work

B = PaymentBatch


def statement(work: Work) -> Select[Any]:
    """Batches in scope."""
    found: Select[*tuple[Any, ...]] = (
        select(
            B.id,
            B.reference,
            TreasuryAccount.label,
            B.channel,
            B.line_count,
            B.total_minor,
            Person.full_name,
            B.created_at,
            B.sent_at,
            B.status,
        )
        .join(TreasuryAccount, TreasuryAccount.id == B.treasury_account_id)
        .join(Person, Person.id == B.created_by_id)
        .where(work.within("payment_batch:view", B))
    )
    return cast("Select[Any]", found)


def _statuses(_work: Work) -> list[tuple[str, str]]:
    return [(s.code, pgettext("payment_batch", s.label)) for s in PAYMENT_BATCH.states]


def _channels(_work: Work) -> list[tuple[str, str]]:
    return [(code, _(words)) for code, words in CHANNEL_WORDS.items()]


def _channel(code: Any) -> str:
    return _(CHANNEL_WORDS[code])


LISTING = Listing(
    name="payments",
    title=N_("Batches of payments"),
    route="payments.index",
    id_column=B.id,
    statement=statement,
    columns=(
        Column("reference", N_("Batch"), "link", sort=B.reference, href="/payments/{id}"),
        Column("account", N_("From which account"), sort=TreasuryAccount.label),
        Column("channel", N_("Channel"), "choice", words=_channel),
        Column("lines", N_("Payments"), "number", total=True),
        Column("total", N_("Amount"), "money", sort=B.total_minor, total=True),
        Column("author", N_("Prepared by"), sort=Person.full_name),
        Column("created", N_("Opened on"), "moment", sort=B.created_at),
        Column("sent", N_("Left on"), "moment"),
        Column("status", N_("Status"), "status", sort=B.status, cycle=PAYMENT_BATCH),
    ),
    filters=(
        Choice("status", N_("Status"), _statuses, B.status),
        Choice("channel", N_("Channel"), _channels, B.channel),
        Period("since", N_("Opened since"), B.created_at, moment=True),
        Period("until", N_("Opened until"), B.created_at, side="to", moment=True),
    ),
    default_sort="-created",
    new_url="/payments/new",
    new_label=N_("New batch"),
    new_permission="payment_batch:prepare",
    template="payments/index.html",
    empty_title=N_("No batch here"),
    empty_text=N_("A batch gathers ordered payments that leave one account of the institution together."),
)
