"""Act two: the donors' funds, their receipts at their dates and rates, the credits voted, the institution's own accounts."""

from __future__ import annotations

from datetime import date
from functools import partial

from portfolio.funds import service
from portfolio.funds.forms import (
    AccountForm,
    CallForm,
    DonorForm,
    FundForm,
    LineForm,
    MoveForm,
    ReceiptForm,
    RefundForm,
)
from portfolio.funds.models import BudgetLine, Donor, DonorRefund, Fund, FundCall, MoneyReceipt
from portfolio.payments.reference import invented_rib as rib
from portfolio.seed.data import money as data
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.model import Account as AccountFacts
from portfolio.seed.data.model import BudgetLine as LineFacts
from portfolio.seed.data.model import Fund as FundFacts
from portfolio.seed.data.model import Receipt as ReceiptFacts
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, ORDONNATEUR, ACCOUNTANT, CASHIER = (
    "mariam.guindo",
    "seydou.barro",
    "mahamadou.sidibe",
    "fati.oumarou",
)
DONORS = {"F1": ("NORLANDE", ""), "F2": ("ALIZE", ""), "F3": ("AUTORITE", "L'Autorité, budget propre")}
KINDS = {"bank": "bank", "mobile_money": "mobile", "cash": "cash"}
FLOAT, CASH_IN_HAND = 8_000_000, 250_000
BANK_OF = {"F1": "BQ-F1", "F2": "BQ-F2", "F3": "BQ-F3"}


def plan(stage: Stage) -> None:
    """Each fund is prepared by one person and opened by another; each receipt is recorded by one and confirmed by another."""
    for account in data.ACCOUNTS.values():
        if not account.fund:
            stage.plan(-440, "14:00", ACCOUNTANT, partial(_account, stage, account))
    for fund in data.FUNDS.values():
        j = fund.opened_j
        stage.plan(j, "09:00", PROGRAMME, partial(_fund, stage, fund))
        stage.plan(j, "11:00", ORDONNATEUR, partial(_open, stage, fund))
        lines = [line for line in data.LINES.values() if line.fund == fund.code]
        stage.plan(j + 1, "09:00", PROGRAMME, partial(_lines, stage, lines))
        stage.plan(j + 2, "10:00", ORDONNATEUR, partial(_vote, stage, lines))
        for account in data.ACCOUNTS.values():
            if account.fund == fund.code:
                stage.plan(j + 2, "14:00", ACCOUNTANT, partial(_account, stage, account))
    for code in data.CALLED:
        j = data.FUNDS[code].opened_j
        stage.plan(j + 2, "15:00", ACCOUNTANT, partial(_call, stage, data.FUNDS[code]))
        stage.plan(j + 3, "10:00", ORDONNATEUR, partial(_send, stage, code))
    code, day, amount, reason = data.REFUND
    stage.plan(day, "09:30", PROGRAMME, partial(_refund, stage, code, amount, reason))
    stage.plan(day + 2, "11:30", ORDONNATEUR, partial(_approve_refund, stage))
    for receipt in data.RECEIPTS:
        if receipt.received:
            stage.plan(receipt.j, "09:00", CASHIER, partial(_record, stage, receipt))
            stage.plan(receipt.j, "15:30", ACCOUNTANT, partial(_confirm, stage, receipt))
    stage.plan(
        -300,
        "09:00",
        ACCOUNTANT,
        partial(_move, stage, "BQ-F1", "MM", FLOAT, "Provision du compte de monnaie électronique."),
    )
    stage.plan(
        -300,
        "09:20",
        ACCOUNTANT,
        partial(_move, stage, "BQ-F1", "CAISSE", CASH_IN_HAND, "Alimentation de la menue caisse."),
    )


def rate_text(fund: FundFacts) -> str:
    """`655,957`: the rate as it is typed; nothing for a fund in francs."""
    if fund.currency == "XOF":
        return ""
    whole, rest = divmod(fund.rate_e4, 10_000)
    return f"{whole},{rest:04d}".rstrip("0").rstrip(",")


def _fund(stage: Stage, facts: FundFacts, work: Work) -> None:
    code, name = DONORS[facts.code]
    donor: Donor = service.create_donor(work, DonorForm(code=code, name=facts.donor or name))
    fund = service.create_fund(
        work,
        make(
            FundForm,
            code=facts.code,
            name=facts.title,
            donor_id=donor.id,
            agreement_ref=f"Accord {code} n° {stage.day(facts.opened_j).year}/017"
            if facts.donor
            else "Budget de l'exercice",
            donor_amount=facts.foreign_minor,
            donor_currency=facts.currency,
            rate_text=f"{rate_text(facts)} ({facts.rate_source})" if facts.rate_source else "",
            amount=facts.amount,
            starts_on=stage.day(facts.opened_j),
            ends_on=stage.day(facts.opened_j + 1095),
        ),
    )
    stage.keep(f"fund:{facts.code}", fund)


