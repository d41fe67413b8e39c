"""One audit mission of the demo: three findings answered before the final report, one action verified, one past its day, one running."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.agreements.models import Agreement
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.missions import service
from portfolio.missions.forms import (
    AnswerForm,
    CommunicateForm,
    DoneForm,
    FindingForm,
    JudgeForm,
    OpenForm,
    OrderForm,
    RecommendForm,
    SplitForm,
)
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.seed import samples
from portfolio.seed.data.people import OFFICERS
from portfolio.seed.signed import agreement_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

AUDITOR, SECOND, PROGRAMME, OFFICER = "idrissa.bazongo", "nafissatou.balima", "mariam.guindo", OFFICERS["ML"]
TRANSPORT, SHEEP = "MP07", "MP03"
"""The grant whose money is asked back, and one whose vouchers were accepted."""


def plan(stage: Stage) -> None:
    """From the opening to the follow-up of the final report."""
    for j, hour, who, act in (
        (-26, "09:00", AUDITOR, _open),
        (-24, "16:00", AUDITOR, _state),
        (-23, "09:30", AUDITOR, _communicate),
        (-20, "10:10", OFFICER, _officer_answers),
        (-20, "15:00", PROGRAMME, _head_answers),
        (-17, "09:40", SECOND, _judge),
        (-16, "11:00", AUDITOR, _finalise),
        (-9, "10:20", PROGRAMME, _carry_out),
        (-7, "15:30", SECOND, _verify),
        (-6, "09:15", OFFICER, _link),
        (-5, "10:00", AUDITOR, _settle),
    ):
        stage.plan(j, hour, who, partial(act, stage))


def _open(stage: Stage, work: Work) -> None:
    mission = service.open_(
        work,
        make(
            OpenForm,
            kind="internal",
            title="Audit des subventions de l'appel AAP-2025-01, justification des avances",
            scope="call",
            call_id=stage.ids["call:AAP-2025-01"],
            from_on=stage.day(-330),
            to_on=stage.day(-30),
            auditors=[stage.person(SECOND)],
        ),
    )
    stage.keep("mission:1", mission)
    service.start(work, mission)


def _number(work: Work, stage: Stage, project: str) -> str:
    """The last order to repay of a grant, or its first voucher; its own number when it has neither."""
    grant: Agreement = agreement_of(stage, work, project)
    order = work.db.scalar(select(Recovery.reference).where(Recovery.agreement_id == grant.id).order_by(Recovery.id.desc()))
    first = (
        select(Justification.reference, Expense.number)
        .join(Justification, Justification.id == Expense.justification_id)
        .where(Expense.agreement_id == grant.id)
        .order_by(Expense.id)
    )
    voucher = work.db.execute(first).first()
    return order or (f"{voucher[0]}/{voucher[1]}" if voucher else grant.reference)


def _state(stage: Stage, work: Work) -> None:
    mission = stage.get(work, Mission, "mission:1")
    for n, (form, action, who, j) in enumerate(
        (
            (
                make(FindingForm, category="other_use", severity="high", title="Avance employée à un autre objet", questioned=575_000,
                     about=_number(work, stage, TRANSPORT),
                     account="La visite sur place n'a pas retrouvé les achats prévus au budget pour ce montant. Le groupement n'a présenté "
                             "ni facture ni certificat de marché, et reconnaît un autre emploi."),
                "Faire reverser le montant, ou l'admettre en non-valeur par un acte.", OFFICER, -3,
            ),
            (
                make(FindingForm, category="weak_voucher", severity="medium", title="Achats de marché sans second témoin", questioned=210_000,
                     about=_number(work, stage, SHEEP),
                     account="Le certificat d'achat ne porte qu'une signature de témoin ; la convention en demande deux."),
                "Joindre aux certificats la signature du second témoin.", OFFICER, 20,
            ),
            (
                make(FindingForm, category="archives", severity="low", title="Originaux classés sans bordereau",
                     account="Les dossiers de paiement n'ont pas de bordereau numéroté : une pièce qui manque ne se voit pas."),
                "Ouvrir chaque dossier de paiement par un bordereau numéroté.", PROGRAMME, 10,
            ),
        ),
        1,
    ):  # fmt: skip
        finding = service.state(work, mission, form)
        stage.keep(f"finding:{n}", finding)
        form_of = make(RecommendForm, action=action, responsible_id=stage.person(who), due_on=stage.day(j))
        stage.keep(f"recommendation:{n}", service.propose(work, finding, form_of))


def _communicate(stage: Stage, work: Work) -> None:
    service.communicate(work, stage.get(work, Mission, "mission:1"), CommunicateForm(answers_due_on=stage.day(-8)))


def _officer_answers(stage: Stage, work: Work) -> None:
    told = ("Le constat est exact ; l'ordre de reversement suit son cours.", "Les seconds témoins ont été retrouvés, leurs signatures suivent.")
    for n, (words, agreed) in enumerate(zip(told, (575_000, 0), strict=True), 1):
        service.answer_finding(work, stage.get(work, Finding, f"finding:{n}"), AnswerForm(answer=words, agreed=agreed))


def _head_answers(stage: Stage, work: Work) -> None:
    words = "Un bordereau type sera mis en service dans le mois."
    service.answer_finding(work, stage.get(work, Finding, "finding:3"), AnswerForm(answer=words))
    service.answer(work, stage.get(work, Mission, "mission:1"))


def _judge(stage: Stage, work: Work) -> None:
    for n, words in enumerate(
        ("Maintenu jusqu'au reversement.", "Maintenu : une partie des signatures manque encore.", "Maintenu ; la mesure annoncée convient."), 1
    ):
        service.maintain(work, stage.get(work, Finding, f"finding:{n}"), JudgeForm(position=words))


def _finalise(stage: Stage, work: Work) -> None:
    service.finalise(work, stage.get(work, Mission, "mission:1"))


def _carry_out(stage: Stage, work: Work) -> None:
    proof = samples.scan("bordereau", "Bordereau d'un dossier de paiement", "Modèle mis en service")
    form = DoneForm(evidence="Bordereau type mis en service ; les dossiers de l'année l'ont reçu.", proof=proof)
    service.carry_out(work, stage.get(work, Recommendation, "recommendation:3"), form)


def _verify(stage: Stage, work: Work) -> None:
    service.verify(work, stage.get(work, Recommendation, "recommendation:3"))


def _link(stage: Stage, work: Work) -> None:
    finding = stage.get(work, Finding, "finding:1")
    order = work.db.scalar(select(Recovery.id).where(Recovery.agreement_id == finding.agreement_id))
    if order is not None:
        service.link_order(work, finding, OrderForm(recovery_id=order))


def _settle(stage: Stage, work: Work) -> None:
    form = SplitForm(accepted=150_000, settlement="Signatures du second témoin reçues pour trois certificats sur quatre.")
    service.split(work, stage.get(work, Finding, "finding:2"), form)
    service.settle(work, stage.get(work, Finding, "finding:3"))
