"""What public money goes through besides the straight road: refused and requisitioned, reversed, waived, set off, amended, closed and sampled.

Every act is on a grant or a month that the sixteen problems leave free.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import select

from portfolio.agreements import service as agreements
from portfolio.agreements.forms import AmendmentForm, AmendmentSignatureForm, BudgetLine, WaiverForm
from portfolio.agreements.models import AgreementLine, Amendment, Condition
from portfolio.desk.forms import SampleForm
from portfolio.desk.service import ledger as books
from portfolio.desk.service import periods
from portfolio.desk.service import samples as sampling
from portfolio.disbursements import service as payments
from portfolio.disbursements.forms import RejectForm, RequisitionForm
from portfolio.disbursements.models import Disbursement
from portfolio.justifications import queries as report_pages
from portfolio.justifications import service as justifications
from portfolio.justifications.forms import (
    DeductForm,
    ExpenseForm,
    GridForm,
    ReportForm,
    VerdictRow,
    VerdictsForm,
)
from portfolio.justifications.models import Justification, Recovery
from portfolio.ledger import queries as ledger
from portfolio.ledger.queries import LedgerPeriod
from portfolio.seed import groups_known, paid, samples
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.life import disbursements_of
from portfolio.seed.data.others import projects
from portfolio.seed.paid import tranche_of
from portfolio.seed.signed import TITLES, agreement_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, ORDONNATEUR, ACCOUNTANT = "mariam.guindo", "seydou.barro", "mahamadou.sidibe"
AUDITOR = "nafissatou.balima"
CLOSED = (-405, -375, -344)
"""When the first three months of the books were proposed for closing; each was closed the day after. The fourth is proposed, not closed."""
SCHOOL, GARDEN, ROAD, NURSE, MILL = "MP24", "MP21", "MP22", "MP25", "MP19"
OBJECTION = (
    "L'attestation de régularité fiscale de l'entreprise, jointe au marché, est périmée depuis deux mois."
)
ANSWER = (
    "Les travaux doivent finir avant la rentrée scolaire ; l'attestation renouvelée est demandée et sera jointe "
    "au dossier. Je requiers le paiement sous ma responsabilité."
)
NEW_RESULTS = (
    "1,5 hectare clôturé et irrigué, exploité par 34 jeunes ; trois cycles de culture par an au lieu de deux ; "
    "une caisse commune tenue et contrôlée chaque mois."
)


def plan(stage: Stage) -> None:
    """Each act on its day, by its own person."""
    _plan_requisition(stage)
    _plan_reversal(stage)
    _plan_waivers(stage)
    _plan_shown(stage)
    _plan_set_off(stage)
    _plan_amendments(stage)
    for n, j in enumerate((*CLOSED, -3), 1):
        stage.plan(j, "16:40", ACCOUNTANT, partial(_propose_month, stage, n))
        if j in CLOSED:
            stage.plan(j + 1, "08:20", ORDONNATEUR, partial(_close_month, stage, n))
    stage.plan(-3, "09:10", AUDITOR, _draw)


def _officer(project: str) -> str:
    return groups_known.officer_of(projects()[project].group)


def _payment(stage: Stage, work: Work, project: str, tranche: int) -> Disbursement:
    return stage.get(work, Disbursement, f"disbursement:{project}:{tranche}:1")


# -- refused by the accountant, requisitioned by the ordonnateur (R3) ---------------------------------------------


def _plan_requisition(stage: Stage) -> None:
    stage.plan(-132, "08:30", ACCOUNTANT, partial(_reject, stage))
    stage.plan(-132, "16:30", ORDONNATEUR, partial(_requisition, stage))


def _reject(stage: Stage, work: Work) -> None:
    form = RejectForm(cause="papers", reason=OBJECTION)
    payments.reject(work, _payment(stage, work, SCHOOL, 2), form)


def _requisition(stage: Stage, work: Work) -> None:
    found = _payment(stage, work, SCHOOL, 2)
    form = RequisitionForm(content_hash=found.content_hash, amount_seen=found.amount_minor, reason=ANSWER)
    payments.requisition(work, found, form)


# -- a payment entered by mistake, reversed, entered again (M07) ---------------------------------------------------


def _plan_reversal(stage: Stage) -> None:
    facts = disbursements_of(GARDEN)[0]
    assert facts.paid_j is not None
    stage.plan(facts.paid_j + 1, "08:30", ACCOUNTANT, partial(_reverse, stage))
    stage.plan(facts.paid_j + 1, "08:50", ACCOUNTANT, partial(paid.pay, stage, facts))


def _reverse(stage: Stage, work: Work) -> None:
    found = _payment(stage, work, GARDEN, 1)
    last = ledger.entries_of(work.db, "disbursement", found.id)[-1].posting
    reason = "Enregistré la veille de l'exécution par la banque : l'avis de débit est daté d'aujourd'hui."
    books.reverse(work, last, reason)


# -- conditions waived by two people -------------------------------------------------------------------------------


def _plan_waivers(stage: Stage) -> None:
    """One granted, one that a second person has still to look at."""
    reason = "L'école est en service : le site ne se remet pas, les travaux se font pendant les vacances."
    stage.plan(-144, "10:20", _officer(SCHOOL), partial(_ask_waiver, stage, SCHOOL, 2, "Site remis", reason))
    stage.plan(-143, "10:40", PROGRAMME, partial(_waive, stage, SCHOOL, 2, "Site remis"))
    reason = "La commune propose de constituer elle-même la caisse d'entretien d'ici deux mois."
    label = "Caisse d'entretien constituée"
    stage.plan(-5, "10:25", _officer(NURSE), partial(_ask_waiver, stage, NURSE, 2, label, reason))


def _condition(stage: Stage, work: Work, project: str, number: int, label: str) -> Condition:
    tranche = tranche_of(stage, work, project, number)
    return work.db.scalars(
        select(Condition).where(Condition.tranche_id == tranche.id, Condition.label == label)
    ).one()


def _ask_waiver(stage: Stage, project: str, number: int, label: str, reason: str, work: Work) -> None:
    form = WaiverForm(
        reason=reason,
        act=f"Note du {work.today:%d/%m/%Y} à la cheffe de programme",
        scan=samples.scan(f"derogation_{project}_T{number}", "Demande de dérogation", label, reason),
    )
    agreements.propose_waiver(work, _condition(stage, work, project, number, label), form)


def _waive(stage: Stage, project: str, number: int, label: str, work: Work) -> None:
    agreements.waive(work, _condition(stage, work, project, number, label))


# -- expenses shown, accepted and validated before they are reimbursed (R4) ------------------------------------------


def _plan_shown(stage: Stage) -> None:
    stage.plan(-14, "09:20", _officer(MILL), partial(_show, stage))
    stage.plan(-13, "10:30", _officer(MILL), partial(_examine, stage))
    stage.plan(-13, "16:30", PROGRAMME, partial(_validate, stage))


def _show(stage: Stage, work: Work) -> None:
    """The sheet of a day of training that the union paid for itself, against the same line as the first session."""
    tranche = tranche_of(stage, work, MILL, 4)
    spent_on = stage.day(-16)
    form = ReportForm(from_on=spent_on, to_on=spent_on, opening_cash=0, bank_balance=0, own_cash=0, own_kind=0)
    report = justifications.create(work, tranche, form)
    stage.keep(f"report:{MILL}:4", report)
    mine = AgreementLine.agreement_id == tranche.agreement_id
    lines = work.db.scalars(select(AgreementLine).where(mine).order_by(AgreementLine.position)).all()
    trained = next((line for line in lines if "ormation" in line.label), lines[-1])
    paper = make(
        ExpenseForm,
        number=1,
        spent_on=spent_on,
        kind="invoice",
        supplier="Centre de formation aux métiers ruraux de Téra",
        voucher_number="F-2026-311",
        description="Une journée de formation à la conduite du moulin, 16 meunières",
        line_id=trained.id,
        method="cash",
        amount=tranche.amount_minor,
    )
    justifications.present_all(work, report, GridForm(lines=[paper]))
    for expense in report_pages.expenses(work, report):
        scan = samples.scan(
            f"formation_{MILL}", "Facture acquittée", expense.supplier, f"{expense.amount_minor} F CFA"
        )
        justifications.attach(work, expense, scan)
    justifications.submit(work, report)


def _shown(stage: Stage, work: Work) -> Justification:
    return stage.get(work, Justification, f"report:{MILL}:4")


def _examine(stage: Stage, work: Work) -> None:
    report = _shown(stage, work)
    rows = [make(VerdictRow, id=e.id, verdict="accept", reason=None) for e in report_pages.expenses(work, report)]
    justifications.decide_all(work, report, VerdictsForm(lines=rows))
    justifications.review(work, report)


def _validate(stage: Stage, work: Work) -> None:
    justifications.validate(work, _shown(stage, work))


# -- what is owed, taken from what is paid (document 10) -----------------------------------------------------------


def _plan_set_off(stage: Stage) -> None:
    stage.plan(-8, "15:30", ORDONNATEUR, partial(_deduct, stage))


def _deduct(stage: Stage, work: Work) -> None:
    recovery = stage.get(work, Recovery, f"recovery:{MILL}")
    form = DeductForm(
        disbursement_id=_payment(stage, work, MILL, 4).id,
        amount=recovery.amount_minor,
        reason="Reste non dépensé de la tranche 3, compensé sur la tranche 4 avec l'accord écrit de l'union.",
    )
    justifications.deduct(work, recovery, form)


# -- amendments of other types -------------------------------------------------------------------------------------


def _plan_amendments(stage: Stage) -> None:
    """A transfer within the tolerance, which nobody signs; new results, signed; an extension that waits for its approval."""
    stage.plan(-96, "09:40", _officer(ROAD), partial(_within, stage))
    stage.plan(-94, "11:50", PROGRAMME, partial(_accept, stage))
    stage.plan(-62, "09:50", _officer(GARDEN), partial(_results, stage))
    stage.plan(-60, "11:55", PROGRAMME, partial(_approve, stage))
    stage.plan(-56, "11:35", ORDONNATEUR, partial(_sign, stage))
    stage.plan(-6, "09:35", _officer(SCHOOL), partial(_longer, stage))


def _kept(stage: Stage, work: Work, project: str) -> Amendment:
    return stage.get(work, Amendment, f"amendment:{project}")


def _submitted(stage: Stage, work: Work, project: str, form: AmendmentForm) -> None:
    made = agreements.prepare_amendment(work, agreement_of(stage, work, project), form)
    stage.keep(f"amendment:{project}", made)
    agreements.submit_amendment(work, made)


def _within(stage: Stage, work: Work) -> None:
    prices = {"Gilets numérotés": 4_750, "Kit d'entretien": 147_500}
    mine = AgreementLine.agreement_id == stage.ids[f"agreement:{ROAD}"]
    lines = [
        make(
            BudgetLine,
            label=line.label,
            unit=line.unit or None,
            quantity=line.quantity,
            unit_minor=prices.get(line.label, line.unit_minor),
            source=line.source,
        )
        for line in work.db.scalars(select(AgreementLine).where(mine).order_by(AgreementLine.position))
    ]
    reason = "Les gilets réfléchissants exigés par la mairie coûtent 250 F de plus la pièce."
    _submitted(stage, work, ROAD, AmendmentForm(kind="virement_within", reason=reason, lines=lines))


def _accept(stage: Stage, work: Work) -> None:
    agreements.accept_amendment(work, _kept(stage, work, ROAD))


def _results(stage: Stage, work: Work) -> None:
    reason = "La nappe permet un troisième cycle de culture, selon l'avis du service de l'agriculture."
    _submitted(stage, work, GARDEN, AmendmentForm(kind="results", reason=reason, results=NEW_RESULTS))


def _approve(stage: Stage, work: Work) -> None:
    agreements.approve_amendment(work, _kept(stage, work, GARDEN))


def _sign(stage: Stage, work: Work) -> None:
    president = all_groups()[projects()[GARDEN].group].officers[0]
    form = AmendmentSignatureForm(
        signed_on=work.today,
        signatory_name=president.name,
        signatory_function=TITLES[president.sex],
        scan=samples.scan(f"avenant_{GARDEN}", "Avenant signé", president.name),
    )
    agreements.sign_amendment(work, _kept(stage, work, GARDEN), form)


def _longer(stage: Stage, work: Work) -> None:
    ends_on = agreement_of(stage, work, SCHOOL).ends_on + timedelta(days=45)
    reason = "Le ciment est arrivé avec un mois de retard ; la seconde salle sera couverte après les pluies."
    _submitted(stage, work, SCHOOL, AmendmentForm(kind="extension", reason=reason, ends_on=ends_on))


# -- months that close, a sample ------------------------------------------------------------------------------------


def _propose_month(stage: Stage, n: int, work: Work) -> None:
    end = ledger.next_to_close(work.db, work.today)
    assert end is not None
    stage.keep(f"month:{n}", periods.propose(work, end))


def _close_month(stage: Stage, n: int, work: Work) -> None:
    periods.close(work, stage.get(work, LedgerPeriod, f"month:{n}"))


def _draw(work: Work) -> None:
    sampling.draw(work, SampleForm(population="payments", method="monetary", size=12, seed="norlande-2026"))
