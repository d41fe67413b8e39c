"""Formal notices: what was sent, what its receipt is, whether its delay is over (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from portfolio.accounts.queries import act_of, head_of
from portfolio.agreements.models import Agreement, FormalNotice, Tranche
from portfolio.agreements.queries.papers import place_words
from portfolio.agreements.queries.records import parties
from portfolio.agreements.queries.stops import pushed, stops
from portfolio.documents import queries as documents
from portfolio.documents.reference import institution, letterhead
from portfolio.groups.queries import officers
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def get_notice(work: Work, number: int) -> FormalNotice:
    """The notice with this id; NotFound outside scope."""
    return work.fetch(FormalNotice, number, "agreement:view")


def notices_of(work: Work, agreement: Agreement) -> list[FormalNotice]:
    """The notices of an agreement, oldest first."""
    statement = select(FormalNotice).where(FormalNotice.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(FormalNotice.id)))


def unjustified_minor(work: Work, tranche: Tranche) -> int:
    """What the ledger still carries as an advance on a tranche, in minor units."""
    return max(0, ledger.net(work.db, ["409"], tranche=tranche.code))


def last_day(work: Work, notice: FormalNotice) -> date | None:
    """The last day of the delay: it runs from the receipt, and not on days of force majeure in the zone (R18). None before the receipt."""
    if notice.expires_on is None or notice.received_on is None:
        return None
    agreement = work.db.get_one(Agreement, notice.agreement_id)
    return pushed(stops(work, agreement.place_id), notice.received_on, notice.expires_on, work.today)


def is_over(work: Work, notice: FormalNotice) -> bool:
    """Whether the delay has run out since the receipt."""
    if notice.status not in ("served", "answered"):
        return False
    last = last_day(work, notice)
    return last is not None and last < work.today


def expired_notice(work: Work, agreement: Agreement, tranche: Tranche | None = None) -> FormalNotice | None:
    """The last notice whose delay is over: of this tranche or of the whole agreement; of any tranche when none is named."""
    found = [n for n in notices_of(work, agreement) if is_over(work, n) and _concerns(n, tranche)]
    return found[-1] if found else None


def _concerns(notice: FormalNotice, tranche: Tranche | None) -> bool:
    return tranche is None or notice.tranche_id in (None, tranche.id)


def notice_refusals(
    work: Work, agreement: Agreement, tranche: Tranche | None = None, only: FormalNotice | None = None
) -> Iterator[Refusal]:
    """Nothing when a formal notice has run its delay; else what is missing: the letter, its receipt, or days (R11). `only` is the one chosen."""
    alive = [n for n in notices_of(work, agreement) if n.status != "lifted" and _concerns(n, tranche)]
    if only is not None:
        alive = [n for n in alive if n.id == only.id]
    if any(is_over(work, n) for n in alive):
        return
    who = who_may("formal_notice:send")
    served = [n for n in alive if n.expires_on is not None]
    if served:
        last = min(served, key=lambda n: n.expires_on or work.today)
        ends = last_day(work, last) or work.today
        yield Refusal(
            "notice_running",
            _("The delay of formal notice %(n)s runs until %(day)s.")
            % {"n": last.reference, "day": date_text(ends)},
            way_out=_("Wait for the end of the delay, or for the answer of the group."),
            who=who,
            url=f"/agreements/notices/{last.id}",
        )
    elif alive:
        yield Refusal(
            "notice_not_served",
            _("Nobody knows whether formal notice %(n)s was received: its delay does not run yet.")
            % {"n": alive[-1].reference},
            way_out=_("Record its receipt, its refusal, or that it was not claimed."),
            who=who,
            url=f"/agreements/notices/{alive[-1].id}",
        )
    else:
        yield Refusal(
            "notice_missing",
            _("No formal notice was sent to the group for this."),
            way_out=_("Send a formal notice, and let its delay run from the day it is received."),
            who=who,
            url=f"/agreements/{agreement.id}/notices/new"
            if work.may("formal_notice:send", agreement)
            else f"/agreements/{agreement.id}",
        )


def notice_page(work: Work, notice: FormalNotice) -> dict[str, Any]:
    """All that the page of a notice shows."""
    agreement = work.db.get_one(Agreement, notice.agreement_id)
    people = [notice.sent_by_id, notice.served_by_id, notice.answered_by_id, notice.lifted_by_id]
    return {
        "notice": notice,
        "agreement": agreement,
        "tranche": work.db.get(Tranche, notice.tranche_id) if notice.tranche_id else None,
        "parties": parties(work, agreement),
        "names": work.around.names_of(work.db, [p for p in people if p]),
        "over": is_over(work, notice),
        "last_day": last_day(work, notice),
        "documents": documents.shown(work, notice),
    }


def notice_facts(work: Work, notice: FormalNotice) -> dict[str, Any]:
    """All that the mise en demeure prints: what is due, since when, the article, the delay, what follows."""
    agreement = work.db.get_one(Agreement, notice.agreement_id)
    tranche = work.db.get(Tranche, notice.tranche_id) if notice.tranche_id else None
    found = parties(work, agreement)
    president = next((o.full_name for o in officers(work, found.group) if o.office == "president"), "")
    house, signer = institution(notice.sent_on), head_of(work)
    paid_on = tranche.paid_on if tranche else None
    return {
        "letterhead": letterhead(notice.sent_on),
        "on": notice.sent_on.isoformat(),
        "head": house.get("head", ""),
        "signer": signer.full_name if signer else "",
        "signer_act": act_of(work, signer.id, notice.sent_on) if signer else "",
        "complaints": house.get("complaints", ""),
        "call": found.call.code,
        "agreement": agreement.reference,
        "agreement_on": agreement.signed_at.date().isoformat() if agreement.signed_at else None,
        "title": agreement.title,
        "group": found.group.name,
        "president": president,
        "place": place_words(work, found.place),
        "ground": notice.ground,
        "demand": notice.demand,
        "article": notice.article,
        "means": notice.means,
        "tranche": tranche.number if tranche else None,
        "paid_on": paid_on.isoformat() if paid_on else None,
        "paid_minor": tranche.paid_minor if tranche else 0,
        "left_minor": notice.due_minor,
        "days": (notice.sent_on - paid_on).days if paid_on else 0,
        "delay_days": notice.delay_days,
        "until": (notice.sent_on + timedelta(days=notice.delay_days)).isoformat(),
        "currency": agreement.amount_currency,
    }


documents.owner("formal_notice", get_notice)
