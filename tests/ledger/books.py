"""Ledgers to test on: entries posted by the vault itself, without any room above it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from portfolio.kit.db import Database
from portfolio.ledger.service import Dims, Transfer, post
from portfolio.rulebook.postings import POSTINGS, TREASURY

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
KEYS = [key for key, rows in POSTINGS.items() if rows]


def transfers(count: int, *, seed: int = 1, start: datetime = START) -> list[Transfer]:
    """So many acts drawn from the rulebook, with their dimensions; seven hours apart."""
    chance = random.Random(seed)
    made: list[Transfer] = []
    for act in range(1, count + 1):
        key = chance.choice(KEYS)
        agreement = chance.randrange(1, 7)
        at = start + timedelta(hours=7 * act)
        named = {"treasury": TREASURY[chance.choice(sorted(TREASURY))], "treasury_from": "521"}
        if named["treasury"] == "521":
            named["treasury_from"] = "571"
        dims = Dims(
            exercice=2026, donor="NORLANDE", fund=f"F{1 + agreement % 3}", line=f"F{1 + agreement % 3}-AAP",
            call="AAP-2026-01", agreement=f"CONV-2026-{agreement:05d}-K",
            tranche=f"CONV-2026-{agreement:05d}-K-T{1 + act % 2}", party=f"GRP-{agreement}", place="ML07",
            objective="C1", treasury=f"BANQUE-F{1 + agreement % 3}",
        )  # fmt: skip
        for row in POSTINGS[key]:
            made.append(Transfer(
                event=key.partition("#")[0], debit=named.get(row.debit, row.debit),
                credit=named.get(row.credit, row.credit), amount_minor=chance.randrange(1, 3_000_000),
                amount_currency="XOF", dated_on=at.date() - timedelta(days=chance.choice((0, 0, 0, 40))), at=at,
                subject_type="disbursement", subject_id=act, actor_id=1 + act % 4, act=act, dims=dims,
                document=f"OP-2026-{act:05d}-K", value_on=at.date() - timedelta(days=45) if act % 5 == 1 else None))  # fmt: skip
    return made


def fill(database: Database, count: int = 40, *, seed: int = 1, start: datetime = START) -> int:
    """Post so many acts, sealed in batches as commits do; the number of entries."""
    made = transfers(count, seed=seed, start=start)
    with database.session(readonly=False) as session:
        for start in range(0, len(made), 9):
            post(session, made[start : start + 9])
            session.commit()
    return len(made)


@contextmanager
def unlocked(database: Database) -> Iterator[Session]:
    """A session of somebody who took the triggers away: what the chain is there to show."""
    with database.session(readonly=False) as session:
        for statement in off(database):
            session.execute(text(statement))
        yield session
        session.commit()


def off(database: Database) -> list[str]:
    if database.kind == "sqlite":
        return [f"DROP TRIGGER IF EXISTS ledger_entry_{name}" for name in ("no_update", "no_delete", "no_gap")]
    return ["ALTER TABLE ledger_entry DISABLE TRIGGER USER"]


def day(month: int, number: int) -> date:
    return date(2026, month, number)
