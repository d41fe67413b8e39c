"""The conventions: prepared with their schedule, certified by a second person, signed by the group, then by the ordonnateur (R1, R17)."""

from __future__ import annotations

from functools import partial

from portfolio.agreements import service
from portfolio.agreements.forms import (
    AgreementForm,
    ConditionLine,
    GroupSignatureForm,
    TrancheLine,
)
from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.awards.queries import award_of
from portfolio.projects import service as projects
from portfolio.projects.forms import ActivityLine, IndicatorLine, ProjectForm
from portfolio.projects.models import Project as ProjectRow
from portfolio.seed import groups_known, samples
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.files import all_groups, files
from portfolio.seed.data.life import grants
from portfolio.seed.data.model import File, GrantLife, Group, Project
from portfolio.seed.data.others import projects as all_projects
from portfolio.seed.data.projects import CONDITIONS
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, ORDONNATEUR, DELEGATE = "mariam.guindo", "seydou.barro", "haoua.abdou"
CEILING = 5_000_000
"""Above it the delegate may not sign (R10)."""
KINDS = {
    "signature": "agreement_signed",
    "own_contribution": "own_contribution",
    "training": "training",
    "visit": "visit",
    "draft_final_report": "report",
    "goods_receipt": "goods_received",
    "handover": "handover",
    "technical_opinion": "opinion",
    "contract_signed": "works_contract",
    "provisional_acceptance": "goods_received",
    "final_acceptance": "goods_received",
    "reserves_lifted": "no_reserve",
    "do_no_harm_redone": "do_no_harm",
}
"""The kind of a condition of the data; the others are papers to hand in, named by their label."""
NAMED = frozenset({"provisional_acceptance", "final_acceptance"})
LANGUAGES = {"ML": "songhay", "BF": "fulfuldé", "NE": "zarma"}
TITLES = {"F": "Présidente", "M": "Président"}


def plan(stage: Stage) -> None:
    """Each of the twenty-two grants as far as it has come."""
    for n, life in enumerate(grants().values()):
        if life.group_signed_j is None:
            continue
        signed = life.group_signed_j
        project = all_projects()[life.project]
        officer = groups_known.officer_of(project.group)
        minute = n * 7 % 60
        early = 4 if life.project == "MP03" else 9
        stage.plan(signed - early, f"10:{minute:02d}", officer, partial(_create, stage, life))
        stage.plan(signed - early + 1, f"09:{minute:02d}", PROGRAMME, partial(_check, stage, life.project))
        stage.plan(signed - early + 2, f"15:{minute:02d}", officer, partial(_send, stage, life.project))
        stage.plan(signed, f"16:{minute:02d}", officer, partial(_sign_for_group, stage, life))
        if life.authority_signed_j is not None:
            signer = signer_of(project.grant, n)
            stage.plan(
                life.authority_signed_j,
                f"11:{minute:02d}",
                signer,
                partial(_countersign, stage, life.project),
            )
            stage.plan(
                life.authority_signed_j + 1, f"10:{minute:02d}", officer, partial(_open_project, stage, life)
            )


def signer_of(amount: int, turn: int) -> str:
    """The ordonnateur, or his delegate for a small sum, one time in two."""
    return DELEGATE if amount <= CEILING and turn % 2 else ORDONNATEUR


def agreement_of(stage: Stage, work: Work, project: str) -> Agreement:
    """The agreement of a project."""
    return stage.get(work, Agreement, f"agreement:{project}")


def project_of(stage: Stage, work: Work, project: str) -> ProjectRow:
    """The micro-project as the product knows it."""
    return stage.get(work, ProjectRow, f"project:{project}")


def file_of_project(code: str) -> File:
    """The file that the grant comes from."""
    return next(file for file in files().values() if file.project == code)


