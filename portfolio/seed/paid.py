"""The tranches on their way: conditions shown, requested, liquidated, visaed, ordered and paid by five different people (R1, R3, R7)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from portfolio.agreements import service as agreements
from portfolio.agreements.forms import ProofForm
from portfolio.agreements.models import Condition, Proof, Tranche
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import (
    AccountForm,
    FailForm,
    OrderForm,
    PayForm,
    RequestForm,
    SendForm,
    VisaForm,
)
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import Fund
from portfolio.projects import service as projects
from portfolio.projects.forms import ReportForm, VisitForm
from portfolio.projects.models import Visit
from portfolio.seed import batched, groups_known, samples
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.life import disbursements, grants
from portfolio.seed.data.model import Disbursement as Facts
from portfolio.seed.data.others import projects as all_projects
from portfolio.seed.signed import agreement_of, project_of, signer_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, CONTROLLER, ACCOUNTANT = "mariam.guindo", "abdoul.karim.soumana", "mahamadou.sidibe"
IN_HAND = "MP19"
"""Its union asks to be paid in hand for a tranche: no branch within a day's walk."""
SHOWN: dict[str, tuple[str, dict[str, object]]] = {
    "own_contribution": (
        "Bordereau de versement de l'apport",
        {"number": "BV-{n}", "issuer": "Guichet de l'établissement du groupement"},
    ),
    "training": (
        "Feuille de présence de la formation",
        {
            "issuer": "Chargé de subventions",
            "place": "Siège du groupement",
            "attended": 22,
            "attended_women": 14,
        },
    ),
    "opinion": (
        "Avis du service technique",
        {"number": "{n}/ST", "issuer": "Service technique déconcentré", "opinion": "favourable"},
    ),
    "works_contract": (
        "Marché signé et enregistré",
        {"number": "M-{n}", "issuer": "Entreprise attributaire"},
    ),
    "document": ("Pièce reçue, originale, copiée au dossier", {"issuer": "Bureau du bénéficiaire"}),
    "report": (
        "Rapport d'exécution",
        {
            "issuer": "Présidente et secrétaire du groupement",
            "note": "Activités du budget réalisées ; ventes régulières ; retard d'une livraison rattrapé. Reste la dernière tranche.",
        },
    ),
    "no_reserve": ("PV de levée des réserves", {"number": "PVL-{n}", "issuer": "Commission de réception"}),
}
"""What the papers of the demo say, by kind of condition: their title, and the facts that the form asks for."""
PAPERS = {
    "advance": "Convention signée\nConditions de la tranche\nAttestation de compte",
    "direct": "Bon de commande\nFacture définitive\nPV de réception\nPV de remise",
    "kind": "Bon de commande\nFacture définitive\nPV de réception\nPV de remise des biens au groupement",
    "reimbursement": "Convention signée\nÉtat des dépenses payées et leurs pièces\nFeuille de présence de la formation",
}
"""The papers joined to a request, by modality (R4)."""
FINDINGS = (
    "Groupe réuni au complet. Achats vus et comptés, registre tenu à jour, caisse contrôlée devant les membres. "
    "Les dépenses montrées correspondent aux pièces gardées par la trésorière."
)


def plan(stage: Stage) -> None:
    """Every attempt of every grant, with the evidence and the visit that it needed."""
    for n, facts in enumerate(disbursements()):
        if facts.outcome == "failed":
            _plan_failed(stage, facts, n)
        elif facts.outcome == "refused_before_sending":
            _plan_refused(stage, facts, n)
        elif facts.attempt == 1:
            _plan_conditions(stage, facts)
            _plan_chain(stage, facts, n)
    _plan_second_tries(stage)
    group = all_groups()[all_projects()[IN_HAND].group]
    officer, take = _officer(IN_HAND), group.officers[1].name
    asked = partial(
        groups_known.propose_account, stage, group, "cash", ":cash", holder=take, number=group.phone[-8:]
    )
    stage.plan(-38, "10:10", officer, asked)
    stage.plan(-37, "11:10", PROGRAMME, partial(groups_known.verify_account, stage, group, ":cash"))


def key(facts: Facts) -> str:
    """The name of an attempt in the story."""
    return f"disbursement:{facts.project}:{facts.tranche}:{facts.attempt}"


def tranche_of(stage: Stage, work: Work, project: str, number: int) -> Tranche:
    """A tranche by its number."""
    agreement = stage.ids[f"agreement:{project}"]
    return work.db.scalars(
        select(Tranche).where(Tranche.agreement_id == agreement, Tranche.number == number)
    ).one()


