"""Suppliers, purchase files, quotations, orders, receptions, hand-overs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from portfolio.kit.db import (
    Base,
    Code,
    Currency,
    Id,
    JsonList,
    Label,
    Long,
    Minor,
    Moment,
    Ref,
    distinct_people,
    status_check,
)
from portfolio.kit.text import number_key
from portfolio.rulebook.lifecycles.procurement import PROCEDURE, SUPPLIER_ACCOUNT


class Supplier(Base):
    """A shop, trader or contractor."""

    __tablename__ = "supplier"
    __table_args__ = (
        Index("ix_supplier_folded", "folded"),
        Index("ix_supplier_sound", "sound"),
        Index("ix_supplier_phone", "phone"),
        Index("ix_supplier_tax_key", "tax_key"),
        Index("ix_supplier_register_key", "register_key"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]
    folded: Mapped[Label]
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[Label] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(String(60), default="")
    trade_register: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    sound: Mapped[Label] = mapped_column(default="")
    tax_key: Mapped[str] = mapped_column(String(60), default="")
    register_key: Mapped[str] = mapped_column(String(60), default="")
    """Name by its sound and numbers however they were written, to be compared (M14)."""
    blocked_reason: Mapped[Label] = mapped_column(default="")
    """Why nothing may be bought from it, by an act; empty when it may be invited (row 60)."""
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))


class SupplierAccount(Base):
    """Where a supplier is paid. Proposed by one person, verified by another, and left to cool before the first payment, as a group's (M12)."""

    __tablename__ = "supplier_account"
    __table_args__ = (
        status_check(SUPPLIER_ACCOUNT),
        distinct_people("created_by_id", "verified_by_id"),
        CheckConstraint("kind IN ('bank', 'sfd', 'mobile', 'cash')", name="kind_known"),
        CheckConstraint("status <> 'verified' OR verified_by_id IS NOT NULL", name="verified_by_someone"),
        Index("ix_supplier_account_supplier", "supplier_id"),
        Index("ix_supplier_account_number", "number"),
        Index("ix_supplier_account_number_key", "number_key"),
    )

    id: Mapped[Id]
    supplier_id: Mapped[Ref] = mapped_column(ForeignKey("supplier.id"))
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[Code]
    provider: Mapped[Label]
    holder: Mapped[Label]
    number: Mapped[str] = mapped_column(String(80))
    number_key: Mapped[str] = mapped_column(String(80), default="")
    """The number however it was written, to be compared (M14)."""
    status: Mapped[Code] = mapped_column(default="proposed")
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Moment]
    verified_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[Moment | None]

    @validates("number", "country")
    def _comparable(self, column: str, value: str) -> str:
        row = {"number": self.number, "country": self.country, column: value}
        self.number_key = number_key(row["number"] or "", row["country"] or "")[:80]
        return value


class MethodRule(Base):
    """Which method an amount calls for, from `from_minor` up to but not including `to_minor`: data with validity and source (row 48)."""

    __tablename__ = "method_rule"
    __table_args__ = (
        CheckConstraint("buyer IN ('authority', 'group')", name="buyer_known"),
        CheckConstraint("category IN ('goods', 'works', 'any')", name="category_known"),
        CheckConstraint("to_minor IS NULL OR to_minor > from_minor", name="amounts_ordered"),
        CheckConstraint("min_invited >= 1 AND min_valid BETWEEN 1 AND min_invited", name="minimums_ordered"),
    )

    id: Mapped[Id]
    buyer: Mapped[Code]
    country: Mapped[str] = mapped_column(String(2), default="")
    from_minor: Mapped[Minor]
    to_minor: Mapped[Minor | None]
    category: Mapped[Code] = mapped_column(default="any")
    """goods, works or any"""
    method: Mapped[Code]
    sealed: Mapped[bool] = mapped_column(default=True)
    """Sealed bids, a public opening and a committee; otherwise prices are asked openly (pro formas, direct purchase)."""
    min_invited: Mapped[int]
    min_valid: Mapped[int] = mapped_column(default=1)
    min_days: Mapped[int] = mapped_column(default=0)
    low_percent: Mapped[int] = mapped_column(default=0)
    """So many percent below the estimate, a bid is abnormally low and must be explained; 0 for no such rule."""
    appeal_days: Mapped[int] = mapped_column(default=0)
    """No order is signed before so many days after the decision (délai de recours)."""
    source: Mapped[Label]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))


