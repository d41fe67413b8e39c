"""Any life of two grants, by whoever, in any order: the product allows what the institution allows and nothing else, and its books and guards
say what the acts add up to, after every single one (M04, M06, M08, M09, M13).

The suite plays a dozen, so that it stays short; the whole is `PORTFOLIO_WHOLE=1 pytest tests/lives`: 2,000 lives of up to 50 acts on each engine.
"""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from tests import factories
from tests.justifications import grants
from tests.lives import acts
from tests.lives.expected import PEOPLE, WHO, Claim, Institution, Paper, Report, Tranche
from tests.support import databases

WHOLE = bool(os.environ.get("PORTFOLIO_WHOLE"))
LIVES = 2000 if WHOLE else 12
STEPS = 50


class World:
    """An office with its two grants, made once a run; each life has a copy, on one pool of connections that keeps its compiled statements."""

    def __init__(self, kind: str, folder: Path, *, granted: bool = True) -> None:
        self.kind, self.folder, self.granted = kind, folder, granted
        self.name = "lives" if granted else "lives_ungranted"
        self.url = databases.new(kind, folder, self.name, self.fill)
        self.original = folder / "original"
        self.database = Database(self.url, threads=1)
        if kind == "sqlite":
            shutil.copyfile(self.file, self.original)
        given = json.loads(self.ids.read_text())
        self.made: dict[str, list[int]] = given["made"]
        self.office: dict[str, Any] = given["office"]
        self.lives = 0

    @property
    def ids(self) -> Path:
        return databases.run_folder() / f"{self.name}_{self.kind}.json"

    @property
    def file(self) -> Path:
        return Path(self.database.url.database or "")

    def fill(self, url: str) -> None:
        databases.migrate(url)
        database = Database(url)
        made = grants.office(database, self.folder)
        facts: dict[str, Any] = {name: getattr(made, name) for name in ("people", "fund", "line", "bank", "call", "place")}
        acts.spend(made)
        self.ids.write_text(json.dumps({"office": facts, "made": acts.furnish(made) if self.granted else {}}))
        database.dispose()

    def begin(self) -> acts.Product:
        return acts.Product(self.office_again(), **self.made)

    def office_again(self) -> grants.Office:
        """The office as it was before anybody did anything."""
        self.database.dispose()
        if self.kind == "sqlite":
            for part in ("-wal", "-shm"):
                self.file.with_name(self.file.name + part).unlink(missing_ok=True)
            shutil.copyfile(self.original, self.file)
        elif self.lives:
            databases.again(self.url, self.name)
        self.lives += 1
        around = factories.around(self.database, clock=FixedClock(grants.J), data_dir=self.folder)
        return grants.Office(around, **self.office)

    def end(self) -> None:
        self.database.dispose()
        databases.drop(self.url)


