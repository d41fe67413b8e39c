"""The grants officer's first page: at most eight numbers, each a link to its own list, with count and francs (institution section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case, func, select

from portfolio.agreements.models import Agreement, ForceMajeure, Tranche
from portfolio.applications.models import Application, PieceRequest
from portfolio.calls.models import Call
from portfolio.disbursements.models import Disbursement
from portfolio.grievances.models import Grievance
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.kit.money import amount
from portfolio.kit.urls import known, url
from portfolio.projects.models import Visit
from portfolio.work import Work


@dataclass(frozen=True)
class Number:
    """One figure of the first page."""

    label: str
    value: str
    note: str
    url: str
    tone: str = "neutral"


def _link(route: str, **query: object) -> str:
    return url(route, **query) if known(route) else "/"


def numbers(work: Work, waiting: list[Any]) -> list[Number]:
    """The eight figures, zero shown as zero."""
    made = [_waiting(waiting)]
    if work.may("application:view"):
        made += [_deadlines(work), _incomplete(work)]
    if work.may("justification:view"):
        made.append(_advances(work))
    if work.may("disbursement:view"):
        made += [_tranches(work), _failures(work)]
    if work.may("application:view"):
        made.append(_open_calls(work))
    if work.may("visit:view"):
        made.append(_field(work))
    return made


def _waiting(waiting: list[Any]) -> Number:
    total = sum(w.count for w in waiting)
    oldest = max((w.oldest_days or 0 for w in waiting), default=0)
    note = ngettext("oldest: %(n)d day", "oldest: %(n)d days", oldest) % {"n": oldest}
    return Number(
        _("What waits for me"),
        str(total),
        note if total else _("nothing waits"),
        "#waiting",
        "warn" if oldest > 15 else "neutral",
    )


def _deadlines(work: Work) -> Number:
    soon = work.now + timedelta(days=7)
    day = soon.date()
    calls = (
        select(func.count())
        .select_from(Call)
        .where(Call.status == "published", Call.closes_at.between(work.now, soon))
    )
    papers = (
        select(func.count())
        .select_from(PieceRequest)
        .where(PieceRequest.answered_on.is_(None), PieceRequest.due_on.between(work.today, day))
    )
    ends = (
        select(func.count())
        .select_from(Agreement)
        .where(Agreement.status == "active", Agreement.ends_on.between(work.today, day))
    )
    row = work.db.execute(
        select(calls.scalar_subquery(), papers.scalar_subquery(), ends.scalar_subquery())
    ).one()
    note = _("%(calls)d call[s:calls] closing · %(papers)d paper[s:papers] due · %(ends)d agreement[s:ends] ending") % {
        "calls": row[0],
        "papers": row[1],
        "ends": row[2],
    }
    return Number(_("Deadlines within 7 days"), str(sum(row)), note, _link("calls.index"))


def _incomplete(work: Work) -> Number:
    seen = work.within("application:view", Application)
    late = func.sum(case((PieceRequest.due_on < work.today, 1), else_=0))
    statement = (
        select(func.count(), func.coalesce(late, 0))
        .select_from(Application)
        .outerjoin(
            PieceRequest,
            and_(PieceRequest.application_id == Application.id, PieceRequest.answered_on.is_(None)),
        )
        .where(Application.status == "pieces_requested", seen)
    )
    count, expired = work.db.execute(statement).one()
    note = _("%(n)d past their deadline") % {"n": expired}
    return Number(
        _("Incomplete files"),
        str(count),
        note,
        _link("applications.index", status="pieces_requested"),
        "warn" if expired else "neutral",
    )


def _advances(work: Work) -> Number:
    left = Tranche.paid_minor - Tranche.cleared_minor - Tranche.refused_minor
    day90, day180 = work.today - timedelta(days=90), work.today - timedelta(days=180)
    statement = select(
        func.coalesce(func.sum(left), 0),
        func.count(Tranche.group_id.distinct()),
        func.coalesce(func.sum(case((Tranche.paid_on < day180, left), else_=0)), 0),
        func.coalesce(
            func.sum(case((and_(Tranche.paid_on < day90, Tranche.paid_on >= day180), left), else_=0)), 0
        ),
    ).where(Tranche.modality == "advance", left > 0, work.within("justification:view", Tranche))
    total, groups, old, middle = work.db.execute(statement).one()
    words = _("%(groups)d group[s:groups] · 91 to 180 days: %(middle)s · beyond 180 days: %(old)s")
    note = words % {"groups": groups, "middle": amount(int(middle)), "old": amount(int(old))}
    return Number(
        _("Advances not justified"),
        amount(int(total)),
        note,
        _link("justifications.advances"),
        "bad" if old else "neutral",
    )


def _tranches(work: Work) -> Number:
    statement = (
        select(Tranche.status, func.count(), func.coalesce(func.sum(Tranche.amount_minor), 0))
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .where(
            Agreement.status == "active",
            Tranche.status.in_(("planned", "requested")),
            work.within("disbursement:view", Tranche),
        )
        .group_by(Tranche.status)
    )
    found = {status: (int(n), int(total)) for status, n, total in work.db.execute(statement)}
    under, under_total = found.get("requested", (0, 0))
    planned, planned_total = found.get("planned", (0, 0))
    note = _("%(n)d still to come: %(total)s") % {"n": planned, "total": amount(planned_total)}
    return Number(
        _("Tranches being paid"), f"{under} · {amount(under_total)}", note, _link("disbursements.index")
    )


def _failures(work: Work) -> Number:
    statement = select(func.count(), func.coalesce(func.sum(Disbursement.amount_minor), 0)).where(
        Disbursement.status == "failed",
        work.within("disbursement:view", Disbursement),
        Disbursement.id.not_in(select(Disbursement.follows_id).where(Disbursement.follows_id.is_not(None))),
    )
    count, total = work.db.execute(statement).one()
    return Number(
        _("Failed payments to follow up"),
        str(count),
        amount(int(total)),
        _link("disbursements.index", status="failed"),
        "bad" if count else "good",
    )


def _open_calls(work: Work) -> Number:
    here = [Call.status == "published", Call.opens_at <= work.now, Call.closes_at > work.now]
    calls = work.db.execute(
        select(func.count(), func.coalesce(func.sum(Call.envelope_minor), 0)).where(*here)
    ).one()
    statement = (
        select(
            func.count(),
            func.coalesce(func.sum(case((Application.filed.is_(True), 1), else_=0)), 0),
            func.coalesce(func.sum(Application.requested_minor), 0),
        )
        .join(Call, Call.id == Application.call_id)
        .where(*here, work.within("application:view", Application))
    )
    count, filed, asked = work.db.execute(statement).one()
    words = _("%(filed)d filed, %(drafts)d draft[s:drafts] · %(asked)s asked for %(envelope)s")
    note = words % {
        "filed": filed,
        "drafts": count - int(filed),
        "asked": amount(int(asked)),
        "envelope": amount(int(calls[1])),
    }
    return Number(_("Open calls"), str(calls[0]), note, _link("calls.index"))


def _field(work: Work) -> Number:
    due = (
        select(func.count())
        .select_from(Visit)
        .where(
            Visit.status == "planned",
            Visit.planned_on <= work.today + timedelta(days=15),
            work.within("visit:view", Visit),
        )
    )
    open_ones = (
        select(func.count())
        .select_from(Grievance)
        .where(Grievance.status != "closed", work.within("grievance:view", Grievance))
    )
    zones = select(func.count()).select_from(ForceMajeure).where(ForceMajeure.lifted_at.is_(None))
    row = work.db.execute(
        select(due.scalar_subquery(), open_ones.scalar_subquery(), zones.scalar_subquery())
    ).one()
    note = _("%(complaints)d open complaint[s:complaints] · %(zones)d closed zone[s:zones]") % {
        "complaints": row[1],
        "zones": row[2],
    }
    return Number(_("Visits due"), str(row[0]), note, _link("projects.visits"))
