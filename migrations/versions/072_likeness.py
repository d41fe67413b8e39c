"""HANDMADE: account, identity and tax numbers however they were written, names of shops by their sound (M14); accounts of people that look like
another's, and who said that they are two people (M09)."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from portfolio.groups.queries.likeness import name_sound
from portfolio.kit import db
from portfolio.kit.names import key_of, shop_sound
from portfolio.kit.text import fold, number_key, sound

revision = "072"
down_revision = "071"

COLUMNS = (
    ("officer", "id_key", 60),
    ("group_account", "number_key", 60),
    ("supplier_account", "number_key", 80),
    ("supplier", "sound", 300),
    ("supplier", "tax_key", 60),
    ("supplier", "register_key", 60),
)
"""Each is indexed but the identity number of people, who are few."""


def upgrade() -> None:
    """Up."""
    for table, name, width in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR({width}) NOT NULL DEFAULT ''")
        op.create_index(f"ix_{table}_{name}", table, [name])
    op.create_index("ix_supplier_phone", "supplier", ["phone"])
    op.execute("ALTER TABLE person ADD COLUMN id_number VARCHAR(60) NOT NULL DEFAULT ''")
    _fill("officer", ("id_number",), lambda row: {"id_key": number_key(row.id_number)[:60]})
    for table, width in (("group_account", 60), ("supplier_account", 80)):
        _fill(table, ("number", "country"), lambda row, w=width: {"number_key": number_key(row.number, row.country)[:w]})
    _fill("supplier", ("name", "tax_number", "trade_register"), lambda row: {
        "sound": shop_sound(row.name), "tax_key": number_key(row.tax_number)[:60], "register_key": number_key(row.trade_register)[:60]})
    # A name that begins with « Ou » before a vowel sounds like one with « W »: Ouédraogo, Wedraogo.
    _fill("grp", ("name",), lambda row: {"sound": name_sound(row.name)} if _heard_anew(row.name) else {})
    _fill("officer", ("full_name",), lambda row: {"sound": sound(row.full_name)[:300]} if _heard_anew(row.full_name) else {})
    _fill("reached_person", ("full_name",), lambda row: {"sound": key_of(row.full_name)} if _heard_anew(row.full_name) else {})
    op.create_table(
        "person_twin",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("first_id", db.BigId, nullable=False),
        sa.Column("second_id", db.BigId, nullable=False),
        sa.Column("signs", db.JsonType, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_by_id", db.BigId, nullable=False),
        sa.Column("said_at", db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", db.BigId),
        sa.Column("confirmed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_twin")),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_person_twin_pair_ordered")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_person_twin_says_why")),
        sa.CheckConstraint("said_by_id <> first_id AND said_by_id <> second_id AND (confirmed_by_id IS NULL OR "
                           "(confirmed_by_id <> first_id AND confirmed_by_id <> second_id))", name=op.f("ck_person_twin_not_by_oneself")),
        sa.CheckConstraint("(said_by_id IS NULL OR confirmed_by_id IS NULL OR said_by_id <> confirmed_by_id)",
                           name=op.f("ck_person_twin_distinct_people")),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name=op.f("ck_person_twin_confirmed_by_somebody")),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_person_twin_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_person_twin_second_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["person.id"], name=op.f("fk_person_twin_said_by_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_person_twin_confirmed_by_id")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_person_twin_pair")),
    )


def _heard_anew(name: str) -> bool:
    return re.search(r"\bou[aeiou]", fold(name)) is not None


def _fill(table: str, read, made) -> None:  # type: ignore[no-untyped-def]
    """Derive the new columns of the rows that are there, a thousand at a time."""
    bind, last = op.get_bind(), 0
    source = sa.table(table, sa.column("id"), *(sa.column(name) for name in read))
    while rows := bind.execute(sa.select(source).where(source.c.id > last).order_by(source.c.id).limit(1000)).all():
        last = rows[-1].id
        changes = [{"at": row.id, **found} for row in rows if (found := made(row))]
        if not changes:
            continue
        written = ", ".join(f"{name} = :{name}" for name in changes[0] if name != "at")
        bind.execute(sa.text(f"UPDATE {table} SET {written} WHERE id = :at"), changes)


def downgrade() -> None:
    """Down."""
    op.drop_table("person_twin")
    op.execute("ALTER TABLE person DROP COLUMN id_number")
    op.drop_index("ix_supplier_phone", "supplier")
    for table, name, _width in reversed(COLUMNS):
        op.drop_index(f"ix_{table}_{name}", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
