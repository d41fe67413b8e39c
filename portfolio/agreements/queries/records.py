"""Reading agreements: the record, its parties, its lines, tranches, conditions and amendments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement, AgreementLine, Amendment, Condition, ForceMajeure, Tranche
from portfolio.agreements.queries.blockers import is_met, snapshot
from portfolio.applications.models import Application
from portfolio.awards.models import Award, Commitment, Decision, Notice
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.documents.models import Document
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.groups.models import Group, GroupAccount, Officer
from portfolio.ledger.service import Dims
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.strategy.queries import main_objective
from portfolio.work import Work


def visible(work: Work) -> Select[Agreement]:
    """The agreements that the actor may see."""
    return select(Agreement).where(work.within("agreement:view", Agreement))


def get(work: Work, number: int) -> Agreement:
    """The agreement with this id; NotFound outside scope."""
    return work.fetch(Agreement, number, "agreement:view")


def of_award(work: Work, award_id: int) -> Agreement | None:
    """The agreement made from an award, or None."""
    return work.db.scalars(select(Agreement).where(Agreement.award_id == award_id)).one_or_none()


def of_application(work: Work, application_id: int) -> Agreement | None:
    """The agreement made from a file, or None."""
    return work.db.scalars(select(Agreement).where(Agreement.application_id == application_id)).one_or_none()


def commitment_of(work: Work, application_id: int) -> Commitment | None:
    """The commitment in force of a file: neither refused nor released."""
    statement = select(Commitment).where(
        Commitment.application_id == application_id, Commitment.status.not_in(("rejected", "released"))
    )
    return work.db.scalars(statement.order_by(Commitment.id.desc()).limit(1)).one_or_none()


def notified_on(work: Work, application_id: int) -> date | None:
    """The day the letter of award was sent; None before."""
    statement = select(func.min(Notice.sent_at)).where(
        Notice.application_id == application_id, Notice.kind == "awarded"
    )
    sent = work.db.scalar(statement)
    return sent.date() if sent else None


def of_group(work: Work, group_id: int) -> list[Agreement]:
    """The agreements of a group that the actor may see, newest first."""
    statement = visible(work).where(Agreement.group_id == group_id)
    return list(work.db.scalars(statement.order_by(Agreement.id.desc())))


def of_call(work: Work, call_id: int) -> list[Agreement]:
    """The agreements of a call that the actor may see, by reference."""
    statement = visible(work).where(Agreement.call_id == call_id)
    return list(work.db.scalars(statement.order_by(Agreement.reference)))


def tranches(work: Work, agreement: Agreement) -> list[Tranche]:
    """The schedule, in order."""
    statement = select(Tranche).where(Tranche.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(Tranche.number)))


def tranche(work: Work, number: int) -> Tranche:
    """A tranche by id; NotFound outside the scope of its agreement."""
    return work.fetch(Tranche, number, "agreement:view")


def conditions(work: Work, tranche: Tranche) -> list[Condition]:
    """What a tranche waits for, in order."""
    statement = select(Condition).where(Condition.tranche_id == tranche.id)
    return list(work.db.scalars(statement.order_by(Condition.position)))


def waiting(work: Work, agreement: Agreement, kind: str) -> Condition | None:
    """The first condition of this kind not met yet, on the earliest tranche still planned: what a visit or a report may meet."""
    statement = (
        select(Condition)
        .join(Tranche, Tranche.id == Condition.tranche_id)
        .where(
            Tranche.agreement_id == agreement.id,
            Tranche.status == "planned",
            Condition.kind == kind,
            Condition.met_at.is_(None),
            Condition.waived_at.is_(None),
        )
        .order_by(Tranche.number, Condition.position)
    )
    return work.db.scalars(statement.limit(1)).one_or_none()


def lines(work: Work, agreement: Agreement) -> list[AgreementLine]:
    """The agreed budget, in order."""
    statement = select(AgreementLine).where(AgreementLine.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(AgreementLine.position)))


def amendments(work: Work, agreement: Agreement) -> list[Amendment]:
    """The amendments, in order."""
    statement = select(Amendment).where(Amendment.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(Amendment.number)))


def amendment(work: Work, number: int) -> Amendment:
    """An amendment by id; NotFound outside scope."""
    return work.fetch(Amendment, number, "agreement:view")


def force_majeure_acts(work: Work) -> dict[int, int]:
    """The document of the act of each force majeure."""
    statement = select(Document.subject_id, Document.id).where(Document.subject_type == "force_majeure")
    return {int(of): int(number) for of, number in work.db.execute(statement.order_by(Document.id))}


def open_force_majeure(work: Work, number: int) -> object:
    """The act is seen by whoever may see agreements."""
    work.require("agreement:view")
    return work.db.get_one(ForceMajeure, number)


documents.owner("force_majeure", open_force_majeure)


def force_majeures(work: Work) -> list[tuple[ForceMajeure, Place]]:
    """Every force majeure with its zone, newest first."""
    statement = select(ForceMajeure, Place).join(Place, Place.id == ForceMajeure.place_id)
    return [(found, place) for found, place in work.db.execute(statement.order_by(ForceMajeure.id.desc()))]


def zones(work: Work) -> list[tuple[int, str]]:
    """Where a force majeure may be declared: regions, the units below them, and the communes that have an agreement."""
    found = places.options(work, level=1) + places.options(work, level=2)
    known = {number for number, _words in found}
    communes = select(Place.id, Place.name).where(Place.id.in_(select(Agreement.place_id)))
    return found + [
        (number, name)
        for number, name in work.db.execute(communes.order_by(Place.name))
        if number not in known
    ]


def people(work: Work, ids: Iterable[int | None]) -> dict[int, Person]:
    """The persons behind a record's columns, by id; one query."""
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    return {p.id: p for p in work.db.scalars(select(Person).where(Person.id.in_(wanted)))}


