"""What happens to agreements: records that show conditions, amendments, suspensions, force majeure."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
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
from portfolio.rulebook.lifecycles.agreements import AMENDMENT

PROVEN = (
    "own_contribution",
    "report",
    "training",
    "opinion",
    "document",
    "works_contract",
    "no_reserve",
)
"""Kinds of condition that a `Proof` shows; nobody ticks them (R16)."""

AMENDMENTS = (
    "virement_within",
    "virement",
    "extension",
    "results",
    "schedule",
    "signatory",
    "suspension",
    "termination",
    "other",
)
"""Types of amendment; of each, one open at a time for one agreement (I5)."""
OPEN_AMENDMENT = "status IN ('draft', 'submitted', 'approved')"


class Proof(Base):
    """The true record that shows a condition: what was established, when, where, by whom, and the paper itself (R16).

    A deposit slip, an attendance sheet, an opinion, a contract, a paper handed in. A report counts once another person has accepted it (M2);
    an opinion only when it is favourable; deposits until they reach the own contribution.
    """

    __tablename__ = "condition_proof"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('" + "', '".join(PROVEN) + "')",
            name="kind_known",
        ),
        CheckConstraint("kind <> 'report' OR accepted_by_id <> recorded_by_id", name="report_two_people"),
        CheckConstraint("accepted_at IS NULL OR returned_at IS NULL", name="accepted_or_returned"),
        CheckConstraint("(returned_at IS NULL) = (returned_reason = '')", name="returned_says_why"),
        CheckConstraint("amount_minor IS NULL OR amount_minor > 0", name="amount_positive"),
        CheckConstraint("kind <> 'own_contribution' OR amount_minor IS NOT NULL", name="deposit_has_amount"),
        CheckConstraint(
            "kind <> 'training' OR (attended > 0 AND attended_women >= 0 AND attended_women <= attended AND place <> '')",
            name="training_counted",
        ),
        CheckConstraint(
            "(kind = 'opinion') = (opinion <> '') AND opinion IN ('', 'favourable', 'reserved', 'unfavourable')",
            name="opinion_known",
        ),
        CheckConstraint(
            "from_on IS NULL OR (to_on IS NOT NULL AND from_on <= to_on)", name="period_in_order"
        ),
        Index("ix_condition_proof_condition", "condition_id", "id"),
        UniqueConstraint("condition_id", "document_sha256", name="uq_condition_proof_paper"),
    )

    id: Mapped[Id]
    condition_id: Mapped[Ref] = mapped_column(ForeignKey("tranche_condition.id"))
    kind: Mapped[Code]
    dated_on: Mapped[date]
    number: Mapped[str] = mapped_column(String(100), default="")
    issuer: Mapped[Label] = mapped_column(default="")
    """Who gave it: the bank, the technical service, the trainer, the contractor, the group."""
    place: Mapped[Label] = mapped_column(default="")
    amount_minor: Mapped[Minor | None]
    amount_currency: Mapped[Currency]
    attended: Mapped[int | None]
    attended_women: Mapped[int | None]
    opinion: Mapped[Code] = mapped_column(default="")
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    note: Mapped[Long] = mapped_column(default="")
    document_id: Mapped[Ref] = mapped_column(ForeignKey("document.id"))
    document_sha256: Mapped[str] = mapped_column(String(64))
    """The paper as it was handed in: the same file shows a condition once."""
    recorded_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]
    accepted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[Moment | None]
    returned_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[Moment | None]
    returned_reason: Mapped[Long] = mapped_column(default="")


class Amendment(Base):
    """An avenant: typed, one open of each type, made on a copy in `changes` and merged at signature."""

    __tablename__ = "amendment"
    __table_args__ = (
        status_check(AMENDMENT),
        distinct_people("submitted_by_id", "approved_by_id", "signed_by_id"),
        UniqueConstraint("agreement_id", "number", name="uq_amendment_number"),
        Index(
            "uq_amendment_open", "agreement_id", "kind", unique=True,
            sqlite_where=text(OPEN_AMENDMENT), postgresql_where=text(OPEN_AMENDMENT),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    country: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    kind: Mapped[Code]
    """One of `AMENDMENTS`."""
    act: Mapped[Label] = mapped_column(default="")
    """Opinion or act it rests on, with its number and date, where the type needs one."""
    reason: Mapped[Long]
    changes: Mapped[Json]
    """{"before": …, "after": …}, both whole, so that the paper prints old and new and both sums can be checked."""
    signed_by_group_on: Mapped[date | None]
    signatory_name: Mapped[Label] = mapped_column(default="")
    signatory_function: Mapped[Label] = mapped_column(default="")
    signed_with_thumbprint: Mapped[bool] = mapped_column(default=False)
    reading_language: Mapped[Label] = mapped_column(default="")
    translator: Mapped[Label] = mapped_column(default="")
    witnesses: Mapped[JsonList] = mapped_column(default=list)
    signed_scan_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    """The copy signed by both; the paper issued prints its hash."""
    template_version: Mapped[int] = mapped_column(default=1)
    template_hash: Mapped[str] = mapped_column(String(64), default="")
    """The version of the template in force when the text was settled, and its hash: the paper is always of that version."""
    signed_capacity: Mapped[Label] = mapped_column(default="")
    status: Mapped[Code] = mapped_column(default="draft")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    submitted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[Moment | None]
    approved_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]
    signed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[Moment | None]


class Suspension(Base):
    """Days during which an agreement is suspended by an act: nothing is paid, and its delays do not run (I7)."""

    __tablename__ = "agreement_suspension"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        Index(
            "uq_agreement_suspension_open", "agreement_id", unique=True,
            sqlite_where=text("ends_on IS NULL"), postgresql_where=text("ends_on IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    act: Mapped[Label]
    reason: Mapped[Long]
    document_id: Mapped[Ref | None] = mapped_column(ForeignKey("document.id"))
    suspended_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    suspended_at: Mapped[Moment]
    resumed_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    resumed_at: Mapped[Moment | None]
