"""Files: what was asked, by whom, with which papers, and how it came in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    Json,
    JsonList,
    Label,
    Long,
    Minor,
    Moment,
    Ref,
    distinct_people,
    status_check,
)
from portfolio.rulebook.lifecycles.applications import APPLICATION, CALL_REGISTER

CHANNELS = ("online", "paper", "file")
CONTACT_CHANNELS = ("phone", "message", "visit", "letter", "counter")
PIECE_STATES = ("absent", "present", "illegible", "expired", "nonconforming", "waived", "not_needed")


class Application(Base):
    """A dossier. Amounts are the totals of its budget lines, kept by the service that saves them."""

    __tablename__ = "application"
    __table_args__ = (
        status_check(APPLICATION),
        CheckConstraint(
            "requested_minor >= 0 AND own_cash_minor >= 0 AND own_kind_minor >= 0", name="amounts_positive"
        ),
        CheckConstraint("channel IN ('online', 'paper', 'file')", name="channel_known"),
        # The last two columns let the number and the sum of a filter be read from the index alone.
        Index("ix_application_list", "submitted_at", "id", "filed", "requested_minor"),
        Index("ix_application_status", "status", "submitted_at", "id", "filed", "requested_minor"),
        Index(
            "ix_application_call_status",
            "call_id",
            "status",
            "submitted_at",
            "id",
            "filed",
            "requested_minor",
        ),
        Index("ix_application_call", "call_id", "submitted_at", "id", "filed", "requested_minor"),
        Index("ix_application_officer", "officer_id", "submitted_at", "id", "filed", "requested_minor"),
        Index("ix_application_requested", "requested_minor", "id"),
        Index("ix_application_group", "group_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    place_id: Mapped[Ref] = mapped_column(ForeignKey("place.id"))
    country: Mapped[str] = mapped_column(String(2))
    channel: Mapped[Code]
    title: Mapped[Label] = mapped_column(default="")
    search: Mapped[str] = mapped_column(String(700), default="")
    """Reference, title, group and place folded, for searching without accents."""
    answers: Mapped[Json] = mapped_column(default=dict)
    """What was typed on each page of the form, by page."""
    pages_saved: Mapped[JsonList] = mapped_column(default=list)
    saved_at: Mapped[Moment | None]
    months: Mapped[int] = mapped_column(default=0)
    requested_minor: Mapped[Minor] = mapped_column(default=0)
    own_cash_minor: Mapped[Minor] = mapped_column(default=0)
    own_kind_minor: Mapped[Minor] = mapped_column(default=0)
    amount_currency: Mapped[Currency]
    officer_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    """The grants officer in charge."""
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    entered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[Moment | None]
    """When the form was complete: at filing online, after the counter deposit on paper (R15)."""
    submitted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[Moment]
    """The hour of filing; until then, of opening, so that lists have one order."""
    filed: Mapped[bool] = mapped_column(default=False)
    admitted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    admitted_at: Mapped[Moment | None]
    screened_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    screened_at: Mapped[Moment | None]
    grant_closed_at: Mapped[Moment | None]
    """When the grant that came of it was closed or ended: said by the room that closes it, read when the group applies again."""
    status: Mapped[Code] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)


class BudgetItem(Base):
    """A line of the proposed budget: S paid by the grant, N own contribution in cash, V own contribution in kind, valued."""

    __tablename__ = "budget_item"
    __table_args__ = (
        CheckConstraint("source IN ('S', 'N', 'V')", name="source_known"),
        CheckConstraint(
            "quantity > 0 AND unit_minor > 0 AND amount_minor = quantity * unit_minor", name="arithmetic"
        ),
        Index("ix_budget_item_application", "application_id", "position"),
    )

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    position: Mapped[int]
    label: Mapped[Label]
    unit: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[int]
    unit_minor: Mapped[Minor]
    amount_minor: Mapped[Minor]
    source: Mapped[str] = mapped_column(String(1))


class Piece(Base):
    """One required paper of one file: its state as checked, and the document when it is here."""

    __tablename__ = "piece"
    __table_args__ = (
        UniqueConstraint("application_id", "code", name="uq_piece_code"),
        CheckConstraint(
            "state IN ('absent', 'present', 'illegible', 'expired', 'nonconforming', 'waived', 'not_needed')",
            name="state_known",
        ),
    )

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    code: Mapped[Code]
    label: Mapped[Label]
    position: Mapped[int]
    state: Mapped[Code] = mapped_column(default="absent")
    note: Mapped[Label] = mapped_column(default="")
    document_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    checked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[Moment | None]


class FilingReceipt(Base):
    """The récépissé de dépôt: an order number in the register of the call, gapless, and the hour (R15, document 2)."""

    __tablename__ = "filing_receipt"
    __table_args__ = (UniqueConstraint("call_id", "number", name="uq_filing_receipt_number"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    received_at: Mapped[Moment]
    late: Mapped[bool]
    channel: Mapped[Code]
    place: Mapped[Label]
    depositor: Mapped[Label]
    depositor_capacity: Mapped[Label] = mapped_column(default="")
    depositor_phone: Mapped[str] = mapped_column(String(20), default="")
    requested_minor: Mapped[Minor] = mapped_column(default=0)
    envelopes: Mapped[int] = mapped_column(default=1)
    pieces: Mapped[JsonList] = mapped_column(default=list)
    received_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    follow_up_code: Mapped[str] = mapped_column(String(20))


class CallRegister(Base):
    """The register of filings of a call, closed at the hour by an agent and a witness; `last_number` is what was read aloud."""

    __tablename__ = "call_register"
    __table_args__ = (
        status_check(CALL_REGISTER),
        distinct_people("closed_by_id", "witnessed_by_id"),
        CheckConstraint("last_number >= 0", name="last_number_positive"),
    )

    id: Mapped[Id]
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"), unique=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    place: Mapped[Label]
    last_number: Mapped[int]
    observations: Mapped[Long] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="proposed")
    closed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment]
    witnessed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    witnessed_at: Mapped[Moment | None]


class Contact(Base):
    """A call, message or visit about a file, logged in ten seconds (institution 3.2)."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_application", "application_id"),)

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    at: Mapped[Moment]
    channel: Mapped[Code]
    person: Mapped[Label] = mapped_column(default="")
    result: Mapped[Long]
    by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))


class PieceRequest(Base):
    """The letter that asks for papers: one deadline for all in the same case, its receipt, its answer (document 3, R11)."""

    __tablename__ = "piece_request"
    __table_args__ = (Index("ix_piece_request_application", "application_id"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    due_on: Mapped[date]
    items: Mapped[JsonList]
    """[{code, label, state, why, expected}]"""
    sent_at: Mapped[Moment]
    sent_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    received_on: Mapped[date | None]
    received_by: Mapped[Label] = mapped_column(default="")
    received_channel: Mapped[Code] = mapped_column(default="")
    sms: Mapped[str] = mapped_column(String(160), default="")
    """The same request in 160 characters, kept with the letter."""
    answered_on: Mapped[date | None]


class ScreeningFinding(Base):
    """A test of admissibility or eligibility and its outcome, kept as a trail (D5)."""

    __tablename__ = "screening_finding"
    __table_args__ = (Index("ix_screening_finding_application", "application_id"),)

    id: Mapped[Id]
    application_id: Mapped[Ref] = mapped_column(ForeignKey("application.id"))
    kind: Mapped[Code]
    """admissibility or eligibility"""
    code: Mapped[Code]
    met: Mapped[bool]
    computed: Mapped[Label] = mapped_column(default="")
    note: Mapped[Label] = mapped_column(default="")
    by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
