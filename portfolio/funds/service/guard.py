"""The one way a guard column moves: a conditional UPDATE that checks and changes in the same instant.

Measured: guarded by a SUM or by read-check-write, 32 concurrent approvals of one tranche made 6 payments on PostgreSQL's default isolation; guarded
like this, one (joints, "Money guards"). The columns' CHECKs repeat the bound, so that even a wrong condition cannot store an overdraft.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, update

from portfolio.kit.db import Base
from portfolio.kit.direct import Direct
from portfolio.work import Work

AMOUNT: Any = bindparam("amount", type_=BigInteger)
"""The amount of the move, in the conditions of a `Guard`."""


class Guard:
    """A conditional UPDATE written once: columns that gain (`+1`) or lose (`-1`) the amount of the move, if every condition holds.

    Conditions name columns, `AMOUNT`, and bound parameters whose values each move gives.
    """

    def __init__(self, model: type[Base], *conditions: ColumnElement[bool], **signs: int) -> None:
        table: Any = model.__table__
        self.model, self.conditions, self.signs = model, conditions, signs
        self._statement = Direct(
            update(table)
            .where(table.c.id == bindparam("row", type_=BigInteger), *conditions)
            .values(
                {n: table.c[n] + AMOUNT if sign > 0 else table.c[n] - AMOUNT for n, sign in signs.items()}
            )
        )

    def move(self, work: Work, thing: Base, amount: int, **more: object) -> bool:
        """Move the guard; False, and nothing moved, when a condition does not hold at that instant."""
        assert isinstance(thing, self.model)
        work.db.flush()
        values = {"row": thing.id, "amount": amount, **more}  # type: ignore[attr-defined]
        moved: bool = self._statement.run(work.db.connection(), values).rowcount == 1
        work.db.expire(thing, list(self.signs))
        return moved


def shift(work: Work, thing: Base, *conditions: ColumnElement[bool], **deltas: int) -> bool:
    """A guard of one occasion: add to guard columns of one row if every condition holds at that instant; False, and nothing moved, when
    one does not."""
    table: Any = type(thing).__table__
    number: int = thing.id  # type: ignore[attr-defined]
    statement = (
        update(table)
        .where(table.c.id == number, *conditions)
        .values({name: table.c[name] + delta for name, delta in deltas.items()})
    )
    work.db.flush()
    moved = work.db.connection().execute(statement).rowcount == 1
    work.db.expire(thing, list(deltas))
    return moved


def positive(amount: int) -> int:
    """The amount, which must be above zero: a negative one would turn a guard around."""
    if isinstance(amount, bool) or amount <= 0:
        raise ValueError(f"an amount above zero is needed, not {amount}")
    return amount
