"""Whoever changes one stored entry is seen, at the right entry, whatever was done to it (T01 to T03, T06, M07).

Twelve kinds of tampering by SQL at eight entries of each engine; `PORTFOLIO_WHOLE=1` takes five hundred entries."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portfolio.kit.chain import canonical, seal
from portfolio.kit.db import Database
from portfolio.ledger.models import LedgerBalance, LedgerEntry
from portfolio.ledger.queries import check, head, walk
from portfolio.ledger.service import SEALED, post
from tests.ledger.books import fill, transfers, unlocked

pytestmark = pytest.mark.both_engines
COLUMNS = LedgerEntry.__table__.columns
WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
POSITIONS = 500 if WHOLE else 8
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
LETTERS = ":\n1s" + ("b," if WHOLE else "")
SHORT = ["".join(each) for size in range(4) for each in itertools.product(LETTERS, repeat=size)]
VALUES: list[object] = [
    None, True, False, 0, 1, -1, 10, 11, date(2026, 3, 12), NOON, NOON + timedelta(microseconds=1), [], {}, [1], ["1"], [[1]], [1, 1], [None],
    {"a": 1}, {"a": "1"}, {"a": None}, "2026-03-12", "n:0:", "None", "True", "é", "e\u0301", "\nb:n:0:", "s:1:1\nb:s:1:", "1\nb:str:1", "1\nb:s:1:1", *SHORT,
]  # fmt: skip


def verdict(database: Database, *witnesses: tuple[int, str]) -> tuple[int, str] | None:
    with database.session(readonly=True) as session:
        found = check(session, witnesses)
    return None if found is None else (found.seq, found.kind)


def different(value: object, name: str) -> object:
    if name == "reverses":
        return 1
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date) or name == "value_on":
        return value + timedelta(days=1) if isinstance(value, date) else date(2026, 1, 31)
    if isinstance(value, int):
        return value + 1
    if name in ("debit", "credit"):
        return "999"
    if name in ("previous", "hash"):
        return ("0" if str(value)[0] != "0" else "1") + str(value)[1:]
    return f"{value or ''}x"[:3] if name == "amount_currency" and value != "XOF" else (
        "EUR" if name == "amount_currency" else f"{value or ''}x")


def renumber(session: Session, start: int, by: int) -> None:
    """Move every entry from `start` on."""
    session.execute(text("UPDATE ledger_entry SET seq = -(seq + :by) WHERE seq >= :start"), {"by": by, "start": start})
    session.execute(text("UPDATE ledger_entry SET seq = -seq WHERE seq < 0"))


def copy(session: Session, seq: int, target: int, **changes: object) -> None:
    row = dict(session.execute(select(*COLUMNS).where(COLUMNS.seq == seq)).mappings().one())
    session.execute(LedgerEntry.__table__.insert().values({**row, "seq": target, "reverses": None, **changes}))


def rehash(session: Session, start: int) -> str:
    """Write every hash again from `start` to the end, as a careful forger would."""
    previous, last = "0" * 64, "0" * 64
    written = []
    for row in list(walk(session)):
        if row["seq"] >= start:
            digest = seal(previous, "ledger", {name: row[name] for name in SEALED})
            written.append({"s": row["seq"], "p": previous, "h": digest})
            previous = last = digest
        else:
            previous = last = row["hash"]
    session.execute(text("UPDATE ledger_entry SET previous = :p, hash = :h WHERE seq = :s"), written)
    return last


def test_a_whole_ledger_has_no_anomaly(database: Database) -> None:
    assert verdict(database) is None
    fill(database)
    assert verdict(database) is None


@pytest.mark.parametrize("name", [c.name for c in COLUMNS])
def test_every_column_changed_alone_is_seen_at_its_entry(database: Database, name: str) -> None:
    """T03: also for a column added tomorrow, since the list is the table's own."""
    count = fill(database, 12)
    for seq in (1, count // 2, count):
        with unlocked(database) as session:
            value = session.execute(select(COLUMNS[name]).where(COLUMNS.seq == seq)).scalar_one()
            changed = count + 100 if name == "seq" else different(value, name)
            reason = {"reason": "forgery"} if name == "reverses" else {}
            session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values({name: changed, **reason}))
        found = verdict(database)
        assert found is not None and found[0] == seq, (name, seq, found)
        assert found[1] in {"hash": {"hash", "rehash", "edit"}, "previous": {"previous"},
                            "seq": {"deletion", "truncation"}}.get(name, {"edit"})
        with unlocked(database) as session:
            back = {name: value, **({"reason": None} if name == "reverses" else {})}
            where = COLUMNS.seq == (changed if name == "seq" else seq)
            session.execute(update(LedgerEntry).where(where).values(back))
        assert verdict(database) is None