def _officer(project: str) -> str:
    return groups_known.officer_of(all_projects()[project].group)


def _hour(base: int, n: int) -> str:
    return f"{base + n % 3:02d}:{n * 13 % 60:02d}"


def _plan_conditions(stage: Stage, facts: Facts) -> None:
    officer, j = _officer(facts.project), facts.requested_j
    stage.plan(j - 1, "09:30", officer, partial(_evidence, stage, facts.project, facts.tranche))
    tranche = all_projects()[facts.project].tranches[facts.tranche - 1]
    if "draft_final_report" in tranche.conditions:
        stage.plan(j - 1, "11:20", PROGRAMME, partial(_accept_report, stage, facts.project, facts.tranche))
    if any(condition.startswith("visit") for condition in tranche.conditions):
        plan_visit(stage, facts.project, j - 6, n=facts.tranche)


def plan_visit(stage: Stage, project: str, j: int, *, n: int, remote: str = "") -> None:
    """A visit planned, made, reported with photographs, and validated by another person."""
    officer = _officer(project)
    stage.plan(j - 6, "08:40", officer, partial(_plan_the_visit, stage, project, n, j))
    stage.plan(j + 1, "17:00", officer, partial(_report_visit, stage, project, n, j, remote))
    stage.plan(j + 2, "09:15", PROGRAMME, partial(_validate_visit, stage, project, n))


def _plan_chain(stage: Stage, facts: Facts, n: int) -> None:
    stage.plan(facts.requested_j, _hour(9, n), _officer(facts.project), partial(request, stage, facts))
    plan_approvals(stage, facts, n)


def plan_approvals(stage: Stage, facts: Facts, n: int) -> None:
    """Liquidation, visa, order and payment of an attempt already requested."""
    stage.plan(facts.liquidated_j, _hour(10, n), PROGRAMME, partial(_liquidate, stage, facts))
    stage.plan(facts.liquidated_j + 1, _hour(9, n), CONTROLLER, partial(_visa, stage, facts))
    amount = all_projects()[facts.project].tranches[facts.tranche - 1].amount
    if facts.ordered_j is not None:
        stage.plan(facts.ordered_j, _hour(11, n), signer_of(amount, n), partial(_order, stage, facts))
    if facts.paid_j is not None and not batched.by_statement(facts.project, facts.tranche):
        if not batched.by_batch(facts.project, facts.tranche) and facts.channel != "cash":
            stage.plan(facts.paid_j - 1, _hour(14, n), ACCOUNTANT, partial(_send, stage, facts))
        act = _fail if facts.outcome == "failed" else pay
        stage.plan(facts.paid_j, _hour(15, n), ACCOUNTANT, partial(act, stage, facts))


# -- what the tranche waits for -----------------------------------------------------------------------------------


def _evidence(stage: Stage, project: str, number: int, work: Work) -> None:
    """The papers of the tranche, each recorded with its scan."""
    tranche = tranche_of(stage, work, project, number)
    agreement = agreement_of(stage, work, project)
    conditions = select(Condition).where(Condition.tranche_id == tranche.id).order_by(Condition.position)
    for condition in work.db.scalars(conditions).all():
        if condition.met_at is not None or condition.waived_at is not None or condition.kind not in SHOWN:
            continue
        title, said = SHOWN[condition.kind]
        values = {name: v.format(n=condition.id) if isinstance(v, str) else v for name, v in said.items()}
        if condition.kind == "own_contribution":
            values["amount"] = agreement.own_cash_minor or 1
        if condition.kind == "works_contract":
            values["amount"] = tranche.amount_minor
        if condition.kind == "report":
            values |= {"from_on": agreement.starts_on, "to_on": work.today}
        scan = samples.scan(
            f"{condition.kind}_{project}_T{number}", title, condition.label, agreement.reference
        )
        form = make(ProofForm, dated_on=work.today, scan=scan, **values)
        agreements.record_proof(work, condition, form)


def _accept_report(stage: Stage, project: str, number: int, work: Work) -> None:
    """Another person reads the report and accepts it."""
    tranche = tranche_of(stage, work, project, number)
    waiting = (
        select(Proof)
        .join(Condition, Condition.id == Proof.condition_id)
        .where(Condition.tranche_id == tranche.id, Proof.accepted_at.is_(None))
    )
    for proof in work.db.scalars(waiting).all():
        agreements.accept_proof(work, proof)


