"""The law is executed: every verb × status × role is tried on the engine, for every lifecycle (M13, Z06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from portfolio.actor import Actor, Grant
from portfolio.kit.clock import FixedClock
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.kit.lifecycle import Lifecycle, Move, State
from portfolio.ledger.service import Dims
from portfolio.origin import Surroundings
from portfolio.rulebook.events import WORDS
from portfolio.rulebook.findings import AUDITS
from portfolio.rulebook.lifecycles import ALL, NOUNS
from portfolio.rulebook.permissions import GRANTS, INCOMPATIBLE, MONEY_ROLES, PERMISSIONS, ROLES
from portfolio.rulebook.postings import CHART, ENTRY_WORDS, POSTINGS, STAGES, TREASURY
from portfolio.work import Work

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def cells() -> Iterator[tuple[str, str, str]]:
    for noun, cycle in ALL.items():
        for verb in dict.fromkeys(m.verb for m in cycle.moves):
            for state in cycle.states:
                yield noun, verb, state.code


class FakeSession:
    """Stands where the database is not what is being tried: the engine's own decisions are."""

    def flush(self) -> None: ...

    def expire(self, *_: object) -> None: ...


@dataclass
class Thing:
    """A record with every column a move may stamp or ask about."""

    status: str
    id: int = 1
    __tablename__ = "thing"
    columns: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in (
            "country",
            "call_id",
            "group_id",
            "version",
            "reference",
            "amount_currency",
        ):
            raise AttributeError(name)
        return self.__dict__.get("columns", {}).get(name)


def engine(role: str, person: int = 7) -> Work:
    around = Surroundings(database=None, clock=FixedClock(NOON), data_dir=None, secret=b"")  # type: ignore[arg-type]
    work = Work(around, actor=Actor(person, "X", grants=(Grant(role),)))
    work._session = FakeSession()  # type: ignore[assignment]
    return work


def attempt(
    cycle: Lifecycle,
    verb: str,
    status: str,
    role: str,
    *,
    others: bool = True,
    reason: str = "Parce qu'il le faut.",
) -> Thing:
    thing = Thing(status)
    row = cycle.find(verb, status)
    if row and not others:
        thing.columns = dict.fromkeys(row.distinct_from, 7)
    work = engine(role)
    work._held.add(("thing", 1))
    event = cycle.verb(verb).event
    cases = [k.partition("#")[2] for k in POSTINGS if k.startswith(f"{event}#")]
    case = status if status in cases else cases[0] if cases else None
    work.advance(
        cycle, thing, verb, reason=reason, case=case, measures={"amount": 5}, treasury="bank", dims=Dims()
    )  # type: ignore[arg-type]
    return thing


@pytest.mark.parametrize(("noun", "verb", "status"), list(cells()))
def test_every_verb_in_every_status_for_every_role(noun: str, verb: str, status: str) -> None:
    cycle = ALL[noun]
    row = cycle.find(verb, status)
    for role in ROLES:
        if row is None:
            with pytest.raises(Refused) as refused:
                attempt(cycle, verb, status, role)
            assert refused.value.refusals[0].code in ("wrong_status", "already_done")
        elif row.permission not in GRANTS[role]:
            with pytest.raises(Forbidden):
                attempt(cycle, verb, status, role)
        else:
            assert attempt(cycle, verb, status, role).status == row.target
            if row.reason:
                with pytest.raises(Invalid):
                    attempt(cycle, verb, status, role, reason=" ")
            if row.distinct_from:
                with pytest.raises(Refused) as refused:
                    attempt(cycle, verb, status, role, others=False)
                assert refused.value.refusals[0].code == "four_eyes"


def test_a_thing_that_was_not_held_cannot_be_moved() -> None:
    work = engine("programme_head")
    with pytest.raises(AssertionError, match="hold"):
        work.advance(ALL["call"], Thing("sent"), "publish")  # type: ignore[arg-type]


def test_every_permission_of_a_move_is_held_by_somebody() -> None:
    wanted = {m.permission for cycle in ALL.values() for m in cycle.moves}
    assert wanted <= PERMISSIONS, wanted - PERMISSIONS


def test_every_event_is_worded_and_every_posting_belongs_to_an_event() -> None:
    assert set(ALL) == set(NOUNS)
    for cycle in ALL.values():
        for move in cycle.moves:
            assert move.event in WORDS
            assert move.event.partition(":")[0] in (cycle.noun, move.event.partition(":")[0])
    assert {key.partition("#")[0] for key in POSTINGS} <= set(WORDS) | {"commitment:rejected"}
    assert {key.partition("#")[0] for key, rows in POSTINGS.items() if rows} <= set(ENTRY_WORDS)


def test_postings_use_the_chart_and_the_chain_is_whole() -> None:
    known = set(CHART) | {"treasury", "treasury_from"}
    for rows in POSTINGS.values():
        for row in rows:
            assert row.debit in known and row.credit in known and row.debit != row.credit
    assert set(TREASURY.values()) <= set(CHART)
    order = list(STAGES.values())
    for earlier, later in zip(order[1:], order[2:], strict=False):
        assert set(later) < set(earlier), "a later stage contains no more than the earlier one"


def test_no_administrator_holds_a_money_or_scoring_right() -> None:
    forbidden = (
        "disbursement:",
        "money_receipt:",
        "commitment:",
        "decision:",
        "score",
        "recovery:",
        "justification:",
        "budget_line:",
        "fund:",
    )
    assert not [p for p in GRANTS["administrator"] if p.startswith(forbidden)]


def test_auditors_move_nothing_but_their_own_missions() -> None:
    """They only read what they audit; what they write is theirs alone and moves no account."""
    auditors = ("internal_auditor", "external_auditor")
    for role in auditors:
        acting = {m.permission for cycle in ALL.values() for m in cycle.moves} & GRANTS[role]
        assert acting == AUDITS
    assert not [role for role in ROLES if role not in auditors and AUDITS & GRANTS[role]]
    own = [m for cycle in ALL.values() for m in cycle.moves if m.permission in AUDITS]
    assert {m.event.partition(":")[0] for m in own} == {"mission", "finding", "recommendation"}
    assert not [m.event for m in own if m.event in POSTINGS]


def test_ordonnateur_and_comptable_never_meet_in_one_person() -> None:
    assert frozenset({"authorising_officer", "accountant"}) in INCOMPATIBLE
    order, pay = ALL["disbursement"].verb("order").permission, ALL["disbursement"].verb("pay").permission
    assert not [r for r in ROLES if {order, pay} <= GRANTS[r]]
    assert MONEY_ROLES >= {"authorising_officer", "accountant", "cashier"}


def test_a_lifecycle_checks_itself() -> None:
    states = (State("a", "A"), State("b", "B"))
    with pytest.raises(AssertionError, match="unreachable"):
        Lifecycle("x", states, ())
    twice = (Move("go", ("a",), "b", "p:q", "x:gone", "Go"), Move("go", ("a",), "b", "p:q", "x:gone", "Go"))
    with pytest.raises(AssertionError, match="repeats"):
        Lifecycle("x", states, twice)
    assert "a --> b: go" in Lifecycle("x", states, twice[:1]).diagram()
