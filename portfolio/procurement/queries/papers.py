"""The facts that the papers of a purchase print: plain data, frozen when they are issued (documents 12 to 15, hand-over)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of
from portfolio.agreements.models import Agreement, Tranche
from portfolio.awards.models import Commitment
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Committee, Session, SessionItem
from portfolio.documents.queries import papers_of
from portfolio.documents.reference import letterhead
from portfolio.funds.models import BudgetLine, Fund
from portfolio.groups.models import Group
from portfolio.kit.text import phone_text
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.procurement.models import GoodsReceipt, Procedure, Quotation, ReceiptLine, Supplier
from portfolio.procurement.queries import records
from portfolio.procurement.queries.accounts import printed_number
from portfolio.work import Work


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None


def frame(work: Work, procedure: Procedure) -> dict[str, Any]:
    """What every paper of a purchase says first."""
    agreement, group, place, call, line, fund, commitment = work.db.execute(
        select(Agreement, Group, Place, Call, BudgetLine, Fund, Commitment)
        .join(Group, Group.id == Agreement.group_id)
        .join(Place, Place.id == Agreement.place_id)
        .join(Call, Call.id == Agreement.call_id)
        .join(BudgetLine, BudgetLine.id == Agreement.budget_line_id)
        .join(Fund, Fund.id == Agreement.fund_id)
        .join(Commitment, Commitment.id == Agreement.commitment_id)
        .where(Agreement.id == procedure.agreement_id)
    ).one()
    tranche = work.db.get(Tranche, procedure.tranche_id) if procedure.tranche_id else None
    return {
        "letterhead": letterhead(work.today),
        "on": work.today.isoformat(),
        "procedure": {
            "reference": procedure.reference,
            "buyer": procedure.buyer,
            "object": procedure.object,
            "need": procedure.need,
            "category": procedure.category,
            "method": procedure.method,
            "source": procedure.method_source,
            "min_invited": procedure.min_invited,
            "min_valid": procedure.min_valid,
            "low_percent": procedure.low_percent,
            "appeal_days": procedure.appeal_days,
            "estimate_minor": procedure.estimate_minor,
            "asked_at": _iso(procedure.asked_at),
            "due_at": _iso(procedure.bids_due_at),
            "bids_place": procedure.bids_place,
            "decided_at": _iso(procedure.decided_at),
            "note": procedure.decision_note,
            "awarded_minor": procedure.awarded_minor,
            "currency": procedure.amount_currency,
        },
        "agreement": {"reference": agreement.reference, "title": agreement.title},
        "call": call.code,
        "group": {
            "name": group.name,
            "place": "" if group.hidden_place else places.path_text(work, place),
            "country": group.country,
        },
        "fund": fund.code,
        "line": line.code,
        "exercice": line.exercice,
        "commitment": commitment.reference,
        "tranche": tranche.number if tranche else None,
    }


def _bid(quotation: Quotation, supplier: Supplier, low: bool = False, account: str = "") -> dict[str, Any]:
    return {
        "id": quotation.id,
        "number": quotation.number,
        "name": supplier.name,
        "address": supplier.address,
        "tax_number": supplier.tax_number,
        "trade_register": supplier.trade_register,
        "account": account,
        "phone": phone_text(supplier.phone),
        "invited_by": quotation.invited_by,
        "invited_at": _iso(quotation.invited_at),
        "received_at": _iso(quotation.received_at),
        "bearer": quotation.bearer,
        "sealed": quotation.sealed,
        "late": quotation.late,
        "papers": list(quotation.papers),
        "read_minor": quotation.read_minor,
        "corrected_minor": quotation.corrected_minor,
        "correction": quotation.correction,
        "tax_included": quotation.tax_included,
        "discount": quotation.discount,
        "guarantee": quotation.guarantee,
        "conforming": quotation.conforming,
        "set_aside_kind": quotation.set_aside_kind,
        "set_aside_reason": quotation.set_aside_reason,
        "delivery_days": quotation.delivery_days,
        "low": low,
        "question": quotation.question,
        "question_on": _iso(quotation.question_on),
        "answer_by": _iso(quotation.answer_by),
        "answer": quotation.answer,
        "answer_on": _iso(quotation.answer_on),
        "rank": quotation.rank,
    }


def _people(work: Work, *ids: int | None) -> dict[int, dict[str, str]]:
    wanted = {i for i in ids if i is not None}
    found: list[Person] = list(work.db.scalars(select(Person).where(Person.id.in_(wanted)))) if wanted else []
    return {p.id: {"name": p.full_name, "function": p.function} for p in found}


def _commission(work: Work, procedure: Procedure) -> dict[str, str]:
    """The commission that opens the bids of the institution, and the act that made it; a group's comité d'achat has none."""
    found = (
        work.db.scalars(
            select(Committee).where(Committee.kind == "procurement").order_by(Committee.id).limit(1)
        ).first()
        if procedure.buyer == "authority"
        else None
    )
    return {"name": found.name if found else "", "act": found.act if found else ""}


def opening_facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """Document 12: hours, hands, prices read aloud, late bids returned, who was there, the two who opened."""
    people = _people(work, procedure.opening_by_id, procedure.opened_by_id)
    return {
        **frame(work, procedure),
        "opened_at": _iso(procedure.opened_at),
        "closed_at": _iso(procedure.opening_closed_at or work.now),
        "place": procedure.opening_place,
        "people": procedure.opening_people,
        "remarks": procedure.opening_remarks,
        "commission": _commission(work, procedure),
        "openers": [people[i] for i in (procedure.opening_by_id, procedure.opened_by_id) if i in people],
        "bids": [_bid(q, s) for q, s in records.bids(work, procedure)],
    }


def comparison(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The bids and the unit prices line by line, beside the estimate."""
    prices: dict[int, dict[int, tuple[int, int]]] = {}
    for row in records.bid_lines(work, procedure):
        prices.setdefault(row.line_id, {})[row.quotation_id] = (row.unit_minor, row.stated_minor)
    return {
        "bids": [_bid(q, s, records.is_low(procedure, q)) for q, s in records.bids(work, procedure)],
        "lines": [
            {
                "label": line.label,
                "unit": line.unit,
                "quantity": line.quantity,
                "estimated_minor": line.estimated_minor,
                "prices": {
                    str(number): {
                        "unit_minor": unit,
                        "amount_minor": unit * line.quantity,
                        "stated_minor": stated,
                    }
                    for number, (unit, stated) in prices.get(line.id, {}).items()
                },
            }
            for line in records.lines(work, procedure)
        ],
    }


