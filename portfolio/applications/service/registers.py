"""The register of filings, closed at the hour by two people (R15), and what is logged around a file."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from portfolio.applications import pdf, queries
from portfolio.applications.forms import CloseRegisterForm, ContactForm
from portfolio.applications.models import Application, CallRegister, Contact, FilingReceipt
from portfolio.calls.models import Call
from portfolio.documents import service as documents
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import CALL_REGISTER
from portfolio.work import Work


def close_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """A register is closed once, and never before the hour."""
    if call.status != "published" or work.now <= call.closes_at:
        yield Refusal(
            "before_the_hour",
            _("The register is closed at the deadline, %(moment)s, not before.")
            % {"moment": datetime_text(call.closes_at)},
        )
    if queries.register(work, call) is not None:
        yield Refusal(
            "already_closed",
            _("This register was already read and closed by a first person."),
            _("A second person confirms the closing from the page of the register."),
        )


def close_register(work: Work, call: Call, form: CloseRegisterForm) -> CallRegister:
    """The agent reads the last number in time and closes the register; a witness confirms it."""
    work.hold(call)
    refuse(close_obstacles(work, call))
    last = work.db.scalar(
        select(func.max(FilingReceipt.number)).where(
            FilingReceipt.call_id == call.id, FilingReceipt.late.is_(False)
        )
    )
    register = CallRegister(
        call_id=call.id,
        reference=work.number("register", "call_register"),
        place=form.place,
        last_number=last or 0,
        observations=form.observations,
        closed_by_id=work.actor.id,
        closed_at=work.now,
        status="proposed",
    )
    return work.create(
        register, "call_register:proposed", permission="filing:receive", data={"last_number": last or 0}
    )


def witness_register(work: Work, register: CallRegister) -> CallRegister:
    """A second person witnesses the closing: the register is printed, « Arrêté le présent registre au n° … »."""
    work.hold(register)
    call = work.hold(work.db.get_one(Call, register.call_id))
    work.advance(CALL_REGISTER, register, "witness")
    call.register_closed_at = work.now
    work.db.flush()
    work.record("call:register_closed", call, data={"last_number": register.last_number})
    documents.issue(
        work,
        kind="filing_register",
        reference=register.reference,
        title=_("Register of filings, closed at no. %(number)d") % {"number": register.last_number},
        subject=call,
        facts=queries.register_facts(work, call, register),
        draw=pdf.register_pdf,
    )
    return register


def log_contact(work: Work, application: Application, form: ContactForm) -> Contact:
    """A call, message or visit about a file: channel, person, result."""
    work.hold(application)
    work.require("contact:log", application)
    contact = Contact(
        application_id=application.id,
        at=work.now,
        channel=form.channel,
        person=form.person,
        result=form.result,
        by_id=work.actor.id,
    )
    work.db.add(contact)
    work.db.flush()
    work.record("application:contacted", application, data={"channel": form.channel})
    return contact


def take(work: Work, application: Application, officer_id: int) -> Application:
    """Put a file in the charge of an officer: one by one, or in bulk when somebody leaves."""
    work.hold(application)
    work.edit(application, "application:taken", permission="application:screen", officer_id=officer_id)
    return application


def mark_grant_closed(work: Work, application: Application) -> Application:
    """The grant that came of this file is over: its group may be granted another (pushed by the room that closes or ends it). Once."""
    work.hold(application)
    if application.grant_closed_at is not None:
        return application
    application.grant_closed_at = work.now
    application.version += 1
    work.db.flush()
    work.record("application:grant_closed", application)
    return application