class Procedure(Base):
    """A purchase. `buyer` is the authority or the group: other committee, papers and signatories (R6)."""

    __tablename__ = "procedure"
    __table_args__ = (
        status_check(PROCEDURE),
        CheckConstraint("buyer IN ('authority', 'group')", name="buyer_known"),
        CheckConstraint("estimate_minor > 0", name="estimate_positive"),
        CheckConstraint(
            "opening_by_id IS NULL OR opened_by_id IS NULL OR opening_by_id <> opened_by_id",
            name="opened_by_two",
        ),
        CheckConstraint(
            "buyer = 'group' OR decided_by_id IS NULL OR ordered_by_id IS NULL OR decided_by_id <> ordered_by_id",
            name="ordered_by_another",
        ),
        Index("ix_procedure_agreement", "agreement_id"),
        Index("ix_procedure_status", "status", "id"),
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
    folded: Mapped[str] = mapped_column(String(700), default="")
    need: Mapped[Long] = mapped_column(default="")
    category: Mapped[Code] = mapped_column(default="goods")
    estimate_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    method: Mapped[Code] = mapped_column(default="")
    method_source: Mapped[Label] = mapped_column(default="")
    """The rule as it stood when the file was opened: its method, figures and source are frozen here."""
    sealed: Mapped[bool] = mapped_column(default=True)
    min_invited: Mapped[int] = mapped_column(default=3)
    min_valid: Mapped[int] = mapped_column(default=1)
    min_days: Mapped[int] = mapped_column(default=0)
    low_percent: Mapped[int] = mapped_column(default=0)
    appeal_days: Mapped[int] = mapped_column(default=0)
    bids_due_at: Mapped[Moment | None]
    bids_place: Mapped[Label] = mapped_column(default="")
    opening_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    """The first of the two who open: the second opens, and is another person (Z10)."""
    opening_at: Mapped[Moment | None]
    opening_place: Mapped[Label] = mapped_column(default="")
    opening_people: Mapped[JsonList] = mapped_column(default=list)
    """Members and bidders' representatives present: {name, function}."""
    opening_remarks: Mapped[Long] = mapped_column(default="")
    opening_closed_at: Mapped[Moment | None]
    awarded_minor: Mapped[Minor | None]
    contract_minor: Mapped[Minor | None]
    relaunches_id: Mapped[Ref | None] = mapped_column(ForeignKey("procedure.id"))
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
        CheckConstraint("read_minor IS NULL OR received_at IS NOT NULL", name="received_before_read"),
        CheckConstraint("corrected_minor IS NULL OR corrected_minor > 0", name="corrected_positive"),
        UniqueConstraint("procedure_id", "number", name="uq_quotation_number"),
    )

    id: Mapped[Id]
    procedure_id: Mapped[Ref] = mapped_column(ForeignKey("procedure.id"))
    supplier_id: Mapped[Ref] = mapped_column(ForeignKey("supplier.id"))
    invited_at: Mapped[Moment]
    invited_by: Mapped[Code] = mapped_column(default="letter")
    """The channel of the invitation."""
    number: Mapped[int | None]
    """The order of arrival, given at the deposit."""
    received_at: Mapped[Moment | None]
    """The hour of the server, never typed: a clock set back changes nothing."""
    bearer: Mapped[Label] = mapped_column(default="")
    """The hand that brought it."""
    received_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    sealed: Mapped[bool] = mapped_column(default=True)
    late: Mapped[bool] = mapped_column(default=False)
    returned_at: Mapped[Moment | None]
    """A late bid goes back unopened, at this moment, to the hand that brought it."""
    read_minor: Mapped[Minor | None]
    read_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[Moment | None]
    tax_included: Mapped[bool] = mapped_column(default=True)
    discount: Mapped[Label] = mapped_column(default="")
    guarantee: Mapped[Label] = mapped_column(default="")
    papers: Mapped[JsonList] = mapped_column(default=list)
    """Papers found in the bid at the opening, by code."""
    corrected_minor: Mapped[Minor | None]
    correction: Mapped[Label] = mapped_column(default="")
    conforming: Mapped[bool | None]
    set_aside_kind: Mapped[Code] = mapped_column(default="")
    """administrative, technical or abnormally_low"""
    set_aside_reason: Mapped[Label] = mapped_column(default="")
    delivery_days: Mapped[int | None]
    examined_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    question: Mapped[Long] = mapped_column(default="")
    """What was asked of an abnormally low bid, and until when."""
    question_on: Mapped[date | None]
    answer_by: Mapped[date | None]
    answer: Mapped[Long] = mapped_column(default="")
    answer_on: Mapped[date | None]
    rank: Mapped[int | None]