def _session(work: Work, item: SessionItem, session: Session) -> dict[str, Any]:
    committee = work.db.get_one(Committee, session.committee_id)
    people = committees.attendance(work, session)
    declared = committees.conflicted_people(work, "procedure", [item.subject_id]).get(item.subject_id, set())
    out = {r.person_id: r for r, _name in committees.recusals(work, session) if r.item_id == item.id}
    return {
        "committee": committee.name,
        "act": committee.act,
        "reference": session.reference,
        "scheduled_at": _iso(session.scheduled_at),
        "opened_at": _iso(session.opened_at),
        "closed_at": _iso(session.closed_at),
        "place": session.place,
        "room": session.room,
        "quorum": session.quorum,
        "voices": item.voices_present,
        "people": [
            {
                "name": p.name,
                "function": p.function,
                "structure": p.structure,
                "voice": p.voice,
                "came": p.came,
            }
            for p in people
        ],
        "links": [
            {
                "name": p.name,
                "out_at": _iso(out[p.person_id].out_at) if p.person_id in out else None,
                "in_at": _iso(out[p.person_id].in_at) if p.person_id in out else None,
                "reason": out[p.person_id].reason if p.person_id in out else "",
            }
            for p in people
            if p.person_id in declared or p.person_id in out
        ],
        "proposal": item.proposal,
        "proposed_minor": item.proposed_minor,
        "reason": item.reason,
        "votes": [item.votes_for, item.votes_against, item.abstentions],
        "casting": item.casting,
        "dissent": item.dissent,
    }


def award_facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """Document 13: examination, arithmetic, comparison, ranking, proposal and votes; or « infructueux » with its reason."""
    latest = records.latest_item(work, procedure)
    people = _people(work, procedure.compared_by_id, procedure.opening_by_id, procedure.opened_by_id)
    return {
        **frame(work, procedure),
        **comparison(work, procedure),
        "fruitless": procedure.status == "fruitless",
        "retained_id": procedure.retained_id,
        "opened_at": _iso(procedure.opened_at),
        "compared_at": _iso(procedure.compared_at),
        "examiners": list(people.values()),
        "session": _session(work, *latest) if latest else None,
    }


def session_facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """What is handed to the committee's session: the comparison as rows, so that its minutes may print it."""
    found = records.bids(work, procedure)
    first = next((s.name for q, s in found if q.rank == 1), "")
    about = {"applicant": first, "title": procedure.object, "country": procedure.country, "commune": ""}
    return {
        "reference": procedure.reference,
        "title": procedure.object,
        "currency": procedure.amount_currency,
        "rows": {str(procedure.id): about},
        "comparison": [_bid(q, s, records.is_low(procedure, q)) for q, s in found],
    }