@contextmanager
def place() -> Iterator[Path]:
    """In memory where there is one: what a life leaves is thrown away."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def world(engine_kind: str) -> Iterator[World]:
    with place() as folder:
        made = World(engine_kind, folder)
        yield made
        made.end()


WAYS: dict[str, tuple[str, ...]] = {
    "request": ("request",), "liquidate": ("step", "liquidate"), "visa": ("step", "visa"), "order": ("step", "order"),
    "send": ("step", "send"), "pay": ("pay",), "fail": ("take_back", "fail"), "return": ("take_back", "return"),
    "reject": ("take_back", "reject"), "report": ("report",), "verdict": ("verdict",), "review": ("examine", "review"),
    "validate": ("examine", "validate"), "clear": ("examine", "clear"), "claim": ("claim",), "issue": ("recover", "issue"),
    "collect": ("recover", "collect"), "write_off": ("recover", "write_off"), "reverse": ("reverse",),
    "suspend": ("hold_up", "suspend"), "resume": ("hold_up", "resume"),
}  # fmt: skip
"""Verb → the method of the machine that tries it."""
ON = {
    **dict.fromkeys(("liquidate", "visa", "order", "send", "pay", "fail", "return", "reject"), "payment"),
    **dict.fromkeys(("verdict", "review", "validate", "clear"), "report"),
    **dict.fromkeys(("issue", "collect", "write_off"), "claim"), "reverse": "act",
}  # fmt: skip
"""What a verb is tried on, where there must be one."""


class Lives(RuleBasedStateMachine):
    """The acts, in a world of their own."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.product = self.world.begin()
        self.model = Institution(
            acts.CASH, [Tranche(n, amount, percent) for n, schedule in enumerate(acts.SCHEDULES) for amount, percent in schedule])

    def teardown(self) -> None:
        if hasattr(self, "product"):
            assert self.product.findings() == []
        if WHOLE and self.world.lives % 100 == 0:
            print(f"{self.world.kind}: {self.world.lives} lives", flush=True)

    @rule(seed=st.tuples(*[st.booleans()] * 24))  # bits: for an integer hypothesis would read the whole product in search of constants
    def act(self, seed: tuple[bool, ...]) -> None:
        """One act. All that it needs is drawn from one number, so that lives are short to tell."""
        self.once(random.Random(sum(bit << n for n, bit in enumerate(seed))))

    def once(self, draw: random.Random) -> None:
        """Mostly something that is due."""
        due = self.due()
        verb = draw.choice(due) if due and draw.random() < 0.8 else draw.choice(sorted(self.possible()))
        method, *rest = WAYS[verb]
        getattr(self, method)(draw, *rest)

    def due(self) -> list[str]:
        """The verbs for which something waits."""
        m = self.model
        found = ["request"] if any(m.may_request(n, t.amount) for n, t in enumerate(m.tranches)) else []
        waits = {"requested": "liquidate", "liquidated": "visa", "visaed": "order", "ordered": "pay", "sent": "pay"}
        found += [waits[p.status] for p in m.payments if p.status in waits]
        found += ["report"] if any(m.may_report(n) for n in range(len(m.tranches))) else []
        steps = {"submitted": "verdict", "reviewed": "validate"}
        found += [steps[r.status] for r in m.reports if r.status in steps]
        found += ["claim"] if any(t.open for t in m.tranches) else []
        found += ["review"] if any(m.may_review(r) for r in m.reports) else []
        found += [{"prepared": "issue", "issued": "collect"}[c.status] for c in m.claims if c.status in ("prepared", "issued")]
        return found + (["resume"] if any(m.suspended.values()) else [])

    def possible(self) -> set[str]:
        """The verbs that have something to be tried on."""
        m = self.model
        without = {"payment": not m.payments, "report": not m.reports, "claim": not m.claims, "act": not m.acts}
        return {verb for verb in WAYS if not without.get(ON.get(verb, ""), False)}

    def who(self, draw: random.Random, verb: str) -> str:
        """Somebody whose task it is, four times in five."""
        return draw.choice(sorted(WHO[verb])) if draw.random() < 0.8 else draw.choice(PEOPLE)

    def agree(self, verb: str, who: str, expected: bool, went: tuple[bool, Any]) -> bool:
        """Product and model said the same."""
        expected = expected and who in WHO[verb]
        assert went[0] == expected, f"{verb} by {who}: the institution says {expected}, the product {went[0]} ({went[1]})"
        return went[0]

    def request(self, draw: random.Random) -> None:
        ready = [n for n, t in enumerate(self.model.tranches) if self.model.may_request(n, t.amount)]
        who, at = self.who(draw, "request"), self.among(draw, ready, self.model.tranches)
        whole = self.model.tranches[at].amount
        amount = whole if draw.random() < 0.7 else draw.choice((1, whole // 2, whole + 1))
        expected = self.model.may_request(at, amount)
        went = self.product.request(who, at, amount)
        if self.agree("request", who, expected, went):
            self.model.request(at, amount, who)
            self.product.payments.append(went[1])

    def step(self, draw: random.Random, verb: str) -> None:
        who, at = self.who(draw, verb), self.pick(draw, verb)
        payment = self.model.payments[at]
        if self.agree(verb, who, self.model.may_step(payment, verb, who), self.product.on_payment(who, verb, at)):
            self.model.step(payment, verb, who)

    def pick(self, draw: random.Random, verb: str) -> int:
        """Mostly a payment that waits for this verb."""
        waits = {"liquidate": "requested", "visa": "liquidated", "order": "visaed", "send": "ordered", "pay": "ordered", "fail": "sent"}
        return self.among(draw, [n for n, p in enumerate(self.model.payments) if p.status == waits.get(verb)], self.model.payments)

    def among(self, draw: random.Random, ready: list[int], every: list[Any]) -> int:
        """The place in a list of something that waits, or now and then of anything."""
        return draw.choice(ready) if ready and draw.random() < 0.9 else draw.randrange(len(every))

    def pay(self, draw: random.Random) -> None:
        who, at, fee = self.who(draw, "pay"), self.pick(draw, "pay"), draw.choice((0, 2_500))
        payment = self.model.payments[at]
        went = self.product.on_payment(who, "pay", at, fee)
        if self.agree("pay", who, self.model.may_pay(payment, who, fee), went):
            self.model.pay(payment, fee)
            self.product.postings.append(self.product.posting())

    def take_back(self, draw: random.Random, verb: str) -> None:
        who, at, fee = self.who(draw, verb), self.pick(draw, verb), draw.choice((0, 1_000))
        payment = self.model.payments[at]
        may: dict[str, Any] = {"fail": lambda p: self.model.may_fail(p, fee), "return": self.model.may_return, "reject": self.model.may_reject}
        expected = may[verb](payment)
        if self.agree(verb, who, expected, self.product.on_payment(who, verb, at, fee)):
            {"fail": lambda p: self.model.fail(p, fee), "return": self.model.return_, "reject": self.model.reject}[verb](payment)

    def report(self, draw: random.Random) -> None:
        who = self.who(draw, "report")
        at = self.among(draw, [n for n, t in enumerate(self.model.tranches) if t.open], self.model.tranches)
        whole = max(self.model.tranches[at].open, 1)
        amounts = draw.choice(([whole], [whole // 2 + 1, whole // 3 + 1], [whole // 4 + 1, whole, 1]))
        expected = self.model.may_report(at)
        went = self.product.report(who, at, amounts)
        if self.agree("report", who, expected, went):
            self.model.reports.append(Report(at, [Paper(a) for a in amounts], who))
            self.product.reports.append(went[1][0])
            self.product.papers.append(went[1][1])

    def verdict(self, draw: random.Random) -> None:
        who = self.who(draw, "verdict")
        at = self.among(draw, [n for n, r in enumerate(self.model.reports) if r.status == "submitted"], self.model.reports)
        report = self.model.reports[at]
        n = self.among(draw, [n for n, p in enumerate(report.papers) if p.verdict in ("presented", "queried")], report.papers)
        paper, verdict = report.papers[n], draw.choice(("accepted", "accepted", "refused", "queried"))
        accepted = paper.amount if draw.random() < 0.7 else draw.choice((0, 1, paper.amount // 2, paper.amount + 1))
        expected = self.model.may_decide(report, paper, verdict, accepted)
        if self.agree("verdict", who, expected, self.product.verdict(who, at, n, verdict, accepted)):
            self.model.decide(paper, verdict, accepted, who)

    def examine(self, draw: random.Random, verb: str) -> None:
        who = self.who(draw, verb)
        waits = {"review": "submitted", "validate": "reviewed", "clear": "validated"}[verb]
        at = self.among(draw, [n for n, r in enumerate(self.model.reports) if r.status == waits], self.model.reports)
        report = self.model.reports[at]
        if verb == "review":
            expected = self.model.may_review(report)
        else:
            expected = (self.model.may_validate if verb == "validate" else self.model.may_clear)(report, who)
        acts_before = len(self.model.acts)
        if self.agree(verb, who, expected, self.product.on_report(who, verb, at)):
            if verb == "review":
                report.status, report.reviewer = "reviewed", who
            else:
                self.model.clear(report)
            self.product.postings += [self.product.posting()] * (len(self.model.acts) - acts_before)

    def claim(self, draw: random.Random) -> None:
        who = self.who(draw, "claim")
        at = self.among(draw, [n for n, t in enumerate(self.model.tranches) if t.open], self.model.tranches)
        left = self.model.tranches[at].open
        amount = draw.choice((max(left, 1), left // 2 + 1, left + 1))
        expected = self.model.may_claim(at, amount)
        went = self.product.claim(who, at, amount)
        if self.agree("claim", who, expected, went):
            self.model.claims.append(Claim(at, amount, who))
            self.product.claims.append(went[1])

    def recover(self, draw: random.Random, verb: str) -> None:
        who = self.who(draw, verb)
        waits = "prepared" if verb == "issue" else "issued"
        at = self.among(draw, [n for n, c in enumerate(self.model.claims) if c.status == waits], self.model.claims)
        claim = self.model.claims[at]
        amount = draw.choice((max(claim.owed, 1), claim.owed // 2 + 1, claim.owed + 1))
        expected = {
            "issue": self.model.may_issue(claim, who),
            "collect": self.model.may_collect(claim, amount),
            "write_off": claim.status == "issued",
        }[verb]
        if self.agree(verb, who, expected, self.product.on_claim(who, verb, at, amount)):
            if verb == "issue":
                self.model.issue(claim)
            elif verb == "collect":
                self.model.collect(claim, amount)
                self.product.postings.append(self.product.posting())
            else:
                self.model.write_off(claim)

    def reverse(self, draw: random.Random) -> None:
        who, at = self.who(draw, "reverse"), draw.randrange(len(self.model.acts))
        act = self.model.acts[at]
        if self.agree("reverse", who, self.model.may_reverse(act), self.product.reverse(who, at)[:1] + (act,)):
            self.model.reverse(act)

    def hold_up(self, draw: random.Random, verb: str) -> None:
        every = sorted({t.grant for t in self.model.tranches})
        ready = [n for n in every if self.model.suspended.get(n, False) == (verb == "resume")]
        grant = self.among(draw, ready, every)
        stopped = self.model.suspended.get(grant, False)
        who = self.who(draw, verb)
        expected = stopped == (verb == "resume")
        if self.agree(verb, who, expected, self.product.hold_up(who, verb, grant)):
            self.model.suspended[grant] = verb == "suspend"

    @invariant()
    def books_say_what_was_done(self) -> None:
        if not hasattr(self, "product"):
            return
        moved, wanted = self.product.moved(), self.model.accounts()
        assert {code: moved.get(code, 0) for code in wanted} == wanted
        assert sum(moved.values()) == 0

    @invariant()
    def guards_say_the_same(self) -> None:
        if not hasattr(self, "product"):
            return
        for at, t in enumerate(self.model.tranches):
            wanted = (t.status, t.requested, t.liquidated, t.ordered, t.paid, t.cleared, t.refused)
            assert self.product.now.tranches[at] == wanted, f"tranche {at}"
        books = self.model.accounts()
        paid, ordered = books["907"], books["906"]
        assert self.product.now.guards == {
            "liquidated": books["905"] + ordered + paid, "ordered": ordered + paid, "paid": paid,
            "fund": self.model.cash, "bank": self.model.cash, "justified": books["657"],
            "returned": sum(c.collected for c in self.model.claims),
        }


@pytest.mark.slow
@pytest.mark.both_engines
def test_any_life_of_two_grants(world: World) -> None:
    machine = type(f"Lives_{world.kind}", (Lives,), {"world": world})
    gc.collect()
    gc.freeze()  # the product itself is not garbage
    with acts.papers_undrawn():
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine, settings=settings(
                max_examples=LIVES, stateful_step_count=STEPS, deadline=None, database=None, derandomize=not WHOLE,
                suppress_health_check=list(HealthCheck), phases=(Phase.generate, *((Phase.shrink,) if WHOLE else ()))))