class QuotationLine(Base):
    """The unit price a bidder wrote for a line, and the amount it wrote beside it: the correction is the difference."""

    __tablename__ = "quotation_line"
    __table_args__ = (
        UniqueConstraint("quotation_id", "line_id", name="uq_quotation_line_line"),
        CheckConstraint("unit_minor >= 0 AND stated_minor >= 0", name="prices_positive"),
    )

    id: Mapped[Id]
    quotation_id: Mapped[Ref] = mapped_column(ForeignKey("quotation.id"))
    line_id: Mapped[Ref] = mapped_column(ForeignKey("order_line.id"))
    unit_minor: Mapped[Minor]
    stated_minor: Mapped[Minor]


class PurchaseOrder(Base):
    """A bon de commande: after the decision, before delivery, at most the award (document 14)."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_purchase_order_supplier", "supplier_id", "ordered_on"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    procedure_id: Mapped[Ref] = mapped_column(ForeignKey("procedure.id"), unique=True)
    supplier_id: Mapped[Ref] = mapped_column(ForeignKey("supplier.id"))
    amount_minor: Mapped[Minor]
    amount_currency: Mapped[Currency]
    delivery_place: Mapped[Label] = mapped_column(default="")
    delivery_on: Mapped[date | None]
    terms: Mapped[Label] = mapped_column(default="")
    guarantee: Mapped[Label] = mapped_column(default="")
    penalty: Mapped[Label] = mapped_column(default="")
    tax: Mapped[Code] = mapped_column(default="exempt")
    """exempt, included or none"""
    signatories: Mapped[JsonList] = mapped_column(default=list)
    """For a group's purchase: its président(e) and treasurer."""
    capacity: Mapped[Label] = mapped_column(default="")
    """« par délégation », « par intérim » and the act (R10)."""
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
    estimated_minor: Mapped[Minor] = mapped_column(default=0)
    """The unit price of the estimate, kept when the order brings the bidder's."""
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
    act: Mapped[Label] = mapped_column(default="")
    """The act that names the commission de réception."""
    commission: Mapped[JsonList] = mapped_column(default=list)
    """{person_id, name, function}; for a hand-over, who hands over."""
    delivery_note: Mapped[Label] = mapped_column(default="")
    tests: Mapped[Long] = mapped_column(default="")
    recipients: Mapped[JsonList] = mapped_column(default=list)
    """{name, function, mark}: who received for the group, by signature or thumbprint."""
    rules: Mapped[Long] = mapped_column(default="")
    """Hand-over: who uses the equipment and by which rules."""
    goods: Mapped[JsonList] = mapped_column(default=list)
    """Hand-over: {line_id, state, keeper} of each line, as the PV says them."""
    reserves_lifted_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    lifting: Mapped[Label] = mapped_column(default="")
    reserves: Mapped[Long] = mapped_column(default="")
    reserves_until: Mapped[date | None]
    reserves_lifted_on: Mapped[date | None]
    thumbprints: Mapped[int] = mapped_column(default=0)
    recorded_by_id: Mapped[Ref | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Moment]


class ReceiptLine(Base):
    """What one reception says of one line; the totals stand on the line."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        UniqueConstraint("receipt_id", "line_id", name="uq_receipt_line_line"),
        CheckConstraint(
            "accepted >= 0 AND refused >= 0 AND accepted + refused = delivered", name="delivered_adds_up"
        ),
    )

    id: Mapped[Id]
    receipt_id: Mapped[Ref] = mapped_column(ForeignKey("goods_receipt.id"))
    line_id: Mapped[Ref] = mapped_column(ForeignKey("order_line.id"))
    delivered: Mapped[int]
    accepted: Mapped[int]
    refused: Mapped[int]
    serials: Mapped[Label] = mapped_column(default="")
    state: Mapped[Label] = mapped_column(default="")
