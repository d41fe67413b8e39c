"""« Mon travail »: what waits for me, drawn from the law itself: every status out of which I may move a record, counted in one query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, union_all

from portfolio.agreements.models import Agreement, Amendment
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment, Decision, Notice
from portfolio.beneficiaries.models import Duplicate
from portfolio.calls.models import Call
from portfolio.closures.models import Closure
from portfolio.committees.models import Session as Sitting
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import DonorRefund, FundCall, MoneyReceipt
from portfolio.grievances.models import Grievance
from portfolio.groups.models import Group, GroupAccount
from portfolio.justifications.models import Justification, Recovery
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.kit.lifecycle import Lifecycle, Move
from portfolio.kit.urls import known, url
from portfolio.payments.models import CashCount, PaymentBatch
from portfolio.procurement.models import Procedure
from portfolio.projects.models import Visit
from portfolio.rulebook.lifecycles import ALL, NOUNS
from portfolio.scoring.models import ScoreSheet
from portfolio.strategy.models import Framework
from portfolio.work import Work


@dataclass(frozen=True)
class Queue:
    """Where a noun's records wait: its table, its list, since when, and the page of one record."""

    model: Any
    route: str
    since: Any
    one: str = ""
    but: tuple[str, ...] = ()
    """Statuses that money moves on, and nobody."""


QUEUES: dict[str, Queue] = {
    "application": Queue(Application, "applications.index", Application.submitted_at),
    "call": Queue(Call, "calls.index", Call.created_at),
    "group": Queue(Group, "groups.index", Group.created_at),
    "group_account": Queue(GroupAccount, "groups.index", GroupAccount.created_at),
    "session": Queue(Sitting, "committees.index", Sitting.scheduled_at),
    "commitment": Queue(Commitment, "awards.index", Commitment.prepared_at),
    "decision": Queue(Decision, "awards.index", Decision.prepared_at),
    "notice": Queue(Notice, "awards.notices", Notice.prepared_at),
    "agreement": Queue(Agreement, "agreements.index", Agreement.created_at, "/agreements/{}"),
    "amendment": Queue(Amendment, "agreements.index", Amendment.submitted_at, "/agreements/amendments/{}"),
    "disbursement": Queue(
        Disbursement, "disbursements.index", Disbursement.requested_at, "/disbursements/{}"
    ),
    "payment_batch": Queue(PaymentBatch, "payments.index", PaymentBatch.created_at, "/payments/{}"),
    "cash_count": Queue(CashCount, "payments.counts", CashCount.counted_at),
    "justification": Queue(
        Justification, "justifications.index", Justification.created_at, "/justifications/{}"
    ),
    "recovery": Queue(
        Recovery, "justifications.recoveries", Recovery.prepared_at, "/justifications/recoveries/{}"
    ),
    "procedure": Queue(Procedure, "procurement.index", Procedure.created_at),
    "visit": Queue(Visit, "projects.visits", Visit.planned_on),
    "grievance": Queue(Grievance, "grievances.index", Grievance.recorded_at),
    "money_receipt": Queue(MoneyReceipt, "funds.receipts", MoneyReceipt.recorded_at, "/funds/receipts/{}"),
    "fund_call": Queue(
        FundCall, "funds.index", FundCall.created_at, "/funds/calls/{}", ("sent", "partly_received")
    ),
    "donor_refund": Queue(DonorRefund, "funds.index", DonorRefund.proposed_at, "/funds/refunds/{}"),
    "framework": Queue(Framework, "strategy.index", Framework.proposed_at),
    "duplicate": Queue(Duplicate, "beneficiaries.duplicates", Duplicate.found_at),
    "closure": Queue(Closure, "closures.index", Closure.prepared_at, "/closures/{}"),
}


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
        )
        parts.append(statement)
    rows = work.db.execute(union_all(*parts)).all()
    by_key = {(c.noun, s): r for c, s, r in wanted}
    found = []
    for noun, status, count, since, first in rows:
        if not count:
            continue
        cycle, row, queue = ALL[noun], by_key[(noun, status)], QUEUES[noun]
        found.append(
            Waiting(
                noun=noun,
                noun_label=_(NOUNS[noun]),
                status=status,
                label=pgettext(noun, cycle.state(status).label),
                verb_label=pgettext(noun, row.label),
                count=int(count),
                oldest_days=_age(work, since),
                url=queue.one.format(first)
                if count == 1 and queue.one
                else url(queue.route, status=status)
                if known(queue.route)
                else "/",
            )
        )
    return sorted(found, key=lambda w: -(w.oldest_days or 0))


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
