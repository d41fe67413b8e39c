"""Reminders of reports that are due: the job of the day makes them, once for each stage (M1). Words are French, as letters are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import actor_for, in_force, people_with
from portfolio.agreements.models import Agreement, Tranche
from portfolio.documents.reference import figure, institution
from portfolio.groups.models import Group
from portfolio.justifications.models import Reminder
from portfolio.justifications.queries.calendar import Due, all_due
from portfolio.kit.i18n import date_text, speaking
from portfolio.rulebook.reminders import OFFICER, STAGES, Stage
from portfolio.work import Work

WORDS = {
    "before": "Il reste {days} jour(s) pour le remettre.",
    "due": "Le délai s’achève ce jour-là.",
    "late": "Ce délai est dépassé de {days} jour(s). Tant que le rapport manque, aucun autre paiement ne peut être fait sur cette convention.",
}
TO_GROUP = """{group},

Convention {reference}, tranche n° {tranche} : le rapport de justification de l’avance payée le {paid} est attendu au plus tard le {due}.
{words}

Remettez au guichet, ou saisissez sur la plateforme, la liste des dépenses, les pièces justificatives et le relevé du compte. Si un cas de
force majeure vous en empêche, signalez-le sans attendre. Si le rapport est déjà remis, ne tenez pas compte de ce message.

{service}, {place}
Message envoyé automatiquement : les réponses ne sont pas lues.
"""
TO_OFFICER = """Convention {reference}, {group}, tranche n° {tranche} : le rapport de justification de l’avance payée le {paid} était attendu
le {due}, il y a {days} jours, et n’est pas remis. Le bénéficiaire de la subvention a été relancé par le produit quand il a une adresse.

À faire : l’appeler ou le visiter, constater un cas de force majeure s’il y en a un, ou préparer la mise en demeure (page de la convention).

Message envoyé automatiquement : les réponses ne sont pas lues.
"""


def remind(work: Work) -> int:
    """Make the reminders of today that were not made yet; how many. A group that never read one is told the stage reached, not those before."""
    made = 0
    for due in all_due(work):
        if due.stopped:
            continue
        for stage in reached(due.on, work.today):
            made += _make(work, due, stage)
    return made


def reached(due_on: date, today: date) -> list[Stage]:
    """The last stage reached on a day for each of those who are told, by the figures in force on the last day of the report."""
    found: dict[str, Stage] = {}
    for stage in STAGES:
        days = figure(stage.figure, due_on) if stage.figure else 0
        if today >= due_on + timedelta(days=-days if stage.before else days):
            found[stage.to] = stage
    return list(found.values())


def _make(work: Work, due: Due, stage: Stage) -> bool:
    build = postgresql.insert if work.db.get_bind().dialect.name == "postgresql" else sqlite.insert
    facts = {
        "agreement_id": due.agreement_id,
        "tranche_id": due.tranche_id,
        "stage": stage.code,
        "due_on": due.on,
    }
    statement = (
        build(Reminder)
        .values(**facts, made_at=work.now)
        .on_conflict_do_nothing(index_elements=["tranche_id", "stage", "due_on"])
    )
    number = work.db.execute(statement.returning(Reminder.id)).scalar_one_or_none()
    if number is None:
        return False
    reminder = work.db.get_one(Reminder, number)
    agreement, tranche = (
        work.db.get_one(Agreement, due.agreement_id),
        work.db.get_one(Tranche, due.tranche_id),
    )
    group = work.db.get_one(Group, agreement.group_id)
    to = officers(work, agreement) if stage.to == "officer" else addresses(work, group)
    if to:
        subject, body = letter(due, stage, agreement, tranche, group, work.today)
        until = (work.today + timedelta(days=stage.valid)).isoformat()
        reminder.job_id = work.enqueue("email", to=to, subject=subject, body=body, until=until)
    data = {"tranche": tranche.number, "stage": stage.code, "due_on": due.on, "written": bool(to)}
    work.record("agreement:reminded", agreement, data=data)
    return True


def letter(
    due: Due, stage: Stage, agreement: Agreement, tranche: Tranche, group: Group, today: date
) -> tuple[str, str]:
    """Subject and text of a reminder: the grant, the dates and what to do; nobody is named in it but the group."""
    head = institution(today)
    with speaking("fr"):
        facts = {
            "group": group.name, "reference": agreement.reference, "tranche": tranche.number, "paid": date_text(due.paid_on),
            "due": date_text(due.on), "days": abs((today - due.on).days), "service": head["service"], "place": head["place"],
        }  # fmt: skip
    if stage.to == "officer":
        return f"Rapport non remis : {agreement.reference}, tranche {tranche.number}", TO_OFFICER.format(
            **facts
        )
    subject = f"Rapport de justification attendu : {agreement.reference}, tranche {tranche.number}"
    return subject, TO_GROUP.format(words=WORDS[stage.code].format(**facts), **facts)


def addresses(work: Work, group: Group) -> list[str]:
    """Where a group is written to: its own address, else those of the people who sign in for it."""
    if group.email:
        return [group.email]
    statement = (
        select(Person.email)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.scope_kind == "group",
            RoleAssignment.scope_code == str(group.id),
            Person.active.is_(True),
            *in_force(work.today),
        )
        .order_by(Person.id)
    )
    return list(dict.fromkeys(work.db.scalars(statement)))


def officers(work: Work, agreement: Agreement) -> Sequence[str]:
    """Where those are written to who examine the reports of a grant."""
    role, permission = OFFICER
    people = people_with(work, role)
    return [p.email for p in people if actor_for(work.db, p.id, work.today).may(permission, agreement)]