def _plan_the_visit(stage: Stage, project: str, n: int, j: int, work: Work) -> None:
    form = VisitForm(planned_on=stage.day(j), team="Chargé de subventions et service technique")
    stage.keep(f"visit:{project}:{n}", projects.plan_visit(work, project_of(stage, work, project), form))


def _visit(stage: Stage, work: Work, project: str, n: int) -> Visit:
    return stage.get(work, Visit, f"visit:{project}:{n}")


def _report_visit(stage: Stage, project: str, n: int, j: int, remote: str, work: Work) -> None:
    form = ReportForm(
        visited_on=stage.day(j),
        remote=bool(remote),
        remote_reason=remote or None,
        team="Chargé de subventions et service technique",
        findings=FINDINGS
        if not remote
        else "Appels à la présidente et à la trésorière, photographies reçues et datées.",
        planned_work="Vérifier les achats de la tranche, le registre des ventes et la caisse.",
        people_met="La présidente, la trésorière et douze membres du groupement, dont neuf femmes."
        if not remote
        else "La présidente et la trésorière, au téléphone.",
        risks="Vol de bétail sur la piste ; saison des pluies.",
        action_points="Tenir le registre des ventes chaque semaine.",
        photos=[samples.photo(f"{project}_{n}_{k}", int(project[2:]) * 7 + n + k) for k in (1, 2)],
    )
    projects.report_visit(work, _visit(stage, work, project, n), form)


def _validate_visit(stage: Stage, project: str, n: int, work: Work) -> None:
    projects.validate_visit(work, _visit(stage, work, project, n))


# -- the five people ----------------------------------------------------------------------------------------------


def request(stage: Stage, facts: Facts, work: Work, *, account: str = "") -> None:
    """The officer asks for the tranche; what is paid in hand goes to the account of that name."""
    if facts.channel == "cash":
        account = f"account:{all_projects()[facts.project].group}:cash"
    tranche = tranche_of(stage, work, facts.project, facts.tranche)
    form = RequestForm(
        account_id=stage.ids[account] if account else None,
        papers=PAPERS.get(tranche.modality, PAPERS["advance"]),
    )
    stage.keep(key(facts), service.request(work, tranche, form))


def _found(stage: Stage, work: Work, facts: Facts) -> Disbursement:
    return stage.get(work, Disbursement, key(facts))


def _liquidate(stage: Stage, facts: Facts, work: Work) -> None:
    service.liquidate(work, _found(stage, work, facts))


def _visa(stage: Stage, facts: Facts, work: Work) -> None:
    found = _found(stage, work, facts)
    service.visa(work, found, VisaForm(content_hash=found.content_hash, amount_seen=found.amount_minor))


def _order(stage: Stage, facts: Facts, work: Work) -> None:
    found = _found(stage, work, facts)
    left = queries.figures(work, found).left
    form = OrderForm(content_hash=found.content_hash, amount_seen=found.amount_minor, remaining_seen=left)
    service.order(work, found, form)


def _treasury(stage: Stage, work: Work, facts: Facts) -> int:
    if facts.channel.endswith("_money"):
        return stage.ids["treasury:MM"]
    if facts.channel == "cash":
        return stage.ids["treasury:CAISSE"]
    fund = work.db.get_one(Fund, agreement_of(stage, work, facts.project).fund_id)
    return stage.ids[f"treasury:BQ-{fund.code}"]


def _send(stage: Stage, facts: Facts, work: Work) -> None:
    found = _found(stage, work, facts)
    form = SendForm(
        content_hash=found.content_hash,
        amount_seen=found.amount_minor,
        treasury_account_id=_treasury(stage, work, facts),
    )
    service.send(work, found, form)


def pay(stage: Stage, facts: Facts, work: Work) -> None:
    found = _found(stage, work, facts)
    way = "CA" if facts.channel == "cash" else "OM" if facts.channel.endswith("_money") else "VIR"
    form = PayForm(
        content_hash=found.content_hash,
        amount_seen=found.amount_minor,
        treasury_account_id=_treasury(stage, work, facts),
        payment_reference=f"{way}-{found.reference}",
        paid_on=work.today,
        fee=facts.fee or None,
        **(_in_hand(facts, work.today) if facts.channel == "cash" else {}),
    )
    service.pay(work, found, form)


