"""« Mon travail »: what waits for me, drawn from the law itself: every status out of which I may move a record, counted in one query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, cast, false, func, literal, or_, select, union_all

from portfolio.agreements.models import Agreement, Amendment
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment, Decision, Notice
from portfolio.beneficiaries.models import Duplicate
from portfolio.calls.models import Call
from portfolio.closures.models import Closure
from portfolio.committees import queries as committees
from portfolio.committees.models import Session as Sitting
from portfolio.desk.queries.control.rows import ROWS, day_of, path
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import DonorRefund, FundCall, MoneyReceipt
from portfolio.grievances.models import Grievance
from portfolio.groups.models import Group, GroupAccount
from portfolio.justifications.models import Justification, Recovery
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.kit.lifecycle import Lifecycle, Move
from portfolio.kit.urls import url
from portfolio.missions.models import Mission, MissionAuditor, Recommendation
from portfolio.payments.models import CashCount, PaymentBatch
from portfolio.procurement.models import Procedure, SupplierAccount
from portfolio.projects.models import Visit
from portfolio.rulebook.lifecycles import ALL, NOUNS
from portfolio.scoring.models import ScoreSheet
from portfolio.strategy.models import Framework
from portfolio.work import Work


@dataclass(frozen=True)
class Queue:
    """Where a noun's records wait: its table, the address of one, what names it, and since when."""

    model: Any
    path: Any
    named: Any
    since: Any
    one: str
    """The address of one record, `{}` for its id."""
    but: tuple[str, ...] = ()
    """Statuses that money, or another record, moves on, and nobody."""


def _queue(model: Any, one: str, since: Any, named: Any = None, but: tuple[str, ...] = ()) -> Queue:
    # a record whose page is shared says itself apart by a fragment: an address names one record
    told = path(one if "{}" in one else one + "#{}", model.id)
    return Queue(model, told, model.reference if named is None else named, since, one, but)


def queues() -> dict[str, Queue]:
    """Every queue by its noun."""
    return {
        "application": _queue(Application, "/applications/{}", Application.submitted_at),
        "call": _queue(Call, "/calls/{}", Call.created_at, func.coalesce(Call.reference, Call.code)),
        "group": _queue(Group, "/groups/{}", Group.created_at, Group.name),
        "group_account": _queue(
            GroupAccount, "/groups/accounts/{}", GroupAccount.created_at, GroupAccount.holder
        ),
        "supplier_account": _queue(
            SupplierAccount,
            "/procurement/suppliers/accounts/{}",
            SupplierAccount.created_at,
            SupplierAccount.holder,
        ),
        "session": _queue(
            Sitting,
            "/committees/sessions/{}",
            Sitting.scheduled_at,
            func.coalesce(Sitting.reference, Sitting.place),
        ),
        "commitment": _queue(Commitment, "/awards/commitments/{}", Commitment.prepared_at),
        "decision": _queue(Decision, "/awards/{}", Decision.prepared_at),
        "notice": _queue(Notice, "/awards/notices/{}", Notice.prepared_at),
        "agreement": _queue(Agreement, "/agreements/{}", Agreement.created_at),
        "amendment": _queue(Amendment, "/agreements/amendments/{}", Amendment.submitted_at),
        "disbursement": _queue(Disbursement, "/disbursements/{}", Disbursement.requested_at),
        "payment_batch": _queue(PaymentBatch, "/payments/{}", PaymentBatch.created_at),
        "cash_count": _queue(CashCount, "/payments/counts", CashCount.counted_at),
        "justification": _queue(Justification, "/justifications/{}", Justification.created_at),
        "recovery": _queue(Recovery, "/justifications/recoveries/{}", Recovery.prepared_at),
        "procedure": _queue(Procedure, "/procurement/{}", Procedure.created_at),
        "visit": _queue(Visit, "/projects/visits/{}", Visit.planned_on),
        "grievance": _queue(Grievance, "/grievances/{}", Grievance.recorded_at),
        "money_receipt": _queue(MoneyReceipt, "/funds/receipts/{}", MoneyReceipt.recorded_at),
        "fund_call": _queue(
            FundCall, "/funds/calls/{}", FundCall.created_at, but=("sent", "partly_received")
        ),
        "donor_refund": _queue(DonorRefund, "/funds/refunds/{}", DonorRefund.proposed_at),
        "framework": _queue(Framework, "/strategy/{}", Framework.proposed_at, Framework.title),
        "duplicate": _queue(
            Duplicate, "/beneficiaries/duplicates/{}", Duplicate.found_at, path("{}", Duplicate.id)
        ),
        "mission": _queue(Mission, "/missions/{}", Mission.opened_at, but=("final",)),
        "recommendation": _queue(
            Recommendation, "/missions/recommendations/{}", Recommendation.proposed_at, but=("proposed",)
        ),
        "closure": _queue(Closure, "/closures/{}", Closure.prepared_at),
    }


QUEUES = queues()


@dataclass(frozen=True)
class Waiting:
    """So many records of a noun wait for one verb of mine."""

    noun: str
    noun_label: str
    status: str
    label: str
    verb_label: str
    count: int
    oldest_days: int | None
    url: str
    """Where it is done: the record itself when there is one, else their list."""
    list_url: str


