"""Calls for funds and refunds to donors: what is foreseen, what may be asked, what may go back (R5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of
from portfolio.documents import queries as documents
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import (
    BudgetLine,
    Donor,
    DonorRefund,
    Fund,
    FundCall,
    MoneyReceipt,
    TreasuryAccount,
)
from portfolio.kit.money import Money, total
from portfolio.work import Work

OUT = ("sent", "partly_received")
"""Calls whose money is awaited."""
_FORECASTS: list[Callable[[Work, Fund, date], int]] = []


def foresees(forecast: Callable[[Work, Fund, date], int]) -> Callable[[Work, Fund, date], int]:
    """A downstream room says what it will pay on a fund until a day, in francs."""
    if forecast not in _FORECASTS:
        _FORECASTS.append(forecast)
    return forecast


def foreseen(work: Work, fund: Fund, until: date) -> int:
    """The payments foreseen on a fund until a day, what is late included."""
    return sum(forecast(work, fund, until) for forecast in _FORECASTS)


def voted(work: Work, fund: Fund, until: date) -> int:
    """The credits voted and not engaged of the exercices begun by that day, in francs."""
    left = (
        BudgetLine.voted_minor
        + BudgetLine.carried_minor
        - BudgetLine.lapsed_minor
        - BudgetLine.committed_minor
    )
    statement = select(func.coalesce(func.sum(left), 0)).where(
        BudgetLine.fund_id == fund.id, BudgetLine.status == "voted", BudgetLine.exercice <= until.year
    )
    return int(work.db.scalar(statement) or 0)


def awaited(work: Work, fund: Fund) -> int:
    """Asked from the donor and not arrived yet, in francs: calls that are out, less what came in answer."""
    left = func.coalesce(func.sum(FundCall.amount_minor - FundCall.received_minor), 0)
    statement = select(left).where(
        FundCall.fund_id == fund.id, FundCall.status.in_(OUT), FundCall.received_minor < FundCall.amount_minor
    )
    return int(work.db.scalar(statement) or 0)


def need(work: Work, fund: Fund, until: date) -> dict[str, int]:
    """What justifies a call: foreseen, cash, awaited, and the most that may be asked.

    Until its first money has arrived nothing can be signed on a fund: its first calls rest on the budget voted.
    """
    first = voted(work, fund, until) if fund.received_minor == 0 else 0
    found = {
        "foreseen": foreseen(work, fund, until) + first,
        "cash": fund.received_minor - fund.disbursed_minor,
        "called": awaited(work, fund),
    }
    return {**found, "need": max(0, found["foreseen"] - found["cash"] - found["called"])}


def sent_by_donor(work: Work, fund: Fund, *, uncalled: bool = False) -> Money:
    """What the donor sent to a fund, in its own currency; `uncalled`: without being asked. Raises MoneyError when a receipt is in another."""
    receipt = MoneyReceipt
    sums = select(receipt.donor_currency, func.sum(receipt.donor_minor)).where(
        receipt.fund_id == fund.id, receipt.status != "voided"
    )
    if uncalled:
        sums = sums.where(receipt.fund_call_id.is_(None))
    return _sum(work, sums.group_by(receipt.donor_currency), fund)


def asked_in_donor_currency(work: Work, fund: Fund) -> Money:
    """What the donor has sent and been asked, in its own currency: never more than its agreement."""
    called = select(FundCall.donor_currency, func.sum(FundCall.donor_minor)).where(
        FundCall.fund_id == fund.id, FundCall.status.not_in(("draft", "cancelled"))
    )
    return sent_by_donor(work, fund, uncalled=True) + _sum(
        work, called.group_by(FundCall.donor_currency), fund
    )


def _sum(work: Work, sums: Select[str, int], fund: Fund) -> Money:
    found = work.db.execute(sums).all()
    return total((Money(int(minor), currency) for currency, minor in found), fund.granted_currency)


def free_cash(work: Work, fund: Fund) -> dict[str, int]:
    """What may go back to the donor: the cash less what is engaged and not paid, and what committees hold."""
    owed, reserved = work.db.execute(
        select(
            func.coalesce(func.sum(BudgetLine.committed_minor - BudgetLine.paid_minor), 0),
            func.coalesce(func.sum(BudgetLine.reserved_minor), 0),
        ).where(BudgetLine.fund_id == fund.id)
    ).one()
    cash = fund.received_minor - fund.disbursed_minor
    return {
        "cash": cash,
        "owed": int(owed),
        "reserved": int(reserved),
        "free": max(0, cash - int(owed) - int(reserved)),
    }


def get_call(work: Work, number: int) -> FundCall:
    """One call for funds; NotFound outside scope."""
    return work.fetch(FundCall, number, "fund:view")


def get_refund(work: Work, number: int) -> DonorRefund:
    """One refund; NotFound outside scope."""
    return work.fetch(DonorRefund, number, "fund:view")


def calls_of(work: Work, fund: Fund) -> list[FundCall]:
    """The calls of a fund, newest first."""
    return list(
        work.db.scalars(select(FundCall).where(FundCall.fund_id == fund.id).order_by(FundCall.id.desc()))
    )


def refunds_of(work: Work, fund: Fund) -> list[DonorRefund]:
    """The refunds of a fund, newest first."""
    statement = select(DonorRefund).where(DonorRefund.fund_id == fund.id).order_by(DonorRefund.id.desc())
    return list(work.db.scalars(statement))


def call_options(work: Work) -> list[tuple[int, str]]:
    """The calls whose money is awaited, as choices."""
    statement = (
        select(FundCall.id, FundCall.reference, Fund.code)
        .join(Fund, Fund.id == FundCall.fund_id)
        .where(FundCall.status.in_(OUT))
        .order_by(FundCall.id)
    )
    return [(number, f"{reference} · {fund}") for number, reference, fund in work.db.execute(statement)]


def _paper(work: Work, fund: Fund, account: TreasuryAccount) -> dict[str, Any]:
    house, donor = institution(work.today), work.db.get_one(Donor, fund.donor_id)
    return {
        "letterhead": letterhead(work.today, house.get("accounting") or "Agence comptable"),
        "on": work.today.isoformat(),
        "donor": donor.name,
        "fund": f"{fund.code} — {fund.name}",
        "agreement": fund.agreement_ref,
        "account": account.label,
        "holder": account.holder,
        "number": account.number,
        "currency": fund.amount_currency,
    }


def _signed(work: Work, *who: tuple[int | None, Any]) -> list[dict[str, Any]]:
    numbers = {number for number, _at in who if number}
    names = work.around.names_of(work.db, numbers)
    functions = {p.id: p.function for p in work.db.query(Person).where(Person.id.in_(numbers))}
    return [
        {
            "name": names.get(number or 0, ""),
            "function": functions.get(number or 0, ""),
            "act": act_of(work, number, at.date()) if number and at else "",
            "on": at.date().isoformat() if at else None,
        }
        for number, at in who
    ]


def call_facts(work: Work, call: FundCall) -> dict[str, Any]:
    """All that the letter prints."""
    fund = work.db.get_one(Fund, call.fund_id)
    return {
        **_paper(work, fund, work.db.get_one(TreasuryAccount, call.treasury_account_id)),
        "until_on": call.until_on.isoformat(),
        "wanted_on": call.wanted_on.isoformat(),
        "foreseen_minor": call.foreseen_minor,
        "cash_minor": call.cash_minor,
        "called_minor": call.called_minor,
        "amount_minor": call.amount_minor,
        "donor_minor": call.donor_minor,
        "donor_currency": call.donor_currency,
        "rate": call.rate_text,
        "granted_minor": fund.granted_minor,
        "purpose": call.purpose,
        "signed": _signed(work, (call.created_by_id, call.created_at), (call.sent_by_id, call.sent_at)),
    }


def refund_facts(work: Work, refund: DonorRefund) -> dict[str, Any]:
    """All that the order of refund prints."""
    fund = work.db.get_one(Fund, refund.fund_id)
    free = free_cash(work, fund)
    return {
        **_paper(work, fund, work.db.get_one(TreasuryAccount, refund.treasury_account_id)),
        "received_minor": fund.received_minor,
        "disbursed_minor": fund.disbursed_minor,
        "owed_minor": free["owed"],
        "reserved_minor": free["reserved"],
        "amount_minor": refund.amount_minor,
        "reason": refund.reason,
        "bank_reference": refund.bank_reference or "",
        "paid_on": refund.paid_on.isoformat() if refund.paid_on else None,
        "signed": _signed(
            work,
            (refund.proposed_by_id, refund.proposed_at),
            (refund.approved_by_id, refund.approved_at),
            (refund.paid_by_id, refund.paid_at),
        ),
    }


documents.owner("fund_call", get_call)
documents.owner("donor_refund", get_refund)