def _in_hand(facts: Facts, paid_on: date) -> dict[str, Any]:
    """Who came for cash: the treasurer, with her paper and two witnesses of her thumbprint; the number is that of the book of receipts (M15)."""
    group = all_groups()[all_projects()[facts.project].group]
    treasurer = group.officers[1]
    return {
        "receipt_number": "CR-0117",
        "received_by": treasurer.name,
        "identity_kind": groups_known.PAPERS[group.country],
        "identity_number": treasurer.paper,
        "identity_on": paid_on.replace(month=3, day=14, year=paid_on.year - 3),
        "handed_at": "10:20",
        "handed_place": "Kokorou, case de réunion du groupement",
        "witness_one": "Hamsatou Yacouba",
        "witness_one_paper": "Carte nationale d'identité n° 004512 du 3 juin 2022",
        "witness_two": "Soumaïla Hamidou",
        "witness_two_paper": "Carte d'électeur n° 118820 du 9 décembre 2020",
    }


def _fail(stage: Stage, facts: Facts, work: Work) -> None:
    service.fail(work, _found(stage, work, facts), FailForm(reason=f"{facts.note}."))


# -- second tries -------------------------------------------------------------------------------------------------


def _plan_failed(stage: Stage, facts: Facts, n: int) -> None:
    """Problem 5: the operator answers ECHEC; nothing stays on the books but the trace."""
    _plan_conditions(stage, facts)
    stage.plan(facts.requested_j, _hour(9, n), _officer(facts.project), partial(request, stage, facts))
    plan_approvals(stage, facts, n)


def _plan_refused(stage: Stage, facts: Facts, n: int) -> None:
    """Problem 6: the sum is above the ceiling of a wallet; the order is refused before anything is sent."""
    _plan_conditions(stage, facts)
    stage.plan(facts.requested_j, _hour(9, n), _officer(facts.project), partial(request, stage, facts))
    stage.plan(facts.liquidated_j, _hour(10, n), PROGRAMME, partial(_liquidate, stage, facts))
    stage.plan(facts.liquidated_j + 1, _hour(9, n), CONTROLLER, partial(_visa, stage, facts))


def _plan_second_tries(stage: Stage) -> None:
    second = {facts.project: facts for facts in disbursements() if facts.attempt == 2}
    mp03, mp06 = second["MP03"], second["MP06"]
    group = all_groups()["G-MP03"]
    officer = _officer("MP03")
    treasurer = group.officers[1]
    stage.plan(
        -110,
        "10:00",
        officer,
        partial(
            groups_known.propose_account,
            stage,
            group,
            "",
            ":2",
            holder=treasurer.name,
            number=treasurer.phone,
        ),
    )
    stage.plan(-109, "11:30", PROGRAMME, partial(groups_known.verify_account, stage, group, ":2"))
    moved = Facts(
        **{**{f: getattr(mp03, f) for f in mp03.__slots__}, "requested_j": -108, "liquidated_j": -107}
    )
    stage.plan(-108, "14:00", officer, partial(request, stage, moved, account="account:G-MP03:2"))
    plan_approvals(stage, moved, 2)
    sfd = all_groups()["G-MP06"]
    officer = _officer("MP06")
    number = f"NE0770{sfd.phone[-8:]}"
    stage.plan(
        -118, "15:30", officer, partial(groups_known.propose_account, stage, sfd, "sfd", ":2", number=number)
    )
    stage.plan(-117, "10:30", PROGRAMME, partial(groups_known.verify_account, stage, sfd, ":2"))
    stage.plan(-64, "16:00", officer, partial(_change_account, stage, "MP06", "account:G-MP06:2"))
    moved = Facts(**{**{f: getattr(mp06, f) for f in mp06.__slots__}, "liquidated_j": -63})
    plan_approvals(stage, moved, 1)


def _change_account(stage: Stage, project: str, account: str, work: Work) -> None:
    found = stage.get(work, Disbursement, f"disbursement:{project}:1:1")
    reason = "2 655 200 F CFA : au-dessus du plafond d'un portefeuille ; payé sur le compte SFD du groupe."
    service.change_account(work, found, AccountForm(account_id=stage.ids[account], reason=reason))
    stage.ids[f"disbursement:{project}:1:2"] = found.id


def paid_projects() -> list[str]:
    """The projects that received something."""
    return [
        code for code in grants() if any(f.project == code and f.outcome == "paid" for f in disbursements())
    ]
