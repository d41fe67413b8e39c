"""Files that came in and papers that went out."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Id, JsonType, Label, Moment, Ref


class Document(Base):
    """An uploaded file, kept on disk under its SHA-256; the original name is data only (U08)."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_subject", "subject_type", "subject_id"),
        Index("ix_document_sha256", "sha256"),
    )

    id: Mapped[Id]
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    kind: Mapped[Code]
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[Moment]


class Paper(Base):
    """A printed paper as issued: its reference, the facts it was drawn from, their fingerprint, and the hash of its bytes."""

    __tablename__ = "paper"
    __table_args__ = (
        Index("ix_paper_subject", "subject_type", "subject_id"),
        Index("ix_paper_sha256", "sha256"),
        UniqueConstraint("reference", "edition", name="uq_paper_edition"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    reference: Mapped[str] = mapped_column(String(40))
    edition: Mapped[int] = mapped_column(default=1)
    title: Mapped[Label]
    subject_type: Mapped[Code]
    subject_id: Mapped[Ref]
    fingerprint: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    facts: Mapped[dict[str, object]] = mapped_column(JsonType)
    issued_at: Mapped[Moment]
    issued_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))


COPIES = ("original", "certified", "duplicate")


class PaperCopy(Base):
    """One original, certified copy or duplicata of an issued paper (F11): who made it, why, and the bytes that were given."""

    __tablename__ = "paper_copy"
    __table_args__ = (
        UniqueConstraint("paper_id", "kind", "number", name="uq_paper_copy_number"),
        CheckConstraint("kind IN ('original', 'certified', 'duplicate')", name="kind_known"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("kind <> 'duplicate' OR reason <> ''", name="duplicate_has_reason"),
    )

    id: Mapped[Id]
    paper_id: Mapped[Ref] = mapped_column(ForeignKey("paper.id"))
    kind: Mapped[Code]
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(500))
    """What is printed at the head of each page."""
    given_to: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[Label] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    made_at: Mapped[Moment]
    made_by_id: Mapped[Ref] = mapped_column(ForeignKey("person.id"))