def test_a_date_of_value_taken_away_or_written_in_is_seen(database: Database) -> None:
    """T03: no byte stands for a late entry's date where there is none, so that the chains of before are whole; one that is there is sealed."""
    fill(database, 12)
    with database.session(readonly=True) as session:
        said = {bool(on): seq for seq, on in session.execute(select(COLUMNS.seq, COLUMNS.value_on).order_by(COLUMNS.seq.desc()))}
        row = dict(session.execute(select(*COLUMNS).where(COLUMNS.seq == said[False])).mappings().one())
    without = {name: row[name] for name in SEALED if name != "value_on"}
    assert seal(row["previous"], "ledger", without) == row["hash"], "as it was sealed when the column was not there"
    for seq, forged in ((said[True], None), (said[True], date(2026, 2, 1)), (said[False], date(2026, 2, 1))):
        with unlocked(database) as session:
            value = session.execute(select(COLUMNS.value_on).where(COLUMNS.seq == seq)).scalar_one()
            session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values(value_on=forged))
        assert verdict(database) == (seq, "edit")
        with unlocked(database) as session:
            session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values(value_on=value))
        assert verdict(database) is None


def delete(session: Session, seq: int, count: int) -> tuple[int, str]:
    session.execute(text("DELETE FROM ledger_entry WHERE seq = :s"), {"s": seq})
    return seq, "deletion" if seq < count else "truncation"


def delete_and_close_the_gap(session: Session, seq: int, count: int) -> tuple[int, str]:
    session.execute(text("DELETE FROM ledger_entry WHERE seq = :s"), {"s": seq})
    renumber(session, seq + 1, -1)
    return seq, "deletion" if seq < count else "truncation"


def insert_a_copy(session: Session, seq: int, count: int) -> tuple[int, str]:
    renumber(session, seq, +1)
    copy(session, seq + 1, seq)
    return seq, "insertion"


def insert_a_hashed_row(session: Session, seq: int, count: int) -> tuple[int, str]:
    renumber(session, seq, +1)
    before = session.execute(select(COLUMNS.hash).where(COLUMNS.seq == seq - 1)).scalar_one_or_none() or "0" * 64
    row = dict(session.execute(select(*COLUMNS).where(COLUMNS.seq == seq + 1)).mappings().one())
    row |= {"seq": seq, "amount_minor": 77, "reverses": None, "previous": before}
    row["hash"] = seal(before, "ledger", {name: row[name] for name in SEALED})
    session.execute(LedgerEntry.__table__.insert().values(row))
    return seq, "insertion"


def swap_neighbours(session: Session, seq: int, count: int) -> tuple[int, str]:
    first = min(seq, count - 1)
    for old, new in ((first, count + 9), (first + 1, first), (count + 9, first + 1)):
        session.execute(text("UPDATE ledger_entry SET seq = :n WHERE seq = :o"), {"n": new, "o": old})
    return first, "swap"


def swap_far(session: Session, seq: int, count: int) -> tuple[int, str]:
    first, second = (1, count) if seq in (1, count) else (seq, count)
    for old, new in ((first, count + 9), (second, first), (count + 9, second)):
        session.execute(text("UPDATE ledger_entry SET seq = :n WHERE seq = :o"), {"n": new, "o": old})
    return first, "swap"


def truncate(session: Session, seq: int, count: int) -> tuple[int, str]:
    session.execute(text("DELETE FROM ledger_entry WHERE seq >= :s"), {"s": seq})
    return seq, "truncation"


def edit_and_hash_again(session: Session, seq: int, count: int) -> tuple[int, str]:
    row = dict(session.execute(select(*COLUMNS).where(COLUMNS.seq == seq)).mappings().one())
    row["amount_minor"] += 5
    digest = seal(row["previous"], "ledger", {name: row[name] for name in SEALED})
    session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values(amount_minor=row["amount_minor"], hash=digest))
    return seq, "edit" if seq < count else "rehash"


def edit_and_hash_to_the_end(session: Session, seq: int, count: int) -> tuple[int, str]:
    session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values(amount_minor=COLUMNS.amount_minor + 5))
    rehash(session, seq)
    return count, "rehash"


