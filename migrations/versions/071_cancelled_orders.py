"""HANDMADE: an order to repay is withdrawn before its signature, or cancelled when its entry is reversed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "071"
down_revision = "068"

STATUSES = ("status IN ('prepared', 'issued', 'settled', 'written_off')", "status IN ('prepared', 'issued', 'settled', 'written_off', 'cancelled')")
NOTHING = "status <> 'cancelled' OR collected_minor + written_off_minor + held_minor = 0"
NAME = "ck_recovery_cancelled_asks_nothing"
ADDED = {
    "cancelled_reason": "VARCHAR(2000) NOT NULL DEFAULT ''",
    "cancelled_by_id": "BIGINT CONSTRAINT fk_recovery_cancelled_by_id REFERENCES person (id)",
    "cancelled_at": "{moment}",
}


def _in_place(*, up: bool) -> None:
    op.drop_constraint("ck_recovery_status_known", "recovery")
    op.create_check_constraint(op.f("ck_recovery_status_known"), "recovery", STATUSES[up])
    if up:
        op.create_check_constraint(op.f(NAME), "recovery", NOTHING)
    else:
        op.drop_constraint(NAME, "recovery")


def _by_copy(*, up: bool) -> None:
    """SQLite changes no check of a table that is there (foreign keys are off meanwhile)."""
    bind = op.get_bind()
    stored = "SELECT sql FROM sqlite_master WHERE tbl_name = 'recovery' AND type IN ('table', 'index') AND sql <> '' ORDER BY type DESC"
    words, *indexes = bind.execute(sa.text(stored)).scalars()
    check, was, now = f", \n\tCONSTRAINT {NAME} CHECK ({NOTHING})", STATUSES[not up], STATUSES[up]
    if words.count(was) != 1 or words.count(check) != (not up):
        raise RuntimeError("the orders to repay are not as they were made")
    words = words.replace(was, now)
    words = f"{words.rstrip().removesuffix(')').rstrip()}{check}\n)" if up else words.replace(check, "")
    columns = ", ".join(c["name"] for c in sa.inspect(bind).get_columns("recovery"))
    bind.exec_driver_sql(f"CREATE TABLE recovery_copy ({words.partition('(')[2]}")
    op.execute(f"INSERT INTO recovery_copy ({columns}) SELECT {columns} FROM recovery")
    op.execute("DROP TABLE recovery")
    op.execute("ALTER TABLE recovery_copy RENAME TO recovery")
    for index in indexes:
        bind.exec_driver_sql(index)


def _checks(*, up: bool) -> None:
    (_in_place if op.get_bind().dialect.name == "postgresql" else _by_copy)(up=up)


def upgrade() -> None:
    """Up."""
    _checks(up=True)
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for name, kind in ADDED.items():
        op.execute(f"ALTER TABLE recovery ADD COLUMN {name} {kind.format(moment=moment)}")


def downgrade() -> None:
    """Down: the version before knows no order that asks nothing; where there is one, this version stays."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM recovery WHERE status = 'cancelled'")):
        raise RuntimeError("orders to repay are cancelled: the version before cannot hold them")
    for name in reversed(ADDED):
        op.execute(f"ALTER TABLE recovery DROP COLUMN {name}")
    _checks(up=False)
