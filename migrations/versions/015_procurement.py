"""The tables of procurement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "015"
down_revision = "014"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "method_rule",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("buyer", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("from_minor", sa.BigInteger(), nullable=False),
        sa.Column("to_minor", sa.BigInteger()),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("min_invited", sa.Integer(), nullable=False),
        sa.Column("min_valid", sa.Integer(), nullable=False),
        sa.Column("min_days", sa.Integer(), nullable=False),
        sa.Column("low_percent", sa.Integer(), nullable=False),
        sa.Column("appeal_days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("created_by_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_rule")),
        sa.CheckConstraint(
            "to_minor IS NULL OR to_minor > from_minor", name=op.f("ck_method_rule_amounts_ordered")
        ),
        sa.CheckConstraint("buyer IN ('authority', 'group')", name=op.f("ck_method_rule_buyer_known")),
        sa.CheckConstraint(
            "category IN ('goods', 'works', 'any')", name=op.f("ck_method_rule_category_known")
        ),
        sa.CheckConstraint(
            "min_invited >= 1 AND min_valid BETWEEN 1 AND min_invited",
            name=op.f("ck_method_rule_minimums_ordered"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_method_rule_created_by_id")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("folded", sa.String(300), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("tax_number", sa.String(60), nullable=False),
        sa.Column("trade_register", sa.String(60), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("blocked_reason", sa.String(300), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_supplier_created_by_id")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
    )
    op.create_index("ix_supplier_folded", "supplier", ["folded"])
    op.create_table(
        "procedure",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("buyer", sa.String(40), nullable=False),
        sa.Column("agreement_id", db.BigId, nullable=False),
        sa.Column("tranche_id", db.BigId),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("object", sa.String(300), nullable=False),
        sa.Column("folded", sa.String(700), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("estimate_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("method_source", sa.String(300), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("min_invited", sa.Integer(), nullable=False),
        sa.Column("min_valid", sa.Integer(), nullable=False),
        sa.Column("min_days", sa.Integer(), nullable=False),
        sa.Column("low_percent", sa.Integer(), nullable=False),
        sa.Column("appeal_days", sa.Integer(), nullable=False),
        sa.Column("bids_due_at", db.UtcDateTime()),
        sa.Column("bids_place", sa.String(300), nullable=False),
        sa.Column("opening_by_id", db.BigId),
        sa.Column("opening_at", db.UtcDateTime()),
        sa.Column("opening_place", sa.String(300), nullable=False),
        sa.Column("opening_people", db.JsonType, nullable=False),
        sa.Column("opening_remarks", sa.Text(), nullable=False),
        sa.Column("opening_closed_at", db.UtcDateTime()),
        sa.Column("awarded_minor", sa.BigInteger()),
        sa.Column("contract_minor", sa.BigInteger()),
        sa.Column("relaunches_id", db.BigId),
        sa.Column("session_id", db.BigId),
        sa.Column("retained_id", db.BigId),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("buyers", db.JsonType, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", db.BigId),
        sa.Column("asked_at", db.UtcDateTime()),
        sa.Column("opened_by_id", db.BigId),
        sa.Column("opened_at", db.UtcDateTime()),
        sa.Column("compared_by_id", db.BigId),
        sa.Column("compared_at", db.UtcDateTime()),
        sa.Column("decided_by_id", db.BigId),
        sa.Column("decided_at", db.UtcDateTime()),
        sa.Column("ordered_by_id", db.BigId),
        sa.Column("ordered_at", db.UtcDateTime()),
        sa.Column("received_by_id", db.BigId),
        sa.Column("received_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure")),
        sa.CheckConstraint("buyer IN ('authority', 'group')", name=op.f("ck_procedure_buyer_known")),
        sa.CheckConstraint("estimate_minor > 0", name=op.f("ck_procedure_estimate_positive")),
        sa.CheckConstraint(
            "opening_by_id IS NULL OR opened_by_id IS NULL OR opening_by_id <> opened_by_id",
            name=op.f("ck_procedure_opened_by_two"),
        ),
        sa.CheckConstraint(
            "buyer = 'group' OR decided_by_id IS NULL OR ordered_by_id IS NULL OR decided_by_id <> ordered_by_id",
            name=op.f("ck_procedure_ordered_by_another"),
        ),
        sa.CheckConstraint(
            "status IN ('need', 'quoting', 'opened', 'compared', 'decided', 'ordered', 'received', 'fruitless')",
            name=op.f("ck_procedure_status_known"),
        ),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_procedure_agreement_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_procedure_asked_by_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_procedure_call_id")),
        sa.ForeignKeyConstraint(["compared_by_id"], ["person.id"], name=op.f("fk_procedure_compared_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_procedure_created_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_procedure_decided_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_procedure_group_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_procedure_opened_by_id")),
        sa.ForeignKeyConstraint(["opening_by_id"], ["person.id"], name=op.f("fk_procedure_opening_by_id")),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["person.id"], name=op.f("fk_procedure_ordered_by_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["person.id"], name=op.f("fk_procedure_received_by_id")),
        sa.ForeignKeyConstraint(["relaunches_id"], ["procedure.id"], name=op.f("fk_procedure_relaunches_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_procedure_session_id")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_procedure_tranche_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_procedure_reference")),
    )
    op.create_index("ix_procedure_agreement", "procedure", ["agreement_id"])
    op.create_index("ix_procedure_status", "procedure", ["status", "id"])
    op.create_table(
        "goods_receipt",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("procedure_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("commission", db.JsonType, nullable=False),
        sa.Column("delivery_note", sa.String(300), nullable=False),
        sa.Column("tests", sa.Text(), nullable=False),
        sa.Column("recipients", db.JsonType, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("reserves_lifted_by_id", db.BigId),
        sa.Column("lifting", sa.String(300), nullable=False),
        sa.Column("reserves", sa.Text(), nullable=False),
        sa.Column("reserves_until", sa.Date()),
        sa.Column("reserves_lifted_on", sa.Date()),
        sa.Column("thumbprints", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", db.BigId),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_receipt")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_goods_receipt_procedure_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_goods_receipt_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["reserves_lifted_by_id"], ["person.id"], name=op.f("fk_goods_receipt_reserves_lifted_by_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_goods_receipt_reference")),
    )
    op.create_index("ix_goods_receipt_procedure", "goods_receipt", ["procedure_id"])
    op.create_table(
        "order_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("procedure_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("specification", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("estimated_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("serials", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.CheckConstraint("amount_minor = quantity * unit_minor", name=op.f("ck_order_line_arithmetic")),
        sa.CheckConstraint(
            "accepted >= 0 AND refused >= 0 AND accepted + refused <= delivered",
            name=op.f("ck_order_line_reception_adds_up"),
        ),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_order_line_procedure_id")),
    )
    op.create_index("ix_order_line_procedure", "order_line", ["procedure_id", "position"])
    op.create_table(
        "purchase_order",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("procedure_id", db.BigId, nullable=False),
        sa.Column("supplier_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("delivery_place", sa.String(300), nullable=False),
        sa.Column("delivery_on", sa.Date()),
        sa.Column("terms", sa.String(300), nullable=False),
        sa.Column("guarantee", sa.String(300), nullable=False),
        sa.Column("penalty", sa.String(300), nullable=False),
        sa.Column("tax", sa.String(40), nullable=False),
        sa.Column("signatories", db.JsonType, nullable=False),
        sa.Column("capacity", sa.String(300), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_purchase_order_amount_positive")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_purchase_order_procedure_id")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id")),
        sa.UniqueConstraint("procedure_id", name=op.f("uq_purchase_order_procedure_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_purchase_order_reference")),
    )
    op.create_index("ix_purchase_order_supplier", "purchase_order", ["supplier_id", "ordered_on"])
    op.create_table(
        "quotation",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("procedure_id", db.BigId, nullable=False),
        sa.Column("supplier_id", db.BigId, nullable=False),
        sa.Column("invited_at", db.UtcDateTime(), nullable=False),
        sa.Column("invited_by", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("received_at", db.UtcDateTime()),
        sa.Column("bearer", sa.String(300), nullable=False),
        sa.Column("received_by_id", db.BigId),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("returned_at", db.UtcDateTime()),
        sa.Column("read_minor", sa.BigInteger()),
        sa.Column("read_by_id", db.BigId),
        sa.Column("read_at", db.UtcDateTime()),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("discount", sa.String(300), nullable=False),
        sa.Column("guarantee", sa.String(300), nullable=False),
        sa.Column("papers", db.JsonType, nullable=False),
        sa.Column("corrected_minor", sa.BigInteger()),
        sa.Column("correction", sa.String(300), nullable=False),
        sa.Column("conforming", sa.Boolean()),
        sa.Column("set_aside_kind", sa.String(40), nullable=False),
        sa.Column("set_aside_reason", sa.String(300), nullable=False),
        sa.Column("delivery_days", sa.Integer()),
        sa.Column("examined_by_id", db.BigId),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_on", sa.Date()),
        sa.Column("answer_by", sa.Date()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_on", sa.Date()),
        sa.Column("rank", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
        sa.CheckConstraint(
            "corrected_minor IS NULL OR corrected_minor > 0", name=op.f("ck_quotation_corrected_positive")
        ),
        sa.CheckConstraint("NOT late OR read_minor IS NULL", name=op.f("ck_quotation_late_never_read")),
        sa.CheckConstraint("read_minor IS NULL OR read_minor > 0", name=op.f("ck_quotation_read_positive")),
        sa.CheckConstraint(
            "read_minor IS NULL OR received_at IS NOT NULL", name=op.f("ck_quotation_received_before_read")
        ),
        sa.ForeignKeyConstraint(["examined_by_id"], ["person.id"], name=op.f("fk_quotation_examined_by_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_quotation_procedure_id")),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_quotation_read_by_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["person.id"], name=op.f("fk_quotation_received_by_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_quotation_supplier_id")),
        sa.UniqueConstraint("procedure_id", "number", name=op.f("uq_quotation_number")),
        sa.UniqueConstraint("procedure_id", "supplier_id", name=op.f("uq_quotation_supplier")),
    )
    op.create_table(
        "quotation_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("quotation_id", db.BigId, nullable=False),
        sa.Column("line_id", db.BigId, nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("stated_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation_line")),
        sa.CheckConstraint(
            "unit_minor >= 0 AND stated_minor >= 0", name=op.f("ck_quotation_line_prices_positive")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_quotation_line_line_id")),
        sa.ForeignKeyConstraint(
            ["quotation_id"], ["quotation.id"], name=op.f("fk_quotation_line_quotation_id")
        ),
        sa.UniqueConstraint("quotation_id", "line_id", name=op.f("uq_quotation_line_line")),
    )
    op.create_table(
        "receipt_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("receipt_id", db.BigId, nullable=False),
        sa.Column("line_id", db.BigId, nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("serials", sa.String(300), nullable=False),
        sa.Column("state", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.CheckConstraint(
            "accepted >= 0 AND refused >= 0 AND accepted + refused = delivered",
            name=op.f("ck_receipt_line_delivered_adds_up"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_receipt_line_line_id")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["goods_receipt.id"], name=op.f("fk_receipt_line_receipt_id")
        ),
        sa.UniqueConstraint("receipt_id", "line_id", name=op.f("uq_receipt_line_line")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("receipt_line")
    op.drop_table("quotation_line")
    op.drop_table("quotation")
    op.drop_table("purchase_order")
    op.drop_table("order_line")
    op.drop_table("goods_receipt")
    op.drop_table("procedure")
    op.drop_table("supplier")
    op.drop_table("method_rule")