def edit(session: Session, seq: int, count: int) -> tuple[int, str]:
    names = [c.name for c in COLUMNS if c.name not in ("seq", "reverses", "previous", "hash")]
    name = names[seq % len(names)]
    value = session.execute(select(COLUMNS[name]).where(COLUMNS.seq == seq)).scalar_one()
    session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values({name: different(value, name)}))
    return seq, "edit"


def change_hash(session: Session, seq: int, count: int) -> tuple[int, str]:
    value = session.execute(select(COLUMNS.hash).where(COLUMNS.seq == seq)).scalar_one()
    session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values(hash=different(value, "hash")))
    return seq, "hash" if seq < count else "edit"


def change_previous(session: Session, seq: int, count: int) -> tuple[int, str]:
    value = session.execute(select(COLUMNS.previous).where(COLUMNS.seq == seq)).scalar_one()
    session.execute(update(LedgerEntry).where(COLUMNS.seq == seq).values(previous=different(value, "previous")))
    return seq, "previous"


Attack = Callable[[Session, int, int], tuple[int, str]]
ATTACKS: list[Attack] = [
    edit, change_hash, change_previous,
    delete, delete_and_close_the_gap, insert_a_copy, insert_a_hashed_row, swap_neighbours, swap_far, truncate,
    edit_and_hash_again, edit_and_hash_to_the_end,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.__name__)
def test_every_attack_is_seen_at_the_right_entry(database: Database, attack: Attack) -> None:
    """T02: by an administrator's SQL, the triggers gone. Each is taken back but the last, which another connection finds on the disk."""
    count = fill(database, POSITIONS + 16)  # an act is an entry at least
    chance = random.Random(7)
    places = {2, count}
    while len(places) < POSITIONS:
        places.add(chance.randrange(2, count))
    wrong: list[object] = []
    with unlocked(database):
        pass
    with database.session(readonly=False) as session:
        for seq in [*sorted(places), sorted(places)[1]]:
            session.rollback()
            expected = attack(session, seq, count)
            found = check(session)
            if found is None or (found.seq, found.kind) != expected:
                wrong.append((seq, expected, found))
        session.commit()
    assert wrong == [] and verdict(database) == expected


def _rows(database: Database) -> list[dict[str, object]]:
    with database.session(readonly=True) as session:
        return list(walk(session))


def test_a_chain_hashed_again_with_its_head_is_seen_by_a_printed_fingerprint(database: Database) -> None:
    """The known limit of any chain kept in one place, and what a paper outside is for (T06)."""
    count = fill(database, 10)
    with database.session(readonly=True) as session:
        printed = head(session)
    with unlocked(database) as session:
        session.execute(update(LedgerEntry).where(COLUMNS.seq == 3).values(document="OP-2026-99999-K"))
        last = rehash(session, 3)
        session.execute(text("UPDATE chain_head SET hash = :h WHERE name = 'ledger'"), {"h": last})
    assert verdict(database) is None
    assert verdict(database, (printed.seq, printed.hash)) == (count, "witness")


def test_a_running_total_that_is_not_the_sum_is_seen(database: Database) -> None:
    fill(database, 6)
    for change in ("UPDATE ledger_balance SET debit_minor = debit_minor + 1 WHERE id = (SELECT min(id) FROM ledger_balance)",
                   "DELETE FROM ledger_balance WHERE id = (SELECT max(id) FROM ledger_balance)"):
        with database.session(readonly=False) as session:
            session.execute(text(change))
            session.commit()
        assert verdict(database) == (0, "balances")


@pytest.mark.parametrize("change", [
    "UPDATE ledger_day SET debit_minor = debit_minor + 1 WHERE first_seq = 1",
    "UPDATE ledger_day SET entries = entries + 1 WHERE first_seq = 1",
    "DELETE FROM ledger_day WHERE first_seq = 1",
])  # fmt: skip
def test_a_day_that_is_not_the_sum_of_its_entries_is_seen(database: Database, change: str) -> None:
    fill(database, 6)
    assert verdict(database) is None
    with database.session(readonly=False) as session:
        session.execute(text(change))
        session.commit()
    assert verdict(database) == (0, "balances")