def choice_facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """The decision of a group's comité d'achat, with its pro formas."""
    return {
        **frame(work, procedure),
        **comparison(work, procedure),
        "retained_id": procedure.retained_id,
        "buyers": procedure.buyers,
    }


def _award_number(work: Work, procedure: Procedure) -> dict[str, str | None]:
    for paper in reversed(papers_of(work, procedure)):
        if paper.kind in ("award_minutes", "group_choice"):
            return {"reference": paper.reference, "on": paper.issued_at.date().isoformat()}
    return {"reference": "", "on": _iso(procedure.decided_at.date() if procedure.decided_at else None)}


def order_facts(work: Work, procedure: Procedure) -> dict[str, Any]:
    """Document 14."""
    order = records.order_of(work, procedure)
    assert order is not None
    bid, supplier = next((q, s) for q, s in records.bids(work, procedure) if q.id == procedure.retained_id)
    signer = _people(work, procedure.ordered_by_id)
    return {
        **frame(work, procedure),
        "order": {
            "reference": order.reference,
            "amount_minor": order.amount_minor,
            "delivery_place": order.delivery_place,
            "delivery_on": _iso(order.delivery_on),
            "terms": order.terms,
            "guarantee": order.guarantee,
            "penalty": order.penalty,
            "tax": order.tax,
            "ordered_on": order.ordered_on.isoformat(),
            "signatories": order.signatories,
            "capacity": order.capacity
            or act_of(work, procedure.ordered_by_id, order.ordered_on, "procedure:order"),
        },
        "supplier": _bid(bid, supplier, account=printed_number(work, supplier)),
        "award": _award_number(work, procedure),
        "signer": next(iter(signer.values()), {"name": "", "function": ""}),
        "lines": [
            {
                "label": line.label,
                "specification": line.specification,
                "unit": line.unit,
                "quantity": line.quantity,
                "unit_minor": line.unit_minor,
                "amount_minor": line.amount_minor,
            }
            for line in records.lines(work, procedure)
        ],
    }


def reception_facts(work: Work, procedure: Procedure, receipt: GoodsReceipt) -> dict[str, Any]:
    """Document 15: ordered, delivered, accepted, refused; what may be paid."""
    order = records.order_of(work, procedure)
    assert order is not None
    supplier = work.db.get_one(Supplier, order.supplier_id)
    statement = select(ReceiptLine).where(ReceiptLine.receipt_id == receipt.id)
    counted = {row.line_id: row for row in work.db.scalars(statement)}
    rows = []
    for line in records.lines(work, procedure):
        row = counted.get(line.id)
        rows.append(
            {
                "label": line.label,
                "unit": line.unit,
                "ordered": line.quantity,
                "before": line.accepted - (row.accepted if row else 0),
                "delivered": row.delivered if row else 0,
                "accepted": row.accepted if row else 0,
                "refused": row.refused if row else 0,
                "serials": row.serials if row else "",
                "state": row.state if row else "",
                "payable_minor": (row.accepted if row else 0) * line.unit_minor,
            }
        )
    payable = sum((counted[i].accepted if i in counted else 0) * u for i, u in _prices(work, procedure))
    return {
        **frame(work, procedure),
        "order": {
            "reference": order.reference,
            "ordered_on": order.ordered_on.isoformat(),
            "amount_minor": order.amount_minor,
        },
        "supplier": supplier.name,
        "receipt": receipt_facts(receipt),
        "rows": rows,
        "payable_minor": payable,
        "payable_before_minor": records.payable_minor(work, procedure) - payable,
    }


def _prices(work: Work, procedure: Procedure) -> list[tuple[int, int]]:
    return [(line.id, line.unit_minor) for line in records.lines(work, procedure)]


def receipt_facts(receipt: GoodsReceipt) -> dict[str, Any]:
    """A reception or a hand-over as its paper says it."""
    return {
        "reference": receipt.reference,
        "kind": receipt.kind,
        "received_on": receipt.received_on.isoformat(),
        "recorded_at": receipt.recorded_at.isoformat(),
        "place": receipt.place,
        "act": receipt.act,
        "commission": receipt.commission,
        "delivery_note": receipt.delivery_note,
        "tests": receipt.tests,
        "reserves": receipt.reserves,
        "reserves_until": _iso(receipt.reserves_until),
        "recipients": receipt.recipients,
        "rules": receipt.rules,
        "thumbprints": receipt.thumbprints,
    }
