"""Facts of the papers: plain JSON, so that a reprint draws the same paper from the same facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.applications.models import Application, CallRegister, FilingReceipt
from portfolio.applications.queries import files
from portfolio.calls.models import Call
from portfolio.documents.reference import letterhead
from portfolio.kit.text import phone_text
from portfolio.places.models import Place
from portfolio.work import Work


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def receipt_facts(work: Work, application: Application, receipt: FilingReceipt) -> dict[str, Any]:
    """What the récépissé says (document 2): order number, hour, depositor, sum, papers ticked, what happens next."""
    call, group = files.call_of(work, application), files.group_of(work, application)
    place = work.db.get_one(Place, group.place_id)
    names = work.around.names_of(work.db, [receipt.received_by_id] if receipt.received_by_id else [])
    return {
        "letterhead": letterhead(receipt.received_at.date()),
        "call": {"code": call.code, "title": call.title, "closes_at": call.closes_at.isoformat()},
        "application": application.reference,
        "number": receipt.number,
        "received_at": receipt.received_at.isoformat(),
        "late": receipt.late,
        "channel": receipt.channel,
        "place": receipt.place,
        "group": group.name,
        "group_code": group.code,
        "commune": files.place_words(work, place),
        "depositor": receipt.depositor,
        "capacity": receipt.depositor_capacity,
        "phone": phone_text(receipt.depositor_phone),
        "requested_minor": receipt.requested_minor,
        "currency": application.amount_currency,
        "envelopes": receipt.envelopes,
        "pieces": receipt.pieces,
        "agent": names.get(receipt.received_by_id or 0, ""),
        "follow_up_code": receipt.follow_up_code,
        "pieces_by": _iso(call.pieces_by),
        "notification_on": _iso(call.notification_on),
    }


def register_facts(work: Work, call: Call, register: CallRegister) -> dict[str, Any]:
    """What the register of filings says: every récépissé in order, and who closed it at what hour."""
    people = [p for p in (register.closed_by_id, register.witnessed_by_id) if p]
    names = work.around.names_of(work.db, people)
    witnessed = register.witnessed_at
    return {
        "letterhead": letterhead(register.closed_at.date()),
        "call": {"code": call.code, "title": call.title, "closes_at": call.closes_at.isoformat()},
        "place": register.place,
        "closed_at": register.closed_at.isoformat(),
        "witnessed_at": witnessed.isoformat() if witnessed else None,
        "agent": names.get(register.closed_by_id or 0, ""),
        "witness": names.get(register.witnessed_by_id or 0, ""),
        "last_number": register.last_number,
        "observations": register.observations,
        "rows": [
            {
                "number": receipt.number,
                "received_at": receipt.received_at.isoformat(),
                "reference": receipt.reference,
                "group": group,
                "commune": commune,
                "depositor": receipt.depositor,
                "requested_minor": receipt.requested_minor,
                "envelopes": receipt.envelopes,
                "channel": receipt.channel,
                "late": receipt.late,
            }
            for receipt, _application, group, commune in files.filings(work, call)
        ],
    }