@pytest.mark.parametrize("statement", [
    "UPDATE ledger_entry SET amount_minor = 1 WHERE seq = 1",
    "UPDATE ledger_entry SET hash = hash",
    "DELETE FROM ledger_entry WHERE seq = 1",
    "DELETE FROM ledger_entry",
    "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry WHERE seq = 1",
    "TRUNCATE ledger_entry",
    "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE seq = 1",
])  # fmt: skip
def test_the_database_itself_refuses_every_change(database: Database, statement: str) -> None:
    """M07: no right of the application, and no statement by hand, passes the triggers."""
    fill(database, 3)
    before = _rows(database)
    with pytest.raises(DatabaseError), database.session(readonly=False) as session:
        session.execute(text(statement))
        session.commit()
    assert _rows(database) == before


def test_a_gap_is_refused_at_the_door(database: Database) -> None:
    count = fill(database, 3)
    with pytest.raises(DatabaseError), database.session(readonly=False) as session:
        copy(session, 1, count + 2)
        session.commit()


def test_an_entry_is_reversed_once(database: Database) -> None:
    """M08, in the table: a second reversal of an entry breaks a constraint."""
    from portfolio.ledger.queries import originals
    from portfolio.ledger.service import reverse

    fill(database, 3)
    with database.session(readonly=False) as session:
        first = originals(session, 1)
        at = transfers(3)[-1].at
        post(session, reverse(first, "Montant erroné, repris au bon montant", at=at, actor_id=1, act=1))
        session.commit()
    with pytest.raises(DatabaseError), database.session(readonly=False) as session:
        post(session, reverse(first, "Une seconde fois", at=at, actor_id=1, act=1))
        session.commit()
    assert verdict(database) is None


def test_balances_are_what_a_scan_gives(database: Database) -> None:
    fill(database, 60, seed=4)
    sums: dict[str, list[int]] = {}
    for row in _rows(database):
        sums.setdefault(str(row["debit"]), [0, 0])[0] += int(str(row["amount_minor"]))
        sums.setdefault(str(row["credit"]), [0, 0])[1] += int(str(row["amount_minor"]))
    stored: dict[str, list[int]] = {}
    with database.session(readonly=True) as session:
        for b in session.scalars(select(LedgerBalance)):
            stored.setdefault(b.account, [0, 0])[0] += b.debit_minor
            stored[b.account][1] += b.credit_minor
    assert stored == sums
    assert sum(d for d, _ in sums.values()) == sum(c for _, c in sums.values())


def records() -> list[dict[str, object]]:
    """Every pair of values under two names, and each under one: what a short text could be made to say."""
    return [{"a": one, "b": other} for one in VALUES for other in VALUES] + [{name: value} for name in "abc" for value in VALUES]


def told_apart(form: Callable[[str, dict[str, Any]], bytes]) -> bool:
    """Whether no two different records have the same bytes."""
    made = records()
    return len({form("ledger", record) for record in made}) == len(made)


def test_two_different_records_never_give_the_same_bytes() -> None:
    """T01: all pairs of thirteen thousand records; the same check sees a form without lengths, one without types, one without names."""
    assert len(records()) > 10_000 and told_apart(canonical)
    assert not told_apart(lambda kind, r: "\n".join(f"{name}:{type(v).__name__}:{v}" for name, v in sorted(r.items())).encode())
    assert not told_apart(lambda kind, r: "\n".join(f"{name}:{len(str(v))}:{v}" for name, v in sorted(r.items())).encode())
    assert not told_apart(lambda kind, r: json.dumps(list(r.values()), default=str).encode())


def test_the_name_of_a_field_cannot_pass_for_a_value() -> None:
    """T01: `a` that holds `s:1:x`, and `a:s:5` that holds `x`, would read the same."""
    for name in ("a:s:5", "a:n:0:\nb"):
        with pytest.raises(ValueError, match="name of a field"):
            canonical("paper", {name: "x"})


def test_a_moment_has_one_form_whatever_its_zone() -> None:
    """T01: the same moment the same bytes, and another one others."""
    east = NOON.astimezone(timezone(timedelta(hours=1)))
    assert canonical("x", {"at": east}) == canonical("x", {"at": NOON})
    assert canonical("x", {"at": east.replace(tzinfo=UTC)}) != canonical("x", {"at": NOON})


@pytest.mark.both_engines
def test_what_the_triggers_refuse_passes_without_them_and_the_check_sees_it(database: Database) -> None:
    """M07's negative control: the same statement that the database refuses, with its triggers gone."""
    fill(database, 3)
    statement = text("UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE seq = 2")
    with pytest.raises(DatabaseError), database.session(readonly=False) as session:
        session.execute(statement)
    assert verdict(database) is None
    with unlocked(database) as session:
        session.execute(statement)
    assert verdict(database) == (2, "edit")
