"""The facts of the papers of this room, and their issue: financial report and list of vouchers (16), order to repay (17), quittance (11)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from portfolio.accounts.queries import signer
from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Amendment, Tranche
from portfolio.awards.models import Decision
from portfolio.calls.models import Call
from portfolio.documents.models import Paper
from portfolio.documents.queries import ampliations
from portfolio.documents.reference import letterhead
from portfolio.documents.service import issue
from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.groups.models import Group
from portfolio.groups.queries import officers
from portfolio.justifications import queries
from portfolio.justifications.models import (
    METHODS,
    VOUCHER_KINDS,
    Expense,
    Justification,
    Recovery,
    RecoveryReceipt,
)
from portfolio.justifications.pdf import order_pdf, quittance_pdf, report_pdf, write_off_pdf
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.kit.pdf import amount
from portfolio.kit.words import date_long
from portfolio.rulebook.lifecycles.justifications import EXPENSE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _base(work: Work, agreement: Agreement, on: date) -> dict[str, Any]:
    """The reference line common to the papers of a grant (F3)."""
    line = work.db.get_one(BudgetLine, agreement.budget_line_id)
    group = work.db.get_one(Group, agreement.group_id)
    return {
        "letterhead": letterhead(on),
        "on": on.isoformat(),
        "agreement": agreement.reference,
        "title": agreement.title,
        "call": work.db.get_one(Call, agreement.call_id).code,
        "fund": work.db.get_one(Fund, agreement.fund_id).code,
        "line": line.code,
        "exercice": line.exercice,
        "decision": work.db.get_one(Decision, agreement.decision_id).reference,
        "group": {"name": group.name, "legal_form": group.legal_form, "village": group.village},
    }


def _bureau(work: Work, group_id: int, *offices: str) -> list[dict[str, str]]:
    group = work.db.get_one(Group, group_id)
    found = {o.office: o for o in officers(work, group) if o.office in offices}
    return [
        {
            "office": office,
            "name": found[office].full_name if office in found else "",
            "sex": (found[office].sex or "") if office in found else "",
        }
        for office in offices
    ]


def _first_budget(work: Work, agreement: Agreement) -> dict[str, int]:
    """Amounts by line before the first avenant that moved money between lines; empty without one."""
    statement = (
        select(Amendment)
        .where(
            Amendment.agreement_id == agreement.id, Amendment.kind == "virement", Amendment.status == "signed"
        )
        .order_by(Amendment.id)
        .limit(1)
    )
    first = work.db.scalars(statement).one_or_none()
    return {line["label"]: line["amount_minor"] for line in first.changes["before"]["lines"]} if first else {}


def _reasons(expense: Expense) -> str:
    """The « Motif » of a row: one reason alone as it was written, several each under the share that it explains."""
    told = [
        (share, reason)
        for share, reason in (
            ("Accepté", expense.accepted_reason),
            ("En suspens", expense.queried_reason),
            ("Rejeté", expense.refused_reason),
        )
        if reason
    ]
    return told[0][1] if len(told) == 1 else "\n".join(f"{share} : {reason}" for share, reason in told)


def report_facts(work: Work, report: Justification) -> dict[str, Any]:
    """All that the financial report and its bordereau print (document 16)."""
    agreement = work.db.get_one(Agreement, report.agreement_id)
    tranche = work.db.get_one(Tranche, report.tranche_id)
    ended = report.validated_at or report.submitted_at
    on = ended.date() if ended else work.today
    progress, here = queries.of_tranche(work, tranche), queries.of_report(work, report)
    cash = queries.cash(work, report, tranche)
    with speaking("fr"):
        rows = [
            {
                "number": e.number,
                "on": e.spent_on.isoformat(),
                "supplier": e.supplier,
                "tax_number": e.tax_number,
                "kind": gettext(VOUCHER_KINDS[e.kind]),
                "voucher": e.voucher_number or f"sans numéro : {e.no_number_reason}",
                "description": e.description,
                "line": row.line or "hors budget",
                "method": gettext(METHODS.get(e.method, e.method)),
                "amount_minor": e.amount_minor,
                "accepted_minor": e.accepted_minor,
                "queried_minor": e.queried_minor,
                "refused_minor": e.refused_minor,
                "verdict": gettext(EXPENSE.state(e.status).label),
                "reason": _reasons(e),
            }
            for row in queries.rows(work, report, agreement)
            for e in [row.expense]
        ]
        percent = progress.percent
        first = _first_budget(work, agreement)
        uses = [
            {
                "label": use.label,
                "source": use.source,
                "planned_minor": use.planned,
                "first_minor": first.get(use.label, 0 if first else use.planned),
                "before_minor": use.before,
                "period_minor": use.period,
                "total_minor": use.total,
                "left_minor": use.left,
            }
            for use in queries.line_uses(work, report)
        ]
    return {
        **_base(work, agreement, on),
        "report": report.reference,
        "status": report.status,
        "tranche": {"number": tranche.number, "amount_minor": tranche.amount_minor, "paid_on": _iso(tranche.paid_on)},
        "from_on": report.from_on.isoformat(),
        "to_on": report.to_on.isoformat(),
        "uses": uses,
        "tolerance_percent": agreements.tolerance(work, agreement),
        "overruns": [{"label": o.use.label, "over_minor": o.minor, "note": o.note} for o in queries.overruns(work, report)],
        "own": {"cash_minor": report.own_cash_minor, "kind_minor": report.own_kind_minor,
                "cash_due_minor": agreement.own_cash_minor, "kind_due_minor": agreement.own_kind_minor},
        "cash": {"opening_minor": cash.opening, "received_minor": cash.received, "spent_minor": cash.spent,
                 "closing_minor": cash.closing, "bank_minor": cash.bank, "gap_minor": cash.gap,
                 "note": report.gap_note},
        "rows": rows,
        "here": {"accepted_minor": here.accepted, "queried_minor": here.queried, "refused_minor": here.refused},
        **({"reimbursed": True} if tranche.modality == "reimbursement" else {}),
        "progress": {"paid_minor": progress.paid, "accepted_minor": progress.accepted,
                     "queried_minor": progress.queried, "refused_minor": progress.refused,
                     "not_presented_minor": progress.not_presented, "percent": percent},
        "unlocks": [{"number": u.number, "threshold": u.threshold, "lacking_minor": u.lacking}
                    for u in queries.unlocks(work, tranche, progress)],
        "bureau": _bureau(work, report.group_id, "president", "treasurer"),
        "reviewer": signer(work, report.reviewed_by_id, report.reviewed_at, "justification:review"),
        "validator": signer(work, report.validated_by_id, report.validated_at, "justification:validate"),
    }  # fmt: skip


def issue_report(work: Work, report: Justification) -> Paper:
    """Print the financial report with its verdicts and keep it."""
    return issue(
        work,
        kind="financial_report",
        reference=report.reference,
        title="Rapport financier et bordereau des pièces justificatives",
        subject=report,
        facts=report_facts(work, report),
        draw=report_pdf,
    )


def _receipts(work: Work, recovery: Recovery) -> list[dict[str, Any]]:
    return [
        {
            "reference": receipt.reference,
            "on": receipt.received_on.isoformat(),
            "amount_minor": receipt.amount_minor,
            "payer": receipt.payer,
            "account": account.label,
            "voided": receipt.voided_reason,
        }
        for receipt, account in queries.receipts_of(work, recovery)
    ]


def order_facts(work: Work, recovery: Recovery) -> dict[str, Any]:
    """All that the ordre de reversement prints: the décompte to the franc, the refused papers, what came back (document 17)."""
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    progress = queries.of_tranche(work, tranche)
    on = recovery.issued_at.date() if recovery.issued_at else work.today
    line = work.db.get_one(BudgetLine, agreement.budget_line_id)
    earlier = sum(
        r.amount_minor
        for r in queries.recoveries_of(work, tranche)
        if r.id < recovery.id and r.status not in ("prepared", "cancelled")
    )
    rest = tranche.paid_minor - progress.accepted - earlier - recovery.amount_minor
    accounts = work.db.query(TreasuryAccount).filter(
        TreasuryAccount.fund_id == agreement.fund_id, TreasuryAccount.active, TreasuryAccount.kind == "bank"
    )
    return {
        **_base(work, agreement, on),
        "order": recovery.reference,
        "ampliations": ampliations(work, "recovery_order"),
        "status": recovery.status,
        "amount_minor": recovery.amount_minor,
        "currency": recovery.amount_currency,
        "closed_exercice": on.year > line.exercice,
        "tranche": {
            "number": tranche.number,
            "paid_minor": tranche.paid_minor,
            "paid_on": _iso(tranche.paid_on),
        },
        "accepted_minor": progress.accepted,
        "earlier_minor": earlier,
        "rest_minor": rest,
        "refused": [
            {
                "number": e.number,
                "on": e.spent_on.isoformat(),
                "supplier": e.supplier,
                "voucher": e.voucher_number or "sans numéro",
                "refused_minor": e.refused_minor,
                "reason": e.refused_reason,
            }
            for e in queries.refused_papers(work, tranche)
        ],
        "reason": recovery.reason,
        "ground": recovery.ground,
        "article": recovery.article,
        "notice": recovery.notice_reference,
        "notice_on": _iso(recovery.notice_received_on),
        "due_on": recovery.due_on.isoformat(),
        "account": next((f"{a.label} n° {a.number}" if a.number else a.label for a in accounts), ""),
        "bureau": _bureau(work, recovery.group_id, "president", "treasurer"),
        "issuer": signer(work, recovery.issued_by_id, recovery.issued_at, "recovery:issue"),
        "charge_number": recovery.charge_number or "",
        "charger": signer(work, recovery.charged_by_id, recovery.charged_at, "recovery:collect"),
        "receipts": _receipts(work, recovery),
        "collected_minor": recovery.collected_minor,
        "written_off_minor": recovery.written_off_minor,
        "written_off_act": recovery.written_off_act,
        "cancelled_on": _iso(recovery.cancelled_at.date() if recovery.cancelled_at else None),
        "cancelled_reason": recovery.cancelled_reason,
    }


def issue_order(work: Work, recovery: Recovery) -> Paper:
    """Print the order and keep it; after a payment, a write-off or its cancellation, its next edition. Refused: not_issued."""
    work.db.refresh(recovery)
    if recovery.issued_at is None:
        raise Refused(Refusal("not_issued", _("The order is not signed yet."), who=who_may("recovery:issue")))
    return issue(
        work,
        kind="recovery_order",
        reference=recovery.reference,
        title="Ordre de reversement",
        subject=recovery,
        facts=order_facts(work, recovery),
        draw=order_pdf,
    )


def write_off_facts(work: Work, recovery: Recovery, reason: str) -> dict[str, Any]:
    """All that the admission en non-valeur prints: the claim, what was collected, the steps taken, the act."""
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    steps = []
    if recovery.notice_reference:
        received = (
            f", reçue le {date_long(recovery.notice_received_on)}" if recovery.notice_received_on else ""
        )
        steps.append(f"Mise en demeure {recovery.notice_reference}{received}")
    issued = f" signé le {date_long(recovery.issued_at.date())}" if recovery.issued_at else ""
    steps.append(
        f"Ordre de reversement n° {recovery.reference}{issued}, payable au plus tard le {date_long(recovery.due_on)}"
    )
    steps += [
        f"Versement du {date_long(date.fromisoformat(r['on']))}, quittance n° {r['reference']} : {amount(r['amount_minor'])}"
        for r in _receipts(work, recovery)
        if not r["voided"]
    ]
    return {
        **_base(work, agreement, work.today),
        "order": recovery.reference,
        "issued_on": _iso(recovery.issued_at.date() if recovery.issued_at else None),
        "act": recovery.written_off_act,
        "reason": reason,
        "ampliations": ampliations(work, "write_off"),
        "amount_minor": recovery.amount_minor,
        "collected_minor": recovery.collected_minor,
        "written_off_minor": recovery.written_off_minor,
        "currency": recovery.amount_currency,
        "steps": steps,
        "writer": signer(work, work.actor.id, work.now, "recovery:write_off"),
    }


def issue_write_off(work: Work, recovery: Recovery, reason: str) -> Paper:
    """Print the admission en non-valeur and keep it with the order; reopened and decided again, its next edition."""
    work.db.refresh(recovery)
    return issue(
        work,
        kind="write_off",
        reference=f"{recovery.reference}-NV",
        title="Admission en non-valeur",
        subject=recovery,
        facts=write_off_facts(work, recovery, reason),
        draw=write_off_pdf,
    )


def quittance_facts(work: Work, recovery: Recovery, receipt: RecoveryReceipt) -> dict[str, Any]:
    """All that the quittance prints (document 11, the comptable's half)."""
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    account = work.db.get_one(TreasuryAccount, receipt.treasury_account_id)
    paid = sum(
        r.amount_minor
        for r, _a in queries.receipts_of(work, recovery)
        if r.id <= receipt.id and not r.voided_at
    )
    return {
        **_base(work, agreement, receipt.received_at.date()),
        "receipt": receipt.reference,
        "order": recovery.reference,
        "tranche": tranche.number,
        "amount_minor": receipt.amount_minor,
        "currency": receipt.amount_currency,
        "payer": receipt.payer,
        "received_on": receipt.received_on.isoformat(),
        "method": account.kind,
        "account": account.label,
        "bank_reference": receipt.bank_reference,
        "due_minor": recovery.amount_minor,
        "paid_minor": paid,
        "left_minor": recovery.amount_minor - paid,
        "accountant": signer(work, receipt.received_by_id, receipt.received_at, "recovery:collect"),
    }


def issue_quittance(work: Work, recovery: Recovery, receipt: RecoveryReceipt) -> Paper:
    """Print the quittance and keep it; once."""
    return issue(
        work,
        kind="payment_receipt",
        reference=receipt.reference,
        title="Quittance",
        subject=recovery,
        facts=quittance_facts(work, recovery, receipt),
        draw=quittance_pdf,
    )
