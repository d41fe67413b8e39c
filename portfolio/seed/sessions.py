"""The committee: a first session of AAP-2025-01 without quorum, the second convening, and the session of AAP-2026-01 prepared for J+6."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.committees import queries, service
from portfolio.committees.forms import (
    CloseForm,
    DeclareAllForm,
    DeclareForm,
    ExcuseForm,
    HourForm,
    PlanForm,
    ProposeForm,
)
from portfolio.committees.models import Attendance, Committee, Session, SessionItem
from portfolio.scoring.service import put_on_agenda
from portfolio.seed.data.files import ranked_list
from portfolio.seed.data.model import File
from portfolio.seed.data.people import COMMITTEES, PRESENT_FIRST_CONVENING, PRESENT_SECOND_CONVENING, login_of
from portfolio.seed.data.projects import FILE_OF
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

SECRETARY = "issoufou.garba"
OLD, NEW = "AAP-2025-01", "AAP-2026-01"
WAITING = "Dossier bon, mais la limite de l'enveloppe est passée avant lui."
AGENDA = "Lecture de la liste classée ; déclarations d'intérêts ; délibération dossier par dossier ; procès-verbal."
LINKED = "Ma sœur est la trésorière de ce groupement."
AWARDED = ("agreement", "withdrawn")


def plan_2025(stage: Stage) -> None:
    """Three of seven on J−340: a PV de carence. Five of seven on J−333: the list is deliberated, minutes signed by all present."""
    stage.plan(-344, "10:00", SECRETARY, partial(_plan, stage, OLD, -340))
    stage.plan(-343, "11:00", SECRETARY, partial(_convene, stage, OLD, 1))
    stage.plan(-340, "08:50", SECRETARY, partial(_arrive, stage, OLD, 1, PRESENT_FIRST_CONVENING))
    stage.plan(-340, "10:00", SECRETARY, partial(_no_quorum, stage, OLD))
    stage.plan(-340, "15:30", SECRETARY, partial(_again, stage, OLD, -333))
    stage.plan(-338, "09:00", SECRETARY, partial(_convene, stage, OLD, 2))
    for n, login in enumerate(PRESENT_SECOND_CONVENING):
        stage.plan(-335, f"{10 + n}:20", login, partial(_declare_all, stage, OLD, 2))
    present = (*PRESENT_SECOND_CONVENING, SECRETARY)
    stage.plan(-333, "08:50", SECRETARY, partial(_arrive, stage, OLD, 2, present))
    stage.plan(-333, "09:05", SECRETARY, partial(_open, stage, OLD, 2))
    for n, file in enumerate(ranked_list(OLD)):
        minute = 10 + n * 5
        stage.plan(
            -333, f"{9 + minute // 60:02d}:{minute % 60:02d}", SECRETARY, partial(_propose, stage, OLD, file)
        )
    stage.plan(-333, "12:40", SECRETARY, partial(_close, stage, OLD))
    for n, login in enumerate(present):
        stage.plan(-332, f"{9 + n}:15", login, partial(_sign, stage, OLD))
    stage.plan(-331, "10:00", SECRETARY, partial(_finalise, stage, OLD))


def plan_2026(stage: Stage) -> None:
    """The session of J+6: a member has declared a link with one file, the agenda is sent, the others declare."""
    stage.plan(-8, "14:20", "hadiza.seyni", partial(_declare_link, stage, FILE_OF["MP13"]))
    stage.plan(-3, "10:00", SECRETARY, partial(_plan, stage, NEW, 6))
    stage.plan(-2, "11:00", SECRETARY, partial(_convene, stage, NEW, 1))
    titulars = [seat.person for seat in COMMITTEES["selection"].seats if seat.capacity == "titulaire"]
    for n, login in enumerate(titulars[:-1]):
        stage.plan(-1, f"{9 + n}:35", login, partial(_declare_all, stage, NEW, 1))


def session_of(stage: Stage, work: Work, call: str, convening: int) -> Session:
    """A session by its call and its convening."""
    return stage.get(work, Session, f"session:{call}:{convening}")


def _plan(stage: Stage, call: str, j: int, work: Work) -> None:
    committee = stage.get(work, Committee, "committee:selection")
    session = service.plan(work, committee, _where(stage, j), "call", stage.ids[f"call:{call}"])
    stage.keep(f"session:{call}:1", session)
    put_on_agenda(work, session)


def _where(stage: Stage, j: int) -> PlanForm:
    return PlanForm(
        place="Siège de l'Autorité",
        room="Salle de réunion",
        scheduled_at=stage.moment(j, "09:00"),
        agenda=AGENDA,
    )


def _convene(stage: Stage, call: str, convening: int, work: Work) -> None:
    service.convene(work, session_of(stage, work, call, convening))


def _arrive(stage: Stage, call: str, convening: int, logins: tuple[str, ...], work: Work) -> None:
    session = session_of(stage, work, call, convening)
    lines = {line.person_id: line for line in _lines(work, session)}
    for login in logins:
        service.record_arrival(work, session, lines[stage.person(login)], HourForm())
    away = stage.person(login_of("Astrid Hauge"))
    service.excuse(work, session, lines[away], ExcuseForm(reason="En mission, excusée par lettre."))


def _lines(work: Work, session: Session) -> list[Attendance]:
    return list(work.db.scalars(select(Attendance).where(Attendance.session_id == session.id)))


def _no_quorum(stage: Stage, call: str, work: Work) -> None:
    service.declare_no_quorum(work, session_of(stage, work, call, 1))


def _again(stage: Stage, call: str, j: int, work: Work) -> None:
    made = service.second_convening(work, session_of(stage, work, call, 1), _where(stage, j))
    stage.keep(f"session:{call}:2", made)


def _declare_all(stage: Stage, call: str, convening: int, work: Work) -> None:
    service.declare_all(work, session_of(stage, work, call, convening), DeclareAllForm(linked=[], sworn=True))


def _declare_link(stage: Stage, code: str, work: Work) -> None:
    form = DeclareForm(linked="yes", nature=LINKED)
    service.declare_interest(work, "application", stage.ids[f"file:{code}"], form)


def _open(stage: Stage, call: str, convening: int, work: Work) -> None:
    service.open(work, session_of(stage, work, call, convening))


def _item(stage: Stage, work: Work, session: Session, code: str) -> SessionItem:
    return next(i for i in queries.items(work, session) if i.subject_id == stage.ids[f"file:{code}"])


def _propose(stage: Stage, call: str, file: File, work: Work) -> None:
    session = session_of(stage, work, call, 2)
    split = file.order % 6 == 0
    proposal, reason = "favourable", None
    if file.outcome == "not_selected":
        proposal, reason = "unfavourable", file.reason
    elif file.outcome not in AWARDED:
        proposal, reason = "waiting_list", WAITING
    form = make(
        ProposeForm,
        proposal=proposal,
        votes_for=4 if split else 5,
        abstentions=1 if split else 0,
        reason=reason,
        dissent="Un membre aurait préféré visiter le site avant de se prononcer." if split else None,
    )
    service.propose(work, _item(stage, work, session, file.code), form)


def _close(stage: Stage, call: str, work: Work) -> None:
    form = CloseForm(
        remarks="La séance s'est tenue en présence de cinq voix sur sept, sur seconde convocation."
    )
    service.close(work, session_of(stage, work, call, 2), form)


def _sign(stage: Stage, call: str, work: Work) -> None:
    service.sign(work, session_of(stage, work, call, 2))


def _finalise(stage: Stage, call: str, work: Work) -> None:
    service.finalise(work, session_of(stage, work, call, 2))
