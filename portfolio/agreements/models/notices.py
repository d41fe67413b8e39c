"""Mises en demeure: what is due, how it was sent, when it was received, from when its delay runs (R11)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Currency, Id, Label, Long, Minor, Moment, Ref, status_check
from portfolio.rulebook.lifecycles.agreements import FORMAL_NOTICE

GROUNDS = ("unjustified", "breach")
"""An advance that is not justified, or another fault."""
MEANS = ("hand", "post", "bailiff", "authority")
OUTCOMES = ("received", "refused", "unclaimed")


class FormalNotice(Base):
    """One letter that puts a group on notice; its delay runs from the day it was received, refused or found unclaimed, never from its
    sending (R11)."""

    __tablename__ = "formal_notice"
    __table_args__ = (
        status_check(FORMAL_NOTICE),
        CheckConstraint("ground IN ('unjustified', 'breach')", name="ground_known"),
        CheckConstraint("means IN ('hand', 'post', 'bailiff', 'authority')", name="means_known"),
        CheckConstraint("outcome IN ('', 'received', 'refused', 'unclaimed')", name="outcome_known"),
        CheckConstraint("delay_days > 0 AND due_minor >= 0", name="delay_positive"),
        CheckConstraint("(outcome = '') = (received_on IS NULL)", name="outcome_dated"),
        CheckConstraint(
            "received_on IS NULL OR (received_on >= sent_on AND expires_on > received_on)",
            name="dates_in_order",
        ),
        CheckConstraint(
            "status NOT IN ('served', 'answered') OR received_on IS NOT NULL", name="served_is_dated"
        ),
        Index("ix_formal_notice_agreement", "agreement_id", "id"),
        Index("ix_formal_notice_status", "status", "id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    tranche_id: Mapped[Ref | None] = mapped_column(ForeignKey("tranche.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    ground: Mapped[Code]
    demand: Mapped[Long]
    """What the group must do."""
    article: Mapped[Label] = mapped_column(default="")
    due_minor: Mapped[Minor] = mapped_column(default=0)
    """What was left to justify the day it was sent."""
    amount_currency: Mapped[Currency]
    delay_days: Mapped[int]
    means: Mapped[Code]
    sent_on: Mapped[date]
    status: Mapped[Code] = mapped_column(default="sent")
    sent_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Moment]
    outcome: Mapped[Code] = mapped_column(default="")
    received_on: Mapped[date | None]
    received_by: Mapped[Label] = mapped_column(default="")
    expires_on: Mapped[date | None]
    """Last day of the delay: the receipt plus `delay_days`."""
    receipt_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    """The acknowledgement, the postal slip or the bailiff's record."""
    served_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    served_at: Mapped[Moment | None]
    replied_on: Mapped[date | None]
    reply: Mapped[Long] = mapped_column(default="")
    follow_up: Mapped[Long] = mapped_column(default="")
    """What the institution does with the answer."""
    answered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]
    lifted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[Moment | None]
