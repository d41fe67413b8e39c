"""The advances are justified: papers entered in one grid, examined line by line, cleared by a second person; what is refused comes back."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.agreements import service as agreements
from portfolio.agreements.forms import NoticeForm, ServeForm
from portfolio.agreements.models import AgreementLine, FormalNotice
from portfolio.funds.models import Fund
from portfolio.justifications import queries, service
from portfolio.justifications.forms import (
    CollectForm,
    ExpenseForm,
    GridForm,
    RecoveryForm,
    ReportForm,
    VerdictRow,
    VerdictsForm,
)
from portfolio.justifications.models import Justification, Recovery
from portfolio.seed import groups_known, samples
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.life import disbursements, vouchers_of
from portfolio.seed.data.model import Disbursement, Voucher
from portfolio.seed.data.model import Recovery as RecoveryFacts
from portfolio.seed.data.model.grants import SHARED_REASONS
from portfolio.seed.data.others import projects
from portfolio.seed.data.problems import RECOVERIES
from portfolio.seed.data.suppliers import SUPPLIERS
from portfolio.seed.paid import tranche_of
from portfolio.seed.signed import agreement_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, ORDONNATEUR, ACCOUNTANT = "mariam.guindo", "seydou.barro", "mahamadou.sidibe"
KINDS = {
    "sale_certificate": "livestock_sale",
    "invoice": "invoice",
    "receipt": "receipt",
    "transport_receipt": "receipt",
    "fee_receipt": "receipt",
    "purchase_certificate": "purchase_note",
}
REASONS = {
    "unspent": "Somme non dépensée à la fin du projet.",
    "rejected_expense": "Facture n° 0119 déjà présentée par une autre subvention : dépense rejetée.",
    "termination": "Résiliation : la tranche 1 a été employée à un autre objet que celui de la convention.",
}
GROUNDS = {"unspent": "unspent", "rejected_expense": "refused", "termination": "termination"}
DEMANDS = {
    "rejected_expense": "La facture n° 0119 de 575 000 F CFA a déjà été présentée par une autre subvention. Produisez la pièce qui "
    "justifie cette dépense, ou reversez la somme.",
    "termination": "Produisez les pièces de l'emploi de la tranche 1 à l'objet de la convention, ou reversez-la.",
}
NOTICE_DELAY = 14
"""Days that the letters of the demonstration leave, from their receipt three days after they were sent."""
ARTICLES = {"unspent": "Article 12", "rejected_expense": "Article 12", "termination": "Article 19"}


def plan(stage: Stage) -> None:
    """Every report examined so far, then the orders to repay."""
    for n, facts in enumerate(disbursements()):
        if (
            facts.outcome == "paid"
            and facts.examined_j is not None
            and vouchers_of(facts.project, facts.tranche)
        ):
            _plan_report(stage, facts, n)
    for recovery in RECOVERIES:
        _plan_recovery(stage, recovery)


def _plan_report(stage: Stage, facts: Disbursement, n: int) -> None:
    assert facts.examined_j is not None
    officer = groups_known.officer_of(projects()[facts.project].group)
    j, minute = facts.examined_j, n * 11 % 60
    entered = max(j - 6, 1 + max(voucher.j for voucher in vouchers_of(facts.project, facts.tranche)))
    stage.plan(entered, f"10:{minute:02d}", officer, partial(_enter, stage, facts))
    stage.plan(entered, f"16:{minute:02d}", officer, partial(_submit, stage, facts))
    stage.plan(j, f"10:{minute:02d}", officer, partial(_examine, stage, facts))
    stage.plan(j, f"16:{minute:02d}", PROGRAMME, partial(_validate, stage, facts))


def _report(stage: Stage, work: Work, facts: Disbursement) -> Justification:
    return stage.get(work, Justification, f"report:{facts.project}:{facts.tranche}")


def _enter(stage: Stage, facts: Disbursement, work: Work) -> None:
    assert facts.paid_j is not None
    vouchers = vouchers_of(facts.project, facts.tranche)
    tranche = tranche_of(stage, work, facts.project, facts.tranche)
    spent = sum(voucher.amount for voucher in vouchers)
    form = ReportForm(
        from_on=stage.day(min(facts.paid_j, *(voucher.j for voucher in vouchers))),
        to_on=stage.day(max(facts.paid_j, *(voucher.j for voucher in vouchers))),
        opening_cash=0,
        bank_balance=tranche.paid_minor - spent,
        own_cash=projects()[facts.project].total("N") if facts.tranche == 1 else 0,
        own_kind=projects()[facts.project].total("V") if facts.tranche == 1 else 0,
    )
    report = service.create(work, tranche, form)
    stage.keep(f"report:{facts.project}:{facts.tranche}", report)
    lines = {
        line.label: line.id
        for line in work.db.scalars(
            select(AgreementLine).where(AgreementLine.agreement_id == tranche.agreement_id)
        )
    }
    service.present_all(work, report, GridForm(lines=[_row(stage, voucher, lines) for voucher in vouchers]))
    group = all_groups()[projects()[facts.project].group]
    for expense in queries.expenses(work, report):
        scan = samples.scan(
            f"{expense.number}-{facts.project}",
            expense.description,
            expense.supplier,
            group.name,
            f"Pièce n° {expense.number} — {expense.amount_minor} F CFA",
        )
        service.attach(work, expense, scan)


def _row(stage: Stage, voucher: Voucher, lines: dict[str, int]) -> ExpenseForm:
    supplier = SUPPLIERS.get(voucher.supplier)
    return make(
        ExpenseForm,
        number=voucher.number,
        spent_on=stage.day(voucher.j),
        kind=KINDS[voucher.kind],
        supplier=supplier.name if supplier else "Formateur ou prestataire individuel",
        tax_number=(supplier.tax_id or None) if supplier else None,
        voucher_number=voucher.reference or None,
        no_number_reason=None if voucher.reference else "pièce d'un marché ou d'un particulier",
        description=voucher.label,
        line_id=lines.get(voucher.line),
        method="transfer" if voucher.amount > 500_000 and voucher.kind == "invoice" else "cash",
        amount=voucher.amount,
    )


def _submit(stage: Stage, facts: Disbursement, work: Work) -> None:
    service.submit(work, _report(stage, work, facts))


def _examine(stage: Stage, facts: Disbursement, work: Work) -> None:
    report = _report(stage, work, facts)
    told = {voucher.number: voucher for voucher in vouchers_of(facts.project, facts.tranche)}
    verbs = {"accepted": "accept", "queried": "query", "rejected": "refuse"}
    rows = []
    for expense in queries.expenses(work, report):
        voucher = told[expense.number]
        if voucher.verdict == "shared":
            parts = voucher.parts
            rows.append(
                make(
                    VerdictRow,
                    id=expense.id,
                    accepted=parts["accepted"],
                    queried=parts["queried"],
                    refused=parts["rejected"],
                    reason=SHARED_REASONS["rejected"],
                    queried_reason=SHARED_REASONS["queried"],
                )
            )
            continue
        rows.append(
            make(VerdictRow, id=expense.id, verdict=verbs[voucher.verdict], reason=voucher.reason or None)
        )
    service.decide_all(work, report, VerdictsForm(lines=rows))
    service.review(work, report)


def _validate(stage: Stage, facts: Disbursement, work: Work) -> None:
    service.validate(work, _report(stage, work, facts))
    if facts.project == "MP07":
        reason = "Facture n° 0119 présentée par deux subventions : la tranche attend le reversement."
        agreements.freeze(work, tranche_of(stage, work, "MP07", 2), reason)


# -- what comes back ----------------------------------------------------------------------------------------------


def _plan_recovery(stage: Stage, facts: RecoveryFacts) -> None:
    officer = groups_known.officer_of(projects()[facts.project].group)
    if facts.notice_j is not None:
        stage.plan(facts.notice_j, "09:10", officer, partial(_send_notice, stage, facts))
        stage.plan(facts.notice_j + 5, "09:10", officer, partial(_serve_notice, stage, facts))
    stage.plan(facts.ordered_j - 2, "10:40", officer, partial(_prepare, stage, facts))
    stage.plan(facts.ordered_j, "11:40", ORDONNATEUR, partial(_issue, stage, facts))
    for n, (j, amount) in enumerate(facts.receipts):
        stage.plan(j, f"15:{20 + n}", ACCOUNTANT, partial(_collect, stage, facts, amount))


def _send_notice(stage: Stage, facts: RecoveryFacts, work: Work) -> None:
    form = NoticeForm(
        tranche_id=tranche_of(stage, work, facts.project, facts.tranche).id,
        ground="unjustified" if facts.reason == "termination" else "breach",
        demand=DEMANDS[facts.reason],
        means="hand",
        sent_on=work.today,
        delay_days=NOTICE_DELAY,
    )
    stage.keep(
        f"notice:{facts.project}",
        agreements.send_notice(work, agreement_of(stage, work, facts.project), form),
    )


def _serve_notice(stage: Stage, facts: RecoveryFacts, work: Work) -> None:
    assert facts.notice_j is not None
    form = ServeForm(
        outcome="received",
        received_on=stage.day(facts.notice_j + 3),
        received_by=all_groups()[projects()[facts.project].group].officers[0].name,
    )
    agreements.serve_notice(work, stage.get(work, FormalNotice, f"notice:{facts.project}"), form)


def _prepare(stage: Stage, facts: RecoveryFacts, work: Work) -> None:
    form = make(
        RecoveryForm,
        tranche_id=tranche_of(stage, work, facts.project, facts.tranche).id,
        amount=facts.amount,
        for_refused=0 if facts.reason == "unspent" else None,
        reason=REASONS[facts.reason],
        article=ARTICLES[facts.reason],
        ground=GROUNDS[facts.reason],
        due_on=stage.day(facts.ordered_j + 60),
    )
    recovery = service.prepare_recovery(work, tranche_of(stage, work, facts.project, facts.tranche), form)
    stage.keep(f"recovery:{facts.project}", recovery)


def _issue(stage: Stage, facts: RecoveryFacts, work: Work) -> None:
    service.issue_recovery(work, stage.get(work, Recovery, f"recovery:{facts.project}"))


def _collect(stage: Stage, facts: RecoveryFacts, amount: int, work: Work) -> None:
    recovery = stage.get(work, Recovery, f"recovery:{facts.project}")
    treasurer = all_groups()[projects()[facts.project].group].officers[1].name
    form = CollectForm(
        amount=amount,
        treasury_account_id=_bank(stage, work, facts),
        received_on=work.today,
        payer=treasurer,
        bank_reference=f"VERS-{facts.project}-{work.today:%d%m%y}",
    )
    service.collect(work, recovery, form)


def _bank(stage: Stage, work: Work, facts: RecoveryFacts) -> int:
    fund = work.db.get_one(Fund, agreement_of(stage, work, facts.project).fund_id)
    return stage.ids[f"treasury:BQ-{fund.code}"]
