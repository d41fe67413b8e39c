"""The grants officer's first page: at most eight numbers, each a link to the rows it counts, with count and francs (institution section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, func, select

from portfolio.agreements.models import ForceMajeure
from portfolio.agreements.queries.causes import PAYABLE, by_cause, cause_words
from portfolio.applications.models import Application, PieceRequest
from portfolio.applications.queries.lists import overdue
from portfolio.calls.models import Call
from portfolio.desk.queries import follow
from portfolio.desk.queries.control import Count
from portfolio.grievances import queries as grievances
from portfolio.grievances.models import Grievance
from portfolio.justifications.queries import Advance, advances, aged
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.kit.money import amount
from portfolio.kit.urls import url
from portfolio.work import Work


@dataclass(frozen=True)
class Part:
    """One figure beside the main one: its words, and the list of the rows it counts."""

    words: str
    url: str


@dataclass(frozen=True)
class Number:
    """One figure of the first page."""

    label: str
    value: str
    url: str
    parts: tuple[Part, ...] = ()
    note: str = ""
    tone: str = "neutral"


@dataclass(frozen=True)
class Held:
    """The tranches that one cause holds: how many, their francs, and their list."""

    words: str
    count: int
    amount_minor: int
    url: str


@dataclass(frozen=True)
class OpenCall:
    """One call that takes files: what came, what is being written, what is asked against the envelope."""

    id: int
    title: str
    filed: int
    drafts: int
    asked_minor: int
    envelope_minor: int


def numbers(
    work: Work, waiting: list[Any], calls: list[OpenCall], causes: dict[str, tuple[int, int]]
) -> list[Number]:
    """The eight figures, zero shown as zero."""
    counts = follow.counts(work) if work.may("desk:view") else {}
    made = [_waiting(waiting)]
    if work.may("application:view"):
        made += [_deadlines(counts), _incomplete(work)]
    if work.may("justification:view"):
        made.append(_advances(work))
    if work.may("disbursement:view"):
        made += [_tranches(causes), _payments(counts)]
    if work.may("application:view"):
        made.append(_open_calls(calls))
    if work.may("visit:view"):
        made.append(_field(work, counts))
    return made


def _waiting(waiting: list[Any]) -> Number:
    total = sum(w.count for w in waiting)
    oldest = max((w.oldest_days or 0 for w in waiting), default=0)
    note = ngettext("oldest: %(n)d day", "oldest: %(n)d days", oldest) % {"n": oldest}
    words, tone = _("What waits for me"), "warn" if oldest > 15 else "neutral"
    return Number(
        words, str(total), url("desk.waiting"), note=note if total else _("nothing waits"), tone=tone
    )


def _of(counts: dict[str, Count], kinds: Iterable[str]) -> tuple[Part, ...]:
    return tuple(
        Part(_("%(label)s: %(value)s") % {"label": counts[k].label, "value": counts[k].count}, counts[k].url)
        for k in kinds
    )


def _deadlines(counts: dict[str, Count]) -> Number:
    kinds = list(follow.DEADLINES)
    total = sum(counts[k].count for k in kinds)
    return Number(_("Deadlines within 7 days"), str(total), "#deadlines", _of(counts, kinds))


def _incomplete(work: Work) -> Number:
    late = exists().where(
        PieceRequest.application_id == Application.id,
        overdue(work),
    )
    statement = select(func.count(), func.coalesce(func.sum(case((late, 1), else_=0)), 0)).where(
        Application.status == "pieces_requested", work.within("application:view", Application)
    )
    count, expired = work.db.execute(statement).one()
    words = _("%(n)d past their deadline") % {"n": expired}
    return Number(
        _("Incomplete files"),
        str(count),
        url("applications.index", status="pieces_requested"),
        (Part(words, url("applications.index", due="late")),),
        tone="warn" if expired else "neutral",
    )


def _advances(work: Work) -> Number:
    found = advances(work)

    def part(words: str, rows: list[Advance], age: str) -> Part:
        said = words % {"n": len(rows), "sum": amount(sum(a.left for a in rows))}
        return Part(said, url("justifications.advances", age=age))

    middle, old = aged(found, 91, 180), aged(found, 181, None)
    parts = (
        part(_("91 to 180 days: %(n)d, %(sum)s"), middle, "91-180"),
        part(_("beyond 180 days: %(n)d, %(sum)s"), old, "181-"),
    )
    groups = len({a.group.id for a in found})
    words = ngettext("%(n)d advance of %(groups)d groups", "%(n)d advances of %(groups)d groups", len(found))
    return Number(
        _("Advances not justified"),
        amount(sum(a.left for a in found)),
        url("justifications.advances"),
        parts,
        words % {"n": len(found), "groups": groups},
        "bad" if old else "neutral",
    )


def causes(work: Work) -> dict[str, tuple[int, int]]:
    """What is payable now and what holds the other tranches, asked of the tranche engine once a page; nothing for who sees no payment."""
    return by_cause(work) if work.may("disbursement:view") else {}


def held(found: dict[str, tuple[int, int]]) -> list[Held]:
    """The causes that hold tranches, those that hold most first."""
    return [
        Held(cause_words(code), count, total, url("agreements.tranches", cause=code))
        for code, (count, total) in found.items()
        if code != PAYABLE
    ]


def _tranches(found: dict[str, tuple[int, int]]) -> Number:
    count, total = found[PAYABLE]
    others = [pair for code, pair in found.items() if code != PAYABLE]
    words = _("held: %(n)d, %(sum)s")
    facts = {"n": sum(n for n, _sum in others), "sum": amount(sum(held for _n, held in others))}
    return Number(
        _("Tranches payable now"),
        f"{count} · {amount(total)}",
        url("agreements.tranches", cause=PAYABLE),
        (Part(words % facts, "#held"),) if others else (),
        tone="good" if count else "neutral",
    )


def _payments(counts: dict[str, Count]) -> Number:
    failed, loose = counts["failed"], counts["unmatched"]
    words = _("%(label)s: %(value)s") % {"label": loose.label, "value": loose.count}
    return Number(
        failed.label,
        str(failed.count),
        failed.url,
        (Part(f"{words}, {amount(loose.amount_minor)}", loose.url),),
        amount(failed.amount_minor),
        "bad" if failed.count else "good",
    )


def open_calls(work: Work) -> list[OpenCall]:
    """The calls that take files now; one query."""
    if not work.may("application:view"):
        return []
    seen = work.within("application:view", Application)
    filed = func.coalesce(func.sum(case((Application.filed.is_(True), 1), else_=0)), 0)
    statement = (
        select(
            Call.id,
            Call.title,
            filed,
            func.count(Application.id),
            func.coalesce(func.sum(Application.requested_minor), 0),
            Call.envelope_minor,
        )
        .outerjoin(Application, (Application.call_id == Call.id) & seen)
        .where(
            Call.status == "published",
            Call.opens_at <= work.now,
            Call.closes_at > work.now,
            work.within("call:view", Call),
        )
        .group_by(Call.id, Call.title, Call.envelope_minor, Call.closes_at)
        .order_by(Call.closes_at, Call.id)
    )
    return [
        OpenCall(number, title, int(n), int(every) - int(n), int(asked), int(envelope))
        for number, title, n, every, asked, envelope in work.db.execute(statement)
    ]


def _open_calls(calls: list[OpenCall]) -> Number:
    asked, envelope = sum(c.asked_minor for c in calls), sum(c.envelope_minor for c in calls)
    words = _("%(asked)s asked for %(envelope)s")
    note = words % {"asked": amount(asked), "envelope": amount(envelope)}
    return Number(_("Open calls"), str(len(calls)), url("calls.index", state="open"), note=note)


def _field(work: Work, counts: dict[str, Count]) -> Number:
    open_ones = (
        select(func.count())
        .select_from(Grievance)
        .where(
            Grievance.status != "closed",
            grievances.readable(work),
            work.within("grievance:view", Grievance),
        )
    )
    zones = select(func.count()).select_from(ForceMajeure).where(ForceMajeure.lifted_at.is_(None))
    row = work.db.execute(select(open_ones.scalar_subquery(), zones.scalar_subquery())).one()
    parts = [
        Part(
            ngettext("%(n)d closed zone", "%(n)d closed zones", row[1]) % {"n": row[1]},
            url("agreements.force_majeure"),
        )
    ]
    if work.may("grievance:view"):
        words = ngettext("%(n)d open complaint", "%(n)d open complaints", row[0]) % {"n": row[0]}
        parts.insert(0, Part(words, url("grievances.index", open="yes")))
    return Number(counts["visits"].label, str(counts["visits"].count), counts["visits"].url, tuple(parts))