def waiting(work: Work) -> list[Waiting]:
    """What I can move on now, the oldest first; what I already acted on and a second person must do is left out."""
    wanted = list(_wanted(work))
    if not wanted:
        return []
    parts = []
    for cycle, status, row in wanted:
        queue = QUEUES[cycle.noun]
        statement = select(
            literal(cycle.noun).label("noun"),
            literal(status).label("status"),
            func.count().label("n"),
            func.min(queue.since).label("since"),
            func.min(queue.model.id).label("first"),
        ).where(
            queue.model.status == status,
            work.within(row.permission, queue.model),
            *_not_mine(work, queue.model, row),
            *_open(work, cycle.noun, status),
        )
        parts.append(statement)
    rows = work.db.execute(union_all(*parts)).all()
    by_key = {(c.noun, s): r for c, s, r in wanted}
    found = []
    for noun, status, count, since, first in rows:
        if not count:
            continue
        cycle, row = ALL[noun], by_key[(noun, status)]
        behind = url("desk.waiting", what=f"{noun}.{status}.{row.verb}")
        found.append(
            Waiting(
                noun=noun,
                noun_label=_(NOUNS[noun]),
                status=status,
                label=pgettext(noun, cycle.state(status).label),
                verb_label=pgettext(noun, row.label),
                count=int(count),
                oldest_days=_age(work, since),
                url=QUEUES[noun].one.format(first) if count == 1 else behind,
                list_url=behind,
            )
        )
    return sorted(found, key=lambda w: -(w.oldest_days or 0))


def rows(work: Work, *columns: Any) -> Select[Any]:
    """The same records one by one, as columns of `ROWS`: the code says noun, status and verb."""
    parts = []
    for cycle, status, row in _wanted(work):
        queue = QUEUES[cycle.noun]
        code = f"{cycle.noun}.{status}.{row.verb}"
        day = queue.since if isinstance(queue.since.type, Date) else day_of(queue.since)
        statement = select(
            literal(code).label("code"),
            queue.path.label("path"),
            cast(queue.named, String).label("reference"),
            literal(code).label("about"),
            func.coalesce(day, work.today).label("day"),
            literal(0).label("amount"),
        ).where(
            queue.model.status == status,
            work.within(row.permission, queue.model),
            *_not_mine(work, queue.model, row),
            *_open(work, cycle.noun, status),
        )
        parts.append(statement)
    if not parts:
        empty = (literal("").label(name) for name in ("code", "path", "reference", "about", "day", "amount"))
        parts.append(select(*empty).where(false()))
    return select(*columns).select_from(ROWS).add_cte(union_all(*parts).cte("control"))


def move_words(code: str) -> str:
    """What is to be done, in words."""
    noun, status, verb = code.split(".")
    found = ALL[noun].find(verb, status)
    return pgettext(noun, found.label) if found else verb


def status_words(code: str) -> str:
    """Where the record stands, in words."""
    noun, status, _verb = code.split(".")
    return pgettext(noun, ALL[noun].state(status).label)


def options(work: Work) -> list[tuple[str, str]]:
    """What may wait for the reader, as choices."""
    found = (f"{cycle.noun}.{status}.{row.verb}" for cycle, status, row in _wanted(work))
    return [(code, f"{move_words(code)} · {status_words(code)}") for code in found]


def _wanted(work: Work) -> Iterator[tuple[Lifecycle, str, Move]]:
    actor = work.actor
    for noun, cycle in ALL.items():
        if noun not in QUEUES:
            continue
        for state in cycle.states:
            row = next(
                (m for m in cycle.open_moves(state.code) if m.kind == "main" and actor.may(m.permission)),
                None,
            )
            if row is not None and state.code not in QUEUES[noun].but:
                yield cycle, state.code, row


def _not_mine(work: Work, model: Any, row: Move) -> list[ColumnElement[bool]]:
    me = work.actor.id
    columns = [getattr(model, name) for name in row.distinct_from if hasattr(model, name)]
    return [or_(c.is_(None), c != me) for c in columns]


def _open(work: Work, noun: str, status: str) -> list[ColumnElement[bool]]:
    """A purchase opens after its interests are declared, and waits for nobody before (G4); a mission waits for its auditors, a
    recommendation for its responsible, and what is declared done for any auditor."""
    if noun == "mission":
        team = select(MissionAuditor.mission_id).where(MissionAuditor.person_id == work.actor.id)
        return [Mission.id.not_in(team) if status == "provisional" else Mission.id.in_(team)]
    if noun == "recommendation":
        return [Recommendation.responsible_id == work.actor.id] if status == "agreed" else []
    return [committees.open_to(work, "procedure:view", noun, Procedure.id)] if noun == "procedure" else []


def _age(work: Work, since: object) -> int | None:
    if isinstance(since, str):
        since = datetime.fromisoformat(since)
    if isinstance(since, datetime):
        moment = since if since.tzinfo else since.replace(tzinfo=UTC)
    elif isinstance(since, date):
        moment = datetime.combine(since, time.min, UTC)
    else:
        return None
    return max(0, (work.now - moment).days)


def my_sheets(work: Work) -> tuple[int, int]:
    """Sheets assigned to me: not locked yet, and all."""
    sheet = ScoreSheet
    statement = (
        select(sheet.status, func.count()).where(sheet.assessor_id == work.actor.id).group_by(sheet.status)
    )
    counts: dict[str, int] = {status: int(n) for status, n in work.db.execute(statement).all()}
    return counts.get("assigned", 0) + counts.get("open", 0), sum(counts.values())
