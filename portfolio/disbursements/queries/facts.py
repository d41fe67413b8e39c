"""What the page of a payment shows: the chain as steps, figures, conditions, earlier and later tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portfolio.accounts.queries import visa_required
from portfolio.agreements import queries as agreements
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.queries.deductions import deductions
from portfolio.disbursements.queries.receipts import puts_thumbprint
from portfolio.disbursements.queries.records import (
    agreement_of,
    content_of,
    figures,
    follower,
    rejections,
    tranche_of,
)
from portfolio.disbursements.reference import ACCOUNT_WORDS, CAUSE_WORDS, CHANNEL_OF, causes
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.groups.reference import wallet_ceiling
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import last4
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


@dataclass(frozen=True)
class Step:
    """One signature of the chain: who gave it and when, or who is next."""

    label: str
    state: str
    """done, next, later or absent"""
    who: str = ""
    function: str = ""
    at: datetime | None = None
    awaiting: str = ""


_CHAIN = (
    ("requested", "disbursement:request", ("requested",)),
    ("liquidated", "disbursement:liquidate", ("liquidated",)),
    ("visaed", "disbursement:visa", ("visaed",)),
    ("ordered", "disbursement:order", ("ordered", "sent")),
    ("paid", "disbursement:pay", ("paid",)),
)


def step_words() -> dict[str, str]:
    """The links of the chain, as people call them."""
    return {
        "requested": _("Request"),
        "liquidated": _("Liquidation"),
        "visaed": _("Controller's visa"),
        "ordered": _("Payment order"),
        "paid": _("Payment"),
    }


def steps(work: Work, d: Disbursement, persons: dict[int, Any]) -> list[Step]:
    """The chain drawn as steps: done by whom and when, next by which role."""
    controller = d.visaed_by_id is not None or visa_required(work)
    ended = d.status in ("failed", "rejected")
    found: list[Step] = []
    waiting = False
    for code, permission, _statuses in _CHAIN:
        label = step_words()[code]
        person = persons.get(getattr(d, f"{code}_by_id") or 0)
        at = getattr(d, f"{code}_at")
        if code == "visaed" and not controller:
            found.append(Step(label, "absent", awaiting=_("The institution has no controller")))
        elif person is not None and at is not None:
            found.append(Step(label, "done", person.full_name, person.function, at))
        elif waiting or ended:
            found.append(Step(label, "later", awaiting=who_may(permission)))
        else:
            waiting = True
            found.append(Step(label, "next", awaiting=who_may(permission)))
    return found


def seen(work: Work, d: Disbursement) -> dict[str, Any]:
    """What a page that shows this payment lets its reader confirm; the fields of `OrderForm` (M16)."""
    return {
        "content_hash": d.content_hash,
        "amount_seen": d.amount_minor,
        "remaining_seen": figures(work, d).left,
    }


def facts(work: Work, d: Disbursement) -> dict[str, Any]:
    """The page of a payment."""
    agreement, tranche = agreement_of(work, d), tranche_of(work, d)
    refusals = rejections(work, d) if d.rejected_at else []
    persons = agreements.people(
        work,
        [d.requested_by_id, d.liquidated_by_id, d.visaed_by_id, d.ordered_by_id, d.paid_by_id, d.sent_by_id]
        + [r.rejected_by_id for r, _a in refusals]
        + [a.requisitioned_by_id for _r, a in refusals if a is not None],
    )
    parties = agreements.parties(work, agreement)
    snap = agreements.snapshot(work, agreement)
    own = next(t for t in snap.tranches if t.id == tranche.id)
    ceiling = wallet_ceiling(d.country, work.today) if d.account_kind == "mobile" else None
    may_read = work.may("group_account:view_number", d)
    table = figures(work, d)
    return {
        "d": d,
        "agreement": agreement,
        "tranche": tranche,
        "parties": parties,
        "figures": table,
        "deductions": deductions(work, d),
        "steps": steps(work, d, persons),
        "persons": persons,
        "refusals": refusals,
        "cause_words": {code: _(words) for code, words in CAUSE_WORDS.items()},
        "causes": [(code, _(CAUSE_WORDS[code])) for code in causes(work.today)],
        "conditions": [
            (c, agreements.words(c, tranche.number), agreements.is_met(snap, own, c))
            for c in snap.conditions.get(tranche.id, [])
        ],
        "seen": {
            "content_hash": d.content_hash,
            "amount_seen": d.amount_minor,
            "remaining_seen": table.left,
        },
        "changed": bool(d.content_hash)
        and d.status in ("liquidated", "visaed", "ordered", "sent")
        and content_of(work, d) != d.content_hash,
        "account_words": _(ACCOUNT_WORDS[d.account_kind]),
        "account_number": d.account_number if may_read else last4(d.account_number),
        "over_ceiling": ceiling if ceiling and d.amount_minor > ceiling.ceiling_minor else None,
        "before": work.db.get(Disbursement, d.follows_id) if d.follows_id else None,
        "after": follower(work, d) if d.status in ("failed", "rejected") else None,
        "treasury": work.db.get(TreasuryAccount, d.treasury_account_id) if d.treasury_account_id else None,
    }


def pay_facts(work: Work, d: Disbursement) -> dict[str, Any]:
    """The same, with the accounts a payment may leave from."""
    from portfolio.funds import queries as funds

    agreement = agreement_of(work, d)
    options = funds.treasury_options(work, work.db.get_one(Fund, agreement.fund_id))
    options = [t for t in options if CHANNEL_OF[t.kind] == CHANNEL_OF[d.account_kind]]
    return {
        "treasuries": options,
        "accounts": agreements.accounts(work, d.group_id),
        "thumbprint": d.account_kind == "cash" and puts_thumbprint(work, d, d.received_by),
    }


def queues(work: Work) -> list[dict[str, Any]]:
    """« à liquider, à viser, à ordonnancer, à payer »: how many, how much, since when; one query."""
    statement = (
        select(
            Disbursement.status,
            func.count(),
            func.sum(Disbursement.amount_minor),
            func.min(Disbursement.requested_at),
        )
        .where(work.within("disbursement:view", Disbursement))
        .group_by(Disbursement.status)
    )
    by_status = {row[0]: row[1:] for row in work.db.execute(statement)}
    controller = visa_required(work)
    wanted: list[tuple[str, str, tuple[str, ...], str]] = [
        ("liquidate", _("To liquidate"), ("requested",), "disbursement:liquidate")
    ]
    if controller:
        wanted.append(("visa", _("To visa"), ("liquidated",), "disbursement:visa"))
    ready = ("visaed",) if controller else ("liquidated", "visaed")
    wanted += [
        ("order", _("To order"), ready, "disbursement:order"),
        ("pay", _("To pay"), ("ordered", "sent"), "disbursement:pay"),
    ]
    return [
        {
            "code": code,
            "label": label,
            "count": sum(by_status[s][0] for s in statuses if s in by_status),
            "amount_minor": sum(int(by_status[s][1]) for s in statuses if s in by_status),
            "since": min((by_status[s][2] for s in statuses if s in by_status), default=None),
            "mine": work.may(permission),
        }
        for code, label, statuses, permission in wanted
    ]
