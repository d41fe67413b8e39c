"""Suppliers, purchase files, quotations, orders, receptions, hand-overs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.kit.db import Base, Code, Currency, Id, JsonList, Label, Long, Minor, Moment, Ref, status_check
from portfolio.rulebook.lifecycles.procurement import PROCEDURE


class Supplier(Base):
    """A shop, trader or contractor."""

    __tablename__ = "supplier"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]
    folded: Mapped[Label]
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[Label] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(String(60), default="")
    trade_register: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    account: Mapped[str] = mapped_column(String(80), default="")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))


class MethodRule(Base):
    """Which method an amount calls for: data with validity and source, empty where unknown (row 48)."""

    __tablename__ = "method_rule"

    id: Mapped[Id]
    buyer: Mapped[Code]
    country: Mapped[str] = mapped_column(String(2), default="")
    from_minor: Mapped[Minor]
    to_minor: Mapped[Minor | None]
    method: Mapped[Label]
    min_invited: Mapped[int]
    min_days: Mapped[int] = mapped_column(default=0)
    source: Mapped[Label]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Procedure(Base):
    """A purchase. `buyer` is the authority or the group: other committee, papers and signatories (R6)."""

    __tablename__ = "procedure"
    __table_args__ = (
        status_check(PROCEDURE),
        CheckConstraint("buyer IN ('authority', 'group')", name="buyer_known"),
        CheckConstraint("estimate_minor > 0", name="estimate_positive"),
        Index("ix_procedure_agreement", "agreement_id"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    buyer: Mapped[Code]
    agreement_id: Mapped[Ref] = mapped_column(ForeignKey("agreement.id"))
    tranche_id: Mapped[Ref | None] = mapped_column(ForeignKey("tranche.id"))
    call_id: Mapped[Ref] = mapped_column(ForeignKey("call.id"))
    group_id: Mapped[Ref] = mapped_column(ForeignKey("grp.id"))
    country: Mapped[str] = mapped_column(String(2))
    object: Mapped[Label]
    need: Mapped[Long] = mapped_column(default="")
    estimate_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    method: Mapped[Label] = mapped_column(default="")
    min_invited: Mapped[int] = mapped_column(default=3)
    bids_due_at: Mapped[Moment | None]
    session_id: Mapped[Ref | None] = mapped_column(ForeignKey("session.id"))
    retained_id: Mapped[Ref | None] = mapped_column()
    decision_note: Mapped[Long] = mapped_column(default="")
    buyers: Mapped[JsonList] = mapped_column(default=list)
    """For a group's purchase: the women of its comité d'achat who signed or put their thumbprint."""
    status: Mapped[Code] = mapped_column(default="need")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    asked_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Moment | None]
    opened_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[Moment | None]
    compared_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    compared_at: Mapped[Moment | None]
    decided_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    ordered_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[Moment | None]
    received_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[Moment | None]


class Quotation(Base):
    """A supplier invited and what it offered. Prices stay NULL until the opening (Z10, row 52)."""

    __tablename__ = "quotation"
    __table_args__ = (
        UniqueConstraint("procedure_id", "supplier_id", name="uq_quotation_supplier"),
        CheckConstraint("read_minor IS NULL OR read_minor > 0", name="read_positive"),
        CheckConstraint("NOT late OR read_minor IS NULL", name="late_never_read"),
    )

    id: Mapped[Id]
    procedure_id: Mapped[Ref] = mapped_column(ForeignKey("procedure.id"))
    supplier_id: Mapped[Ref] = mapped_column(ForeignKey("supplier.id"))
    invited_at: Mapped[Moment]
    number: Mapped[int | None]
    received_at: Mapped[Moment | None]
    sealed: Mapped[bool] = mapped_column(default=True)
    late: Mapped[bool] = mapped_column(default=False)
    read_minor: Mapped[Minor | None]
    corrected_minor: Mapped[Minor | None]
    correction: Mapped[Label] = mapped_column(default="")
    conforming: Mapped[bool | None]
    set_aside_reason: Mapped[Label] = mapped_column(default="")
    delivery_days: Mapped[int | None]
    rank: Mapped[int | None]


class PurchaseOrder(Base):
    """A bon de commande: after the decision, before delivery, at most the award (document 14)."""

    __tablename__ = "purchase_order"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    procedure_id: Mapped[Ref] = mapped_column(ForeignKey("procedure.id"), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(ForeignKey("supplier.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    delivery_place: Mapped[Label] = mapped_column(default="")
    delivery_on: Mapped[date | None]
    terms: Mapped[Label] = mapped_column(default="")
    ordered_on: Mapped[date]


class OrderLine(Base):
    """What is bought, and then what was delivered and accepted."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("amount_minor = quantity * unit_minor", name="arithmetic"),
        CheckConstraint(
            "accepted >= 0 AND refused >= 0 AND accepted + refused <= delivered", name="reception_adds_up"
        ),
        Index("ix_order_line_procedure", "procedure_id", "position"),
    )

    id: Mapped[Id]
    procedure_id: Mapped[Ref] = mapped_column(ForeignKey("procedure.id"))
    position: Mapped[int]
    label: Mapped[Label]
    specification: Mapped[Label] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[int]
    unit_minor: Mapped[Minor]
    amount_minor: Mapped[Minor]
    delivered: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    serials: Mapped[Label] = mapped_column(default="")


class GoodsReceipt(Base):
    """A PV de réception, then the PV de remise to the group (documents 15 and 3.4)."""

    __tablename__ = "goods_receipt"
    __table_args__ = (Index("ix_goods_receipt_procedure", "procedure_id"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    procedure_id: Mapped[Ref] = mapped_column(ForeignKey("procedure.id"))
    kind: Mapped[Code]
    """partial, provisional, final or handover"""
    received_on: Mapped[date]
    place: Mapped[Label] = mapped_column(default="")
    commission: Mapped[JsonList] = mapped_column(default=list)
    reserves: Mapped[Long] = mapped_column(default="")
    reserves_until: Mapped[date | None]
    reserves_lifted_on: Mapped[date | None]
    thumbprints: Mapped[int] = mapped_column(default=0)
    recorded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]