def _open(stage: Stage, facts: FundFacts, work: Work) -> None:
    service.validate(work, stage.get(work, Fund, f"fund:{facts.code}"))


def exercice(stage: Stage, line: LineFacts) -> int:
    """The exercice of a line's credits: that of the decision of its call, or of the present day."""
    return stage.day(CALLS[line.call].decision_j if line.call else 0).year


def _lines(stage: Stage, lines: list[LineFacts], work: Work) -> None:
    for facts in lines:
        fund = stage.get(work, Fund, f"fund:{facts.fund}")
        form = LineForm(
            code=facts.code, label=facts.title, exercice=exercice(stage, facts), amount=facts.amount
        )
        stage.keep(f"line:{facts.code}", service.create_line(work, fund, form))


def _vote(stage: Stage, lines: list[LineFacts], work: Work) -> None:
    for facts in lines:
        service.vote(work, stage.get(work, BudgetLine, f"line:{facts.code}"))


def _account(stage: Stage, facts: AccountFacts, work: Work) -> None:
    account = service.create_account(
        work,
        make(
            AccountForm,
            code=facts.code,
            label=facts.title,
            kind=KINDS[facts.kind],
            fund_id=stage.ids[f"fund:{facts.fund}"] if facts.fund else None,
            holder="Autorité régionale des trois frontières"
            if facts.kind != "cash"
            else "Menue caisse du siège",
            number=rib("XX", "01001", len(stage.ids)) if facts.kind == "bank" else "",
            ceiling=facts.ceiling,
        ),
    )
    stage.keep(f"treasury:{facts.code}", account)


def _call(stage: Stage, facts: FundFacts, work: Work) -> None:
    """The first call of a fund asks for the whole of the agreement; the donor pays it in parts."""
    lines = [line for line in data.LINES.values() if line.fund == facts.code]
    form = make(
        CallForm,
        treasury_account_id=stage.ids[f"treasury:{BANK_OF[facts.code]}"],
        until_on=date(max(exercice(stage, line) for line in lines), 12, 31),
        wanted_on=stage.day(facts.opened_j + 10),
        purpose=f"Premier appel sur l'accord « {facts.title} » : budget voté, appels à propositions et suivi.",
        donor_amount=facts.foreign_minor,
        donor_currency=facts.currency,
        rate_text=rate_text(facts),
        amount=facts.amount,
    )
    fund = stage.get(work, Fund, f"fund:{facts.code}")
    stage.keep(f"fund-call:{facts.code}", service.draft_call(work, fund, form))


def _send(stage: Stage, code: str, work: Work) -> None:
    service.send_call(work, stage.get(work, FundCall, f"fund-call:{code}"))


def _refund(stage: Stage, code: str, amount: int, reason: str, work: Work) -> None:
    account = stage.ids[f"treasury:{BANK_OF[code]}"]
    form = RefundForm(treasury_account_id=account, amount=amount, reason=reason)
    stage.keep("refund", service.propose_refund(work, stage.get(work, Fund, f"fund:{code}"), form))


def _approve_refund(stage: Stage, work: Work) -> None:
    service.approve_refund(work, stage.get(work, DonorRefund, "refund"))


def _record(stage: Stage, facts: ReceiptFacts, work: Work) -> None:
    fund = data.FUNDS[facts.fund]
    receipt = service.record_receipt(
        work,
        make(
            ReceiptForm,
            fund_id=stage.ids[f"fund:{facts.fund}"],
            treasury_account_id=stage.ids[f"treasury:{BANK_OF[facts.fund]}"],
            received_on=stage.day(facts.j),
            bank_reference=facts.reference,
            donor_amount=facts.foreign_minor,
            donor_currency=facts.currency,
            rate_text=rate_text(fund),
            rate_source=fund.rate_source,
            amount=facts.amount,
            fund_call_id=stage.ids[f"fund-call:{facts.fund}"]
            if facts.code in data.CALLED.get(facts.fund, ())
            else None,
        ),
    )
    stage.keep(f"receipt:{facts.code}", receipt)


def _confirm(stage: Stage, facts: ReceiptFacts, work: Work) -> None:
    service.confirm(work, stage.get(work, MoneyReceipt, f"receipt:{facts.code}"))


def _move(stage: Stage, source: str, target: str, amount: int, reason: str, work: Work) -> None:
    service.move_money(
        work,
        MoveForm(
            fund_id=stage.ids["fund:F1"],
            source_id=stage.ids[f"treasury:{source}"],
            target_id=stage.ids[f"treasury:{target}"],
            amount=amount,
            reason=reason,
        ),
    )