def conditions(project: Project) -> list[ConditionLine]:
    """The conditions of every tranche, as the engine knows them."""
    rows = []
    for tranche in project.tranches:
        for condition in tranche.conditions:
            name, _sep, rest = condition.partition(":")
            if name == "cleared":
                number, percent = (int(part) for part in rest.split(":"))
                kind = (
                    "justified_previous"
                    if number == tranche.number - 1 and percent < 100
                    else "justified_earlier"
                )
                rows.append(make(ConditionLine, tranche=tranche.number, kind=kind, threshold=percent))
            else:
                kind = KINDS.get(name, "document")
                label = CONDITIONS[name] if kind in ("document", "opinion") or name in NAMED else None
                rows.append(make(ConditionLine, tranche=tranche.number, kind=kind, label=label))
    return rows


def account_key(project: str) -> str:
    """Which account of the group is written in the agreement."""
    return f"account:{all_projects()[project].group}"


def _create(stage: Stage, life: GrantLife, work: Work) -> None:
    assert life.group_signed_j is not None
    project = all_projects()[life.project]
    application = stage.get(work, Application, f"file:{file_of_project(life.project).code}")
    award = award_of(work, application)
    assert award is not None
    starts = life.group_signed_j
    form = AgreementForm(
        title=project.title,
        starts_on=stage.day(starts),
        ends_on=stage.day(starts + CALLS[project.call].months * 365 // 12),
        account_id=stage.ids[account_key(life.project)],
        tranches=[
            make(
                TrancheLine,
                amount=tranche.amount,
                modality=tranche.modality,
                planned_on=stage.day(starts + 14 + 110 * (tranche.number - 1)),
                label="Solde retenu" if tranche.held else None,
            )
            for tranche in project.tranches
        ],
        conditions=conditions(project),
    )
    stage.keep(f"agreement:{life.project}", service.create(work, award, form))


def _check(stage: Stage, project: str, work: Work) -> None:
    service.check(work, agreement_of(stage, work, project))


def _send(stage: Stage, project: str, work: Work) -> None:
    service.send(work, agreement_of(stage, work, project))


def _sign_for_group(stage: Stage, life: GrantLife, work: Work) -> None:
    assert life.group_signed_j is not None
    group = all_groups()[all_projects()[life.project].group]
    service.record_group_signature(
        work, agreement_of(stage, work, life.project), _signature(stage, life, group)
    )


def _signature(stage: Stage, life: GrantLife, group: Group) -> GroupSignatureForm:
    assert life.group_signed_j is not None
    president, treasurer, secretary = group.officers
    common = {
        "signed_on": stage.day(life.group_signed_j),
        "signatory_name": president.name,
        "signatory_function": TITLES[president.sex],
        "scan": samples.scan(f"convention_{life.project}", "Convention signée", group.name, president.name),
    }
    if president.can_sign:
        return make(GroupSignatureForm, **common)
    return make(
        GroupSignatureForm,
        **common,
        thumbprint=True,
        witness_one=treasurer.name,
        witness_one_paper=treasurer.paper,
        witness_two=secretary.name,
        witness_two_paper=secretary.paper,
        language=LANGUAGES[group.country],
        translator=secretary.name,
    )


def _countersign(stage: Stage, project: str, work: Work) -> None:
    service.countersign(work, agreement_of(stage, work, project))


def _open_project(stage: Stage, life: GrantLife, work: Work) -> None:
    assert life.authority_signed_j is not None
    facts = all_projects()[life.project]
    paid = [line.label for line in facts.lines if line.financing == "S"][:5]
    row = projects.create(
        work,
        agreement_of(stage, work, life.project),
        ProjectForm(
            code=life.project,
            title=facts.title,
            objectives=facts.summary,
            context="Zone frontalière ; groupe suivi depuis le dépôt de son dossier.",
            expected="L'activité tourne au bout d'un an, comptes tenus, et le service reste à la commune.",
            hidden_place=facts.masked,
            activities=[
                ActivityLine(label=label, due_on=stage.day(life.authority_signed_j + 40 + 45 * n))
                for n, label in enumerate(paid)
            ],
            indicators=[IndicatorLine(label="Personnes qui se servent de ce qui a été financé", unit="personnes", target=60),
                        IndicatorLine(label="Réunions de gestion tenues, avec leur compte rendu", unit="réunions", target=12)],
        ),
    )
    stage.keep(f"project:{life.project}", row)
    projects.start(work, row)
