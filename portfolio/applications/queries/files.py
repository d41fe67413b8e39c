"""Finding files: what the staff sees, what a group sees of its own, and what stands in a file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portfolio.applications.models import (
    Application,
    BudgetItem,
    CallRegister,
    Contact,
    FilingReceipt,
    Piece,
    PieceRequest,
)
from portfolio.calls.models import Call, RequiredPiece
from portfolio.committees.queries import open_to
from portfolio.groups.models import Group
from portfolio.kit.errors import NotFound
from portfolio.places.models import Place
from portfolio.work import Work


def staff_clause(work: Work) -> ColumnElement[bool]:
    """What the staff sees: files of its scope; drafts that groups write online only for who enters files. Whoever sits or marks
    first declares having no link with a file (G4); whoever has one never opens it."""
    clauses = [work.within("application:view", Application)]
    if not work.may("application:enter"):
        clauses.append(or_(Application.filed.is_(True), Application.channel == "paper"))
    clauses.append(open_to(work, "application:view", "application", Application.id))
    return and_(*clauses)


def seen(work: Work) -> ColumnElement[bool]:
    """What this person sees: the staff's files, and those of one's own group."""
    return or_(staff_clause(work), work.within("own:view", Application))


def visible(work: Work) -> Select[Application]:
    """Files that this person may see."""
    return select(Application).where(seen(work))


def get(work: Work, id: int) -> Application:
    """The file, or NotFound when it is outside what this person may see (Z03)."""
    found = (
        work.db.scalars(visible(work).where(Application.id == id)).one_or_none() if 0 < id < 2**62 else None
    )
    if found is None:
        raise NotFound
    return found


def is_own(work: Work, application: Application) -> bool:
    """Whether this person writes for the group that asks, rather than for the institution."""
    return work.may("own:apply", application)


def own(work: Work) -> Sequence[tuple[Application, Call]]:
    """« Mes dossiers »: the files of one's groups with their calls, the newest first."""
    statement = (
        select(Application, Call)
        .join(Call, Call.id == Application.call_id)
        .where(work.within("own:view", Application))
        .order_by(Application.id.desc())
        .limit(200)
    )
    return [(a, c) for a, c in work.db.execute(statement)]


def of_call(work: Work, call: Call) -> Sequence[Application]:
    """The files filed for a call, in the order of the register."""
    statement = (
        select(Application)
        .join(FilingReceipt, FilingReceipt.application_id == Application.id)
        .where(Application.call_id == call.id)
        .order_by(FilingReceipt.number)
    )
    return work.db.scalars(statement).all()


def of_group(work: Work, group: Group) -> Sequence[tuple[Application, str]]:
    """The files of a group with the code of their call, the newest first."""
    statement = (
        select(Application, Call.code)
        .join(Call, Call.id == Application.call_id)
        .where(Application.group_id == group.id, seen(work))
        .order_by(Application.id.desc())
        .limit(50)
    )
    return [(a, code) for a, code in work.db.execute(statement)]


def live(work: Work, call_id: int, group_id: int) -> Application | None:
    """The file that this group already has in this call, unless it was withdrawn."""
    statement = select(Application).where(
        Application.call_id == call_id, Application.group_id == group_id, Application.status != "withdrawn"
    )
    return work.db.scalars(statement.order_by(Application.id).limit(1)).one_or_none()


def call_of(work: Work, application: Application) -> Call:
    """The call that a file answers."""
    return work.db.get_one(Call, application.call_id)


def group_of(work: Work, application: Application) -> Group:
    """The group that asks."""
    return work.db.get_one(Group, application.group_id)


def place_of(work: Work, application: Application) -> Place:
    """The commune of the project."""
    return work.db.get_one(Place, application.place_id)


def place_words(work: Work, place: Place) -> str:
    """A commune with what holds it: « Téra, département de Téra, Tillabéri, Niger »; one query."""
    codes = [code for code in place.path.split("/") if code and code != place.code]
    found = (
        {p.code: p.name for p in work.db.scalars(select(Place).where(Place.code.in_(codes)))} if codes else {}
    )
    return ", ".join([place.name, *(found[code] for code in reversed(codes) if code in found)])


def budget(work: Work, application: Application) -> Sequence[BudgetItem]:
    """The lines of the proposed budget, in order."""
    statement = select(BudgetItem).where(BudgetItem.application_id == application.id)
    return work.db.scalars(statement.order_by(BudgetItem.position)).all()


def pieces(work: Work, application: Application) -> Sequence[Piece]:
    """The papers asked of this file, in the order of the notice."""
    statement = select(Piece).where(Piece.application_id == application.id).order_by(Piece.position)
    return work.db.scalars(statement).all()


def receipt(work: Work, application: Application) -> FilingReceipt | None:
    """Its récépissé, once filed."""
    statement = select(FilingReceipt).where(FilingReceipt.application_id == application.id)
    return work.db.scalars(statement.order_by(FilingReceipt.number).limit(1)).one_or_none()


def contacts(work: Work, application: Application) -> Sequence[Contact]:
    """Calls, messages and visits about this file, the newest first."""
    statement = select(Contact).where(Contact.application_id == application.id)
    return work.db.scalars(statement.order_by(Contact.at.desc(), Contact.id.desc())).all()


def requests(work: Work, application: Application) -> Sequence[PieceRequest]:
    """The letters that asked for papers, the newest first."""
    statement = select(PieceRequest).where(PieceRequest.application_id == application.id)
    return work.db.scalars(statement.order_by(PieceRequest.id.desc())).all()


def required(work: Work, call: Call) -> Sequence[RequiredPiece]:
    """The papers that a call asks for."""
    statement = select(RequiredPiece).where(RequiredPiece.call_id == call.id)
    return work.db.scalars(statement.order_by(RequiredPiece.position)).all()


def register(work: Work, call: Call) -> CallRegister | None:
    """The closing of the register of a call, read by one person or witnessed by a second."""
    return work.db.scalars(select(CallRegister).where(CallRegister.call_id == call.id)).one_or_none()


def filings(work: Work, call: Call) -> Sequence[tuple[FilingReceipt, Application, str, str]]:
    """The register of filings: every récépissé with its file, group and commune, in order, without a gap."""
    statement = (
        select(FilingReceipt, Application, Group.name, Place.name)
        .join(Application, Application.id == FilingReceipt.application_id)
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Group.place_id)
        .where(FilingReceipt.call_id == call.id)
        .order_by(FilingReceipt.number)
    )
    return [(r, a, g, p) for r, a, g, p in work.db.execute(statement)]


def by_follow_up(work: Work, number: str, code: str) -> tuple[FilingReceipt, Application] | None:
    """The file behind the number and the secret code of a récépissé; both must be right."""
    statement = (
        select(FilingReceipt, Application)
        .join(Application, Application.id == FilingReceipt.application_id)
        .where(FilingReceipt.reference == number, FilingReceipt.follow_up_code == code)
    )
    found = work.db.execute(statement).one_or_none()
    return None if found is None else (found[0], found[1])