@dataclass(frozen=True)
class Parties:
    """All the records that an agreement stands on, read in one query."""

    group: Group
    place: Place
    call: Call
    fund: Fund
    donor: Donor
    line: BudgetLine
    application: Application
    award: Award
    decision: Decision
    commitment: Commitment
    account: GroupAccount | None


def parties(work: Work, agreement: Agreement) -> Parties:
    """What an agreement stands on."""
    statement = (
        select(
            Group,
            Place,
            Call,
            Fund,
            Donor,
            BudgetLine,
            Application,
            Award,
            Decision,
            Commitment,
            GroupAccount,
        )
        .select_from(Agreement)
        .join(Group, Group.id == Agreement.group_id)
        .join(Place, Place.id == Agreement.place_id)
        .join(Call, Call.id == Agreement.call_id)
        .join(Fund, Fund.id == Agreement.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .join(BudgetLine, BudgetLine.id == Agreement.budget_line_id)
        .join(Application, Application.id == Agreement.application_id)
        .join(Award, Award.id == Agreement.award_id)
        .join(Decision, Decision.id == Agreement.decision_id)
        .join(Commitment, Commitment.id == Agreement.commitment_id)
        .outerjoin(GroupAccount, GroupAccount.id == Agreement.bank_account_id)
        .where(Agreement.id == agreement.id)
    )
    return Parties(*work.db.execute(statement).one())


def officers(work: Work, group_id: int) -> list[Officer]:
    """The bureau as it stands today, president first."""
    statement = select(Officer).where(
        Officer.group_id == group_id,
        Officer.since <= work.today,
        (Officer.until.is_(None)) | (Officer.until >= work.today),
    )
    return list(work.db.scalars(statement.order_by(Officer.office, Officer.id)))


def accounts(work: Work, group_id: int) -> list[GroupAccount]:
    """The verified accounts of a group."""
    statement = select(GroupAccount).where(
        GroupAccount.group_id == group_id, GroupAccount.status == "verified"
    )
    return list(work.db.scalars(statement.order_by(GroupAccount.id)))


def dims(
    work: Work,
    agreement: Agreement,
    tranche: Tranche | None = None,
    treasury: str | None = None,
    party: str | None = None,
) -> Dims:
    """The codes under which this agreement's entries are found again; `treasury` and `party` are codes. Two queries."""
    statement = (
        select(
            BudgetLine.code,
            BudgetLine.exercice,
            Fund.code,
            Donor.code,
            Call.code,
            Group.code,
            Place.code,
        )
        .select_from(Agreement)
        .join(BudgetLine, BudgetLine.id == Agreement.budget_line_id)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .join(Call, Call.id == Agreement.call_id)
        .join(Group, Group.id == Agreement.group_id)
        .join(Place, Place.id == Agreement.place_id)
        .where(Agreement.id == agreement.id)
    )
    line, exercice, fund, donor, call, group, place = work.db.execute(statement).one()
    return Dims(
        exercice=exercice,
        donor=donor,
        fund=fund,
        line=line,
        call=call,
        agreement=agreement.reference,
        tranche=tranche.code if tranche else None,
        party=party or group,
        place=place,
        objective=main_objective(work, agreement) or None,
        treasury=treasury,
    )


def met_conditions(work: Work, agreement: Agreement, tranche: Tranche) -> list[tuple[Condition, bool]]:
    """Each condition of a tranche with whether it holds now."""
    snap = snapshot(work, agreement)
    own = next(t for t in snap.tranches if t.id == tranche.id)
    return [(c, is_met(snap, own, c)) for c in snap.conditions.get(tranche.id, [])]
