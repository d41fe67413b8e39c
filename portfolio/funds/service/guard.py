"""The one way a guard column moves: a conditional UPDATE that checks and changes in the same instant.

Measured: guarded by a SUM or by read-check-write, 32 concurrent approvals of one tranche made 6 payments on PostgreSQL's default isolation; guarded
like this, one (joints, "Money guards"). The columns' CHECKs repeat the bound, so that even a wrong condition cannot store an overdraft.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, update

from portfolio.kit.db import Base
from portfolio.work import Work


def shift(work: Work, thing: Base, *conditions: ColumnElement[bool], **deltas: int) -> bool:
    """Add to guard columns of one row if every condition holds at that instant; False, and nothing moved, when one does not."""
    table: Any = type(thing).__table__
    number: int = thing.id  # type: ignore[attr-defined]
    statement = (
        update(table)
        .where(table.c.id == number, *conditions)
        .values({name: table.c[name] + delta for name, delta in deltas.items()})
    )
    work.db.flush()  # straight to the connection, as all that runs while others wait
    moved = work.db.connection().execute(statement).rowcount == 1
    work.db.expire(thing, list(deltas))
    return moved


def positive(amount: int) -> int:
    """The amount, which must be above zero: a negative one would turn a guard around."""
    if isinstance(amount, bool) or amount <= 0:
        raise ValueError(f"an amount above zero is needed, not {amount}")
    return amount
