"""The second call of the demo as its evaluation left it: criteria, files, assessors; made of rows, so that no other room's verb is on trial here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portfolio.applications.models import Application, FilingReceipt
from portfolio.calls.models import Call, CallLine, Criterion, ReservedShare
from portfolio.committees import service as committees
from portfolio.committees.forms import CommitteeForm, HourForm, PlanForm, ProposeForm, RecuseForm, SeatForm
from portfolio.committees.models import Attendance, Recusal, Session, SessionItem
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.groups.models import Group, Officer
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from portfolio.places.models import Place
from portfolio.scoring import service as scoring
from portfolio.scoring.forms import AssignForm, ExtraForm, MarkLine, SheetForm
from portfolio.scoring.models import ScoreSheet
from portfolio.seed.data import files as demo_files
from portfolio.seed.data import people as demo_people
from portfolio.seed.data.calls import CALLS, criteria
from portfolio.seed.data.ranking import RANKING
from portfolio.work import Work
from tests.factories import add_person, around, work_as

DAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CODE = "AAP-2026-01"


@dataclass
class World:
    """Ids of everything that was made, and a clock to move."""

    around: Surroundings
    clock: FixedClock
    people: dict[str, int] = field(default_factory=dict)
    call: int = 0
    line: int = 0
    files: dict[str, int] = field(default_factory=dict)
    committee: int = 0
    session: int = 0

    @property
    def database(self) -> Database:
        return self.around.database

    def act(self, who: str, **options: Any) -> Any:
        return work_as(self.around, self.people[who], **options)

    def at(self, moment: datetime) -> None:
        self.clock.moment = moment

    def get(self, work: Work, model: type[Any], number: int) -> Any:
        return work.db.get_one(model, number)

    def item(self, work: Work, code: str) -> SessionItem:
        return work.db.scalars(
            select(SessionItem).where(
                SessionItem.session_id == self.session, SessionItem.subject_id == self.files[code]
            )
        ).one()


ASSESSORS = ("e1", "e2", "e3", "e4")
MEMBERS = ("president", "vice", "m3", "m4", "m5", "m6", "m7")


def build(database: Database, *, codes: tuple[str, ...] | None = None, needed: int = 3) -> World:
    """The call, its files (those of the ranked list unless told), its people. Nothing is assigned yet."""
    clock = FixedClock(DAY)
    world = World(around(database, clock=clock), clock)
    roles = {
        "officer": "grants_officer",
        "head": "programme_head",
        "secretary": "committee_secretary",
        "president": "committee_president",
        "vice": "committee_member",
        "m3": "committee_member",
        "m4": "committee_member",
        "m5": "committee_member",
        "m6": "committee_member",
        "m7": "committee_member",
        "sub": "committee_member",
        "e1": "assessor",
        "e2": "assessor",
        "e3": "assessor",
        "e4": "assessor",
        "controller": "financial_controller",
        "ordonnateur": "authorising_officer",
        "accountant": "accountant",
        "auditor": "external_auditor",
        "intake": "intake_agent",
        "admin": "administrator",
    }
    names = {"president": "Salimata Kassogué", "vice": "Moussa Zabeirou", "m5": "Hadiza Seyni", "secretary": "Issoufou Garba"}
    for code, role in roles.items():
        world.people[code] = add_person(database, role, name=names.get(code, f"Personne {code}"))
    plan = CALLS[CODE]
    wanted = codes or tuple(row.file for row in RANKING)
    with database.session(readonly=False) as db:
        place = Place(code="ML0701001", level=3, country="ML", kind="commune", name="Gao", folded="gao", source="essai")
        donor = Donor(code="D1", name="Bailleur d'essai")
        db.add_all([place, donor])
        db.flush()
        fund = Fund(
            code="F1", name="Fonds 1", donor_id=donor.id, granted_minor=10**9, granted_currency="XOF", amount_minor=10**9,
            amount_currency="XOF", starts_on=date(2026, 1, 1), status="open",
        )  # fmt: skip
        db.add(fund)
        db.flush()
        line = BudgetLine(
            fund_id=fund.id, code="F1-AAP26", label="Subventions 2026", exercice=2026, status="voted", voted_minor=45_000_000,
            amount_currency="XOF",
        )  # fmt: skip
        call = Call(
            reference="AAP-2026-00001-X", code=CODE, title=plan.title, exercice=2026, envelope_minor=plan.envelope, floor_minor=plan.grant_floor,
            ceiling_minor=plan.grant_ceiling, amount_currency="XOF", opens_at=DAY - timedelta(days=75), closes_at=DAY - timedelta(days=40),
            score_floor=plan.total_floor, spread_limit=25, assessors_needed=needed, status="published", created_at=DAY - timedelta(days=90),
            scoring_until=date(2026, 11, 30), contact="Unité des subventions",
        )  # fmt: skip
        db.add_all([line, call])
        db.flush()
        world.call, world.line = call.id, line.id
        db.add(CallLine(call_id=call.id, budget_line_id=line.id, amount_minor=plan.envelope))
        for share in plan.reserved:
            db.add(ReservedShare(call_id=call.id, category=share.category, percent=share.percent))
        ties = {"inclusion": 1, "cohesion": 2}
        for position, c in enumerate(criteria(CODE), 1):
            db.add(
                Criterion(
                    call_id=call.id, code=c.code, label=c.title, weight=c.weight, floor=c.floor or 0, position=position,
                    tie_rank=ties.get(c.code), levels=list(c.levels),
                )
            )  # fmt: skip
        groups = {group.code: group for group in demo_files.all_groups().values()}
        by_code = {f.code: f for f in demo_files.files_of(CODE)}
        ranked = {row.file: row for row in RANKING}
        for number, code in enumerate(wanted, 1):
            file = by_code[code]
            category = ranked[code].category if code in ranked else "women"
            group = Group(
                code=f"G-{number:04d}", name=ranked[code].name.split(",")[0], folded=code.lower(), sound=code.lower(), legal_form="groupement",
                category=category, place_id=place.id, country="ML", women=20, men=2, youth=10, created_at=DAY,
            )  # fmt: skip
            db.add(group)
            db.flush()
            db.add(
                Officer(
                    group_id=group.id, office="president", sound="x", sex="F", since=date(2024, 1, 1),
                    full_name=f"Présidente de {groups[file.group].name}"[:80],
                )
            )  # fmt: skip
            application = Application(
                reference=code, call_id=call.id, group_id=group.id, place_id=place.id, country="ML", channel="paper", title=file.title,
                requested_minor=file.requested, amount_currency="XOF", created_at=DAY, submitted_at=DAY - timedelta(days=41), filed=True,
                status="eligible", answers={}, pages_saved=[],
            )  # fmt: skip
            db.add(application)
            db.flush()
            world.files[code] = application.id
            db.add(
                FilingReceipt(
                    reference=f"RD-{number:04d}", call_id=call.id, number=file.order, application_id=application.id,
                    received_at=DAY - timedelta(days=41), late=False, channel="paper", place="Gao", depositor="x", follow_up_code=code, pieces=[],
                )
            )  # fmt: skip
        db.commit()
    return world


def assign_demo(world: World) -> None:
    """Each file to the assessors that the demo says; a fourth waits for MP08."""
    by_code = {f.code: f for f in demo_files.files_of(CODE)}
    with world.act("officer") as work:
        for code, number in world.files.items():
            names = list(dict.fromkeys(s.assessor for s in by_code[code].sheets))
            chosen = [world.people[assessor_of(n)] for n in names[:3]]
            scoring.assign_many(work, world.get(work, Application, number), AssignForm(assessors=chosen))


def assessor_of(name: str) -> str:
    return ASSESSORS[list(demo_people.ASSESSORS).index(name)]


def fill(world: World, code: str, name: str, *, lock: bool = True) -> None:
    """One assessor declares, marks as in the demo and locks."""
    by_code = {f.code: f for f in demo_files.files_of(CODE)}
    sheet = next(s for s in by_code[code].sheets if s.assessor == name)
    with world.act(assessor_of(name)) as work:
        row = work.db.scalars(
            select(ScoreSheet).where(
                ScoreSheet.application_id == world.files[code], ScoreSheet.assessor_id == work.actor.id
            )
        ).one()
        if row.status == "assigned":
            scoring.declare_none(work, row)
        grid = {c.code: c.id for c in work.db.scalars(select(Criterion).where(Criterion.call_id == world.call))}
        marks = [
            MarkLine(criterion=grid[c], value=str(level), justification=f"Constat de visite pour {c}.")
            for c, level in sheet.levels
        ]
        scoring.save_marks(work, row, SheetForm(marks=marks, strengths="Groupe actif."))
        if lock:
            scoring.lock(work, row)


def score_all(world: World) -> None:
    """Every sheet of the demo locked, the extra assessor of MP08 called and the outlier set aside, assessments closed."""
    by_code = {f.code: f for f in demo_files.files_of(CODE)}
    for code in world.files:
        for sheet in by_code[code].sheets[:3]:
            fill(world, code, sheet.assessor)
    if "A-020" in world.files:
        extra_for_mp08(world)
    with world.act("head") as work:
        scoring.complete_reviews(work, world.get(work, Call, world.call))


def extra_for_mp08(world: World) -> None:
    by_code = {f.code: f for f in demo_files.files_of(CODE)}
    fourth = by_code["A-020"].sheets[3]
    aside = next(s for s in by_code["A-020"].sheets if s.set_aside)
    with world.act("secretary") as work:
        application = world.get(work, Application, world.files["A-020"])
        form = ExtraForm(assessor_id=world.people[assessor_of(fourth.assessor)], reason="Écart de 31 points entre les fiches.")
        scoring.call_extra(work, application, form)
    fill(world, "A-020", fourth.assessor)
    with world.act("secretary") as work:
        row = work.db.scalars(
            select(ScoreSheet).where(
                ScoreSheet.application_id == world.files["A-020"],
                ScoreSheet.assessor_id == world.people[assessor_of(aside.assessor)],
            )
        ).one()
        scoring.set_aside(work, row, "Fiche très éloignée des trois autres, lue en réunion.")


def convened(world: World, *, quorum: int = 5, second: int = 3, agenda: bool = True) -> None:
    """A committee of seven with a secretary and a substitute; the session planned for J+6, with the ranked files, and convened."""
    with world.act("secretary") as work:
        form = CommitteeForm(
            name="Comité de sélection des micro-projets", kind="selection", act="la décision n° 004/SE", voices=7, quorum=quorum,
            second_quorum=second, casting_vote=True,
        )  # fmt: skip
        committee = committees.create(work, form)
        functions = {"president": "president", "vice": "vice_president"}
        for code in MEMBERS:
            seat = SeatForm(person_id=world.people[code], function=functions.get(code, "member"), structure="Siège")
            committees.appoint(work, committee, seat)
        committees.appoint(work, committee, SeatForm(person_id=world.people["sub"], capacity="substitute"))
        committees.appoint(
            work, committee, SeatForm(person_id=world.people["secretary"], function="secretary", capacity="observer", voice="consultative")
        )  # fmt: skip
        plan = PlanForm(place="Gao", room="la salle de réunion", scheduled_at=datetime(2026, 11, 28, 9, 0, tzinfo=UTC))
        session = committees.plan(work, committee, plan, "call", world.call)
        world.committee, world.session = committee.id, session.id
        if agenda:
            scoring.put_on_agenda(work, session)
            committees.convene(work, session)


def line_of(work: Work, world: World, code: str) -> Attendance:
    return work.db.scalars(
        select(Attendance).where(
            Attendance.session_id == world.session, Attendance.person_id == world.people[code]
        )
    ).one()


def arrive(world: World, *codes: str, hour: str | None = None) -> None:
    with world.act("secretary") as work:
        session = world.get(work, Session, world.session)
        for code in codes:
            committees.record_arrival(work, session, line_of(work, world, code), HourForm(hour=hour))


def sitting(world: World, present: tuple[str, ...] = MEMBERS) -> None:
    """The morning of J+6: those present arrive, the session opens at 9 h 15."""
    world.at(datetime(2026, 11, 28, 9, 10, tzinfo=UTC))
    arrive(world, *present, "secretary")
    world.at(datetime(2026, 11, 28, 9, 15, tzinfo=UTC))
    with world.act("president" if "president" in present else "secretary") as work:
        committees.open(work, world.get(work, Session, world.session))


def propose(world: World, code: str, **fields: Any) -> None:
    with world.act("secretary") as work:
        committees.propose(work, world.item(work, code), ProposeForm(**fields))


REASONS = {
    "A-019": "Prix unitaire au-dessus de la mercuriale : 5 400 000 proposés.",
    "A-016": "Doublon probable avec le Groupement Songtaaba : à vérifier.",
}


def deliberate(world: World) -> None:
    """The proposals that the demo expects, MP13 with one member out from 10 h 42 to 10 h 58."""
    world.at(datetime(2026, 11, 28, 10, 42, tzinfo=UTC))
    with world.act("secretary") as work:
        form = RecuseForm(person_id=world.people["m5"], reason="La sœur d'un membre est trésorière du groupement.")
        committees.recuse(work, world.get(work, Session, world.session), world.item(work, "A-009"), form)
    for row in RANKING:
        if row.rank is None:
            continue
        voices = 6 if row.file == "A-009" else 7
        fields: dict[str, Any] = {"proposal": row.proposal, "votes_for": voices}
        if row.proposal in ("revised", "adjourned"):
            fields["proposed_minor"] = row.proposed
        if row.proposal != "favourable":
            fields["reason"] = REASONS.get(row.file, "Classé au-delà de l'enveloppe disponible.")
        if row.file == "A-020":
            fields["rank_waiver"] = "Part réservée aux jeunes, non atteinte par le seul classement."
        world.at(datetime(2026, 11, 28, 10, 50, tzinfo=UTC))
        propose(world, row.file, **fields)
    world.at(datetime(2026, 11, 28, 10, 58, tzinfo=UTC))
    with world.act("secretary") as work:
        recusal = work.db.scalars(select(Recusal)).one()
        committees.return_from_recusal(work, world.get(work, Session, world.session), recusal)


def finished(world: World) -> None:
    """Closed, signed by all present, final."""
    world.at(datetime(2026, 11, 28, 16, 30, tzinfo=UTC))
    with world.act("secretary") as work:
        committees.close(work, world.get(work, Session, world.session))
    with world.around.database.session(readonly=True) as db:
        present = set(
            db.scalars(
                select(Attendance.person_id).where(
                    Attendance.session_id == world.session, Attendance.arrived_at.is_not(None)
                )
            )
        )
    for code, number in world.people.items():
        if number in present:
            with world.act(code) as work:
                committees.sign(work, world.get(work, Session, world.session))
    with world.act("secretary") as work:
        committees.finalise(work, world.get(work, Session, world.session))

