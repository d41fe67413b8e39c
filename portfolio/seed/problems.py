"""What goes wrong, and is set right by the law: force majeure, a grant terminated, an avenant, a new president, a complaint, a likely double."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.agreements import service
from portfolio.agreements.forms import (
    ActForm,
    AmendmentForm,
    AmendmentSignatureForm,
    BudgetLine,
    ForceMajeureForm,
    TerminateForm,
)
from portfolio.agreements.models import AgreementLine, Amendment
from portfolio.applications.forms import ContactForm
from portfolio.applications.service import log_contact
from portfolio.beneficiaries.service import find_group_pairs
from portfolio.funds import service as funds
from portfolio.funds.forms import FeeForm
from portfolio.grievances import service as grievances
from portfolio.grievances.forms import AssignForm, NoteForm, RecordForm
from portfolio.grievances.models import Grievance
from portfolio.groups import service as groups
from portfolio.groups.forms import OfficerForm
from portfolio.groups.models import Group
from portfolio.places import queries as places
from portfolio.projects import service as projects
from portfolio.projects.forms import VisitForm
from portfolio.seed import groups_known, paid, samples
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.others import projects as all_projects
from portfolio.seed.data.people import OFFICERS
from portfolio.seed.data.problems import AMENDMENT, FORCE_MAJEURE, GRIEVANCE, SIGNATORY_CHANGE, TERMINATION_J
from portfolio.seed.files_filed import file_of
from portfolio.seed.signed import agreement_of, project_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, ORDONNATEUR, ACCOUNTANT = "mariam.guindo", "seydou.barro", "mahamadou.sidibe"
REMOTE = "Route d'accès fermée depuis le mois précédent ; force majeure constatée dans la province."
MISUSED = (
    "La tranche 1 a été employée à un autre objet que celui de la convention ; mise en demeure restée sans effet. "
    "Le décompte et l'ordre de reversement suivent."
)
NEW_PAPER = "NINA 7788990"
OPINION = "Avis favorable du comité de sélection, réunion de suivi"


def plan(stage: Stage) -> None:
    """Each problem on its days."""
    _plan_force_majeure(stage)
    stage.plan(TERMINATION_J, "09:30", ORDONNATEUR, partial(_terminate, stage))
    _plan_amendment(stage)
    _plan_new_president(stage)
    _plan_complaint(stage)
    stage.plan(-32, "16:20", OFFICERS["BF"], partial(_look_for_doubles, stage, "G-MP15"))
    stage.plan(-35, "10:50", OFFICERS["NE"], partial(_contact, stage, "A-018"))
    stage.plan(-200, "09:30", ACCOUNTANT, partial(_bank_fee, stage, "BQ-F1", 12_500))
    stage.plan(12 - 30, "11:00", OFFICERS["ML"], partial(_plan_a_visit, stage, "MP12", 12))


def _plan_force_majeure(stage: Stage) -> None:
    """Problem 8: an act for the zone stops every delay; the visit becomes a remote check."""
    stage.plan(FORCE_MAJEURE.act_j, "10:00", PROGRAMME, partial(_declare, stage))
    stage.plan(FORCE_MAJEURE.act_j + 2, "10:30", PROGRAMME, partial(_suspend, stage))
    paid.plan_visit(stage, "MP05", -96, n=9, remote=REMOTE)


def _declare(stage: Stage, work: Work) -> None:
    form = ForceMajeureForm(
        place_id=places.by_code(work, FORCE_MAJEURE.places[0]).id,
        starts_on=stage.day(FORCE_MAJEURE.from_j),
        act=FORCE_MAJEURE.act,
        reason=FORCE_MAJEURE.reason,
        scan=samples.scan("force_majeure", "Acte de force majeure", FORCE_MAJEURE.act),
    )
    stage.keep("force_majeure", service.declare_force_majeure(work, form))


def _suspend(stage: Stage, work: Work) -> None:
    form = ActForm(
        reason=f"{FORCE_MAJEURE.reason} {FORCE_MAJEURE.act}.",
        act=FORCE_MAJEURE.act,
        scan=samples.scan("suspension_MP05", "Lettre de suspension", FORCE_MAJEURE.act),
    )
    service.suspend(work, agreement_of(stage, work, "MP05"), form)


def _terminate(stage: Stage, work: Work) -> None:
    form = TerminateForm(
        ground="fault",
        reason=MISUSED,
        act=f"Décision de résiliation du {work.today:%d/%m/%Y}",
        scan=samples.scan("resiliation_MP20", "Décision de résiliation", MISUSED),
    )
    service.terminate(work, agreement_of(stage, work, "MP20"), form)


# -- the avenant --------------------------------------------------------------------------------------------------


def _plan_amendment(stage: Stage) -> None:
    """Problem 9: lines move without changing the total, then sixty days more: an avenant of each type."""
    officer = groups_known.officer_of(all_projects()[AMENDMENT.project].group)
    for kind, act in (("virement", _transfer), ("extension", _longer)):
        after = 0 if kind == "virement" else 1
        j = AMENDMENT.signed_j
        stage.plan(j - 8, f"09:{10 + after}", officer, partial(act, stage))
        stage.plan(j - 7, f"09:{20 + after}", officer, partial(_submit, stage, kind))
        stage.plan(j - 4, f"14:{10 + after}", PROGRAMME, partial(_approve, stage, kind))
        stage.plan(
            j, f"11:{10 + after}", ORDONNATEUR, partial(_sign_amendment, stage, AMENDMENT.project, kind)
        )


def _transfer(stage: Stage, work: Work) -> None:
    agreement = agreement_of(stage, work, AMENDMENT.project)
    prices = {change.label: change.new_unit_price for change in AMENDMENT.changes}
    found = (
        select(AgreementLine)
        .where(AgreementLine.agreement_id == agreement.id)
        .order_by(AgreementLine.position)
    )
    lines = [
        make(
            BudgetLine,
            label=line.label,
            unit=line.unit or None,
            quantity=line.quantity,
            unit_minor=prices.get(line.label, line.unit_minor),
            source=line.source,
        )
        for line in work.db.scalars(found)
    ]
    form = AmendmentForm(kind="virement", act=OPINION, reason=AMENDMENT.reason, lines=lines)
    stage.keep(f"amendment:{AMENDMENT.project}:virement", service.prepare_amendment(work, agreement, form))


def _longer(stage: Stage, work: Work) -> None:
    agreement = agreement_of(stage, work, AMENDMENT.project)
    ends_on = agreement.ends_on.fromordinal(agreement.ends_on.toordinal() + AMENDMENT.extra_days)
    form = AmendmentForm(kind="extension", reason=AMENDMENT.reason, ends_on=ends_on)
    stage.keep(f"amendment:{AMENDMENT.project}:extension", service.prepare_amendment(work, agreement, form))


def _amendment(stage: Stage, work: Work, project: str, kind: str) -> Amendment:
    return stage.get(work, Amendment, f"amendment:{project}:{kind}")


def _submit(stage: Stage, kind: str, work: Work) -> None:
    service.submit_amendment(work, _amendment(stage, work, AMENDMENT.project, kind))


def _approve(stage: Stage, kind: str, work: Work) -> None:
    service.approve_amendment(work, _amendment(stage, work, AMENDMENT.project, kind))


def _sign_amendment(stage: Stage, project: str, kind: str, work: Work) -> None:
    president = all_groups()[all_projects()[project].group].officers[0].name
    if kind == "signatory":
        president = SIGNATORY_CHANGE.new_name
    form = AmendmentSignatureForm(
        signed_on=work.today,
        signatory_name=president,
        signatory_function="Président",
        scan=samples.scan(f"avenant_{project}_{kind}", "Avenant signé", president),
    )
    service.sign_amendment(work, _amendment(stage, work, project, kind), form)


# -- a new president ----------------------------------------------------------------------------------------------


def _plan_new_president(stage: Stage) -> None:
    """Problem 13: the assembly replaces the president; what the former one signed stands."""
    facts, officer = SIGNATORY_CHANGE, OFFICERS["ML"]
    j = facts.registered_j
    stage.plan(j, "10:20", officer, partial(_replace, stage))
    stage.plan(j + 1, "09:20", officer, partial(_new_signatory, stage))
    stage.plan(j + 3, "10:05", PROGRAMME, partial(_approve_signatory, stage))
    stage.plan(j + 6, "11:25", ORDONNATEUR, partial(_sign_amendment, stage, facts.project, "signatory"))


def _replace(stage: Stage, work: Work) -> None:
    facts = SIGNATORY_CHANGE
    group = stage.get(work, Group, f"group:{all_projects()[facts.project].group}")
    form = make(
        OfficerForm,
        office=facts.role,
        full_name=facts.new_name,
        sex=facts.new_sex,
        phone=all_groups()[all_projects()[facts.project].group].phone,
        id_kind="Carte d'identité, NINA",
        id_number=NEW_PAPER,
        can_sign=True,
        since=stage.day(facts.minutes_j),
        act=f"PV de l'assemblée générale du {stage.day(facts.minutes_j):%d/%m/%Y}",
    )
    groups.replace_officer(work, group, form)


def _new_signatory(stage: Stage, work: Work) -> None:
    facts = SIGNATORY_CHANGE
    form = AmendmentForm(
        kind="signatory",
        reason="L'assemblée générale a élu un nouveau président.",
        signatory_name=facts.new_name,
        signatory_function="Président",
    )
    made = service.prepare_amendment(work, agreement_of(stage, work, facts.project), form)
    stage.keep(f"amendment:{facts.project}:signatory", made)
    service.submit_amendment(work, made)


def _approve_signatory(stage: Stage, work: Work) -> None:
    service.approve_amendment(work, _amendment(stage, work, SIGNATORY_CHANGE.project, "signatory"))


# -- a complaint, a double, a call --------------------------------------------------------------------------------


def _plan_complaint(stage: Stage) -> None:
    """Problem 15: restricted; a visit is decided."""
    officer, j = OFFICERS["ML"], GRIEVANCE.received_j
    stage.plan(j, "09:50", officer, partial(_complain, stage))
    stage.plan(j + 1, "11:15", PROGRAMME, partial(_assign, stage, officer))
    stage.plan(j + 5, "15:00", officer, partial(_decide_visit, stage))


def _complain(stage: Stage, work: Work) -> None:
    form = make(
        RecordForm,
        category="sharing",
        sensitive=GRIEVANCE.restricted,
        channel=GRIEVANCE.channel,
        received_on=work.today,
        project_id=project_of(stage, work, GRIEVANCE.project).id,
        account=GRIEVANCE.subject,
    )
    stage.keep("grievance", grievances.record(work, form))


def _assign(stage: Stage, officer: str, work: Work) -> None:
    form = AssignForm(assignee_id=stage.person(officer))
    grievances.assign(work, stage.get(work, Grievance, "grievance"), form)


def _decide_visit(stage: Stage, work: Work) -> None:
    when = f"{stage.day(GRIEVANCE.visit_j):%d/%m/%Y}"
    grievances.note(
        work,
        stage.get(work, Grievance, "grievance"),
        NoteForm(
            text=f"Visite décidée pour le {when} : compter le troupeau, entendre les membres une à une."
        ),
    )
    _plan_a_visit(stage, GRIEVANCE.project, GRIEVANCE.visit_j, work)


def _plan_a_visit(stage: Stage, project: str, j: int, work: Work) -> None:
    form = VisitForm(planned_on=stage.day(j), team="Chargée de subventions et service de l'élevage")
    projects.plan_visit(work, project_of(stage, work, project), form)


def _look_for_doubles(stage: Stage, group: str, work: Work) -> None:
    find_group_pairs(work, stage.get(work, Group, f"group:{group}"))


def _contact(stage: Stage, code: str, work: Work) -> None:
    form = ContactForm(
        channel="phone",
        person="Secrétaire du groupement",
        result="A reçu le message ; le compte au nom du groupement sera ouvert cette semaine.",
    )
    log_contact(work, file_of(stage, work, code), form)


def _bank_fee(stage: Stage, account: str, amount: int, work: Work) -> None:
    form = FeeForm(
        fund_id=stage.ids["fund:F1"],
        treasury_account_id=stage.ids[f"treasury:{account}"],
        amount=amount,
        reason="Frais de tenue de compte du trimestre.",
    )
    funds.record_fee(work, form)
