"""A life: acts drawn by chance, tried on the product and on the model, and after every single one what both must say."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.lives import acts
from tests.lives.comparing import differences
from tests.lives.expected import Institution
from tests.lives.machine_agreements import ContractLives
from tests.lives.machine_batches import BatchLives
from tests.lives.nouns import PEOPLE, WHO, Claim, Paper, Report, Tranche
from tests.lives.openings import OPENINGS
from tests.lives.worlds import World

THEMES = ("plain", "batches", "claims", "avenants", "end", "papers", "offsets")
"""What a life is mostly about."""
FAR = ("papers", "offsets", "claims")
"""What comes late in the life of a grant: these hurry there."""
STEPS = 50
LENGTHS = (20, 30, 40, STEPS)
"""Acts of a life."""


WAYS: dict[str, tuple[str, ...]] = {
    "request": ("request",), "liquidate": ("step", "liquidate"), "visa": ("step", "visa"), "order": ("step", "order"),
    "send": ("step", "send"), "pay": ("pay",), "fail": ("take_back", "fail"), "return": ("take_back", "return"),
    "reject": ("take_back", "reject"), "report": ("report",), "verdict": ("verdict",), "review": ("examine", "review"),
    "validate": ("examine", "validate"), "clear": ("examine", "clear"), "claim": ("claim",), "issue": ("recover", "issue"),
    "collect": ("recover", "collect"), "withdraw": ("recover", "withdraw"), "write_off": ("recover", "write_off"), "reverse": ("reverse",),
    "deduct": ("deduct",), "suspend": ("hold_up", "suspend"), "resume": ("hold_up", "resume"), "terminate": ("terminate",),
    "propose_waiver": ("waiver", "propose_waiver"), "waive": ("waiver", "waive"), "amend": ("amend",),
    **{verb: ("handle_amendment", verb) for verb in ("submit", "approve", "accept", "refuse", "sign")},
    "notify": ("notify",), **{verb: ("handle_notice", verb) for verb in ("serve", "answer", "lift")},
    "start_closing": ("hold_up", "start_closing"), "give_up": ("give_up",), "draw_up": ("draw_up",),
    "clear_account": ("close", "clear_account"), "attest": ("close", "attest"), "bundle": ("bundle",),
    "add": ("fill", "add"), "take_out": ("fill", "take_out"),
    **{verb: ("handle", verb) for verb in ("lock", "unlock", "cancel", "dispatch", "reconcile")},
    **{f"{verb}_batch": ("sign_batch", verb) for verb in ("approve", "authorise", "release")},
}  # fmt: skip
"""Verb → the method of the machine that tries it."""
ON = {
    **dict.fromkeys(("liquidate", "visa", "order", "send", "pay", "fail", "return", "reject"), "payment"),
    **dict.fromkeys(("verdict", "review", "validate", "clear"), "report"),
    **dict.fromkeys(("issue", "collect", "withdraw", "write_off", "deduct"), "claim"), "reverse": "act",
    **dict.fromkeys(("submit", "approve", "accept", "refuse", "sign"), "amendment"),
    **dict.fromkeys(("serve", "answer", "lift"), "notice"), **dict.fromkeys(("clear_account", "attest"), "closure"),
    **dict.fromkeys(("add", "take_out", "lock", "unlock", "cancel", "dispatch", "reconcile"), "batch"),
    **dict.fromkeys(("approve_batch", "authorise_batch", "release_batch"), "batch"),
}  # fmt: skip
"""What a verb is tried on, where there must be one."""


BITS = st.tuples(*[st.booleans()] * 24)
"""A number: for an integer hypothesis would read the whole product in search of constants."""


class Lives(ContractLives, BatchLives, RuleBasedStateMachine):
    """The acts, in a world of their own."""

    world: World
    theme = "plain"
    left = STEPS

    @initialize(seed=BITS)
    def start(self, seed: tuple[bool, ...]) -> None:
        draw = random.Random(sum(bit << n for n, bit in enumerate(seed)))
        self.begin(draw.choice(THEMES), draw.choice(LENGTHS), draw.random() < 0.5)

    def begin(self, theme: str, acts_of_it: int = STEPS, opened: bool = False) -> None:
        self.theme, self.left = theme, acts_of_it
        self.product = self.world.begin()
        tranches = [Tranche(n, amount, percent) for n, schedule in enumerate(acts.SCHEDULES) for amount, percent in schedule]
        self.model = Institution(acts.CASH, tranches, acts.LAST_DAYS)
        for act in OPENINGS.get(theme, ()) if opened else ():
            self.left -= 1
            act(self)
            self.product_says_the_same()

    def teardown(self) -> None:
        if hasattr(self, "product"):
            assert self.product.findings() == []
            self.world.count(self.product.tried)

    @rule(seed=BITS)
    def act(self, seed: tuple[bool, ...]) -> None:
        """One act. All that it needs is drawn from one number, so that lives are short to tell; the same number later is another act."""
        self.once(random.Random(self.left << 24 | sum(bit << n for n, bit in enumerate(seed))))

    def once(self, draw: random.Random) -> None:
        """Mostly something that is due."""
        if not self.left:
            return
        self.left -= 1
        due = self.due()
        verb = draw.choice(due) if due and draw.random() < 0.87 else draw.choice(sorted(self.possible()))
        method, *rest = WAYS[verb]
        getattr(self, method)(draw, *rest)

    def due(self) -> list[str]:
        """The verbs for which something waits."""
        m = self.model
        moving = any(p.status in ("requested", "liquidated", "visaed", "ordered", "sent") for p in m.payments)
        asked = moving and self.theme in FAR  # one after the other
        found = ["request"] if not asked and any(m.may_request(n, t.amount) for n, t in enumerate(m.tranches)) else []
        found += self._due_payments()
        found += ["report"] if any(m.may_report(n) for n in range(len(m.tranches))) else []
        steps = {"submitted": "verdict", "reviewed": "validate"}
        found += [steps[r.status] for r in m.reports if r.status in steps]
        found += ["claim"] if any(m.may_claim(n, 1) for n in range(len(m.tranches))) and self.theme != "papers" else []
        found += ["review"] if any(m.may_review(r) for r in m.reports) else []
        return found * (8 if self.theme in FAR else 3) + self._due_claims() + self._due_late() + self.due_contracts() + self.due_batches()

    def _due_payments(self) -> list[str]:
        m, found = self.model, []
        pays = "bundle" if self.theme == "batches" else "pay"
        waits = {"requested": "liquidate", "liquidated": "visa", "visaed": "order", "ordered": pays, "sent": "pay"}
        for p in m.payments:
            if p.status in waits and (p.batch is None or p.status != "ordered"):
                found.append(waits[p.status])
            if p.status == "ordered" and p.batch is None and self.theme == "plain":
                found.append("send")
            if p.status == "sent" and self.theme in ("plain", "batches"):
                found.append("fail")
        return found

    def _due_claims(self) -> list[str]:
        """In a life of set-offs nobody pays what a payment can be made less."""
        m, found = self.model, []
        offsets = self.theme == "offsets"
        for c in m.claims:
            if c.status == "prepared" and m.may_issue(c, ""):
                found += ["issue"] * (20 if offsets else 8)
            elif c.status == "prepared":
                found.append("withdraw")
            elif c.status == "issued" and not offsets:
                found += ["collect"] * 3
        pairs = any(m.may_deduct(c, p, 1) for c in m.claims for p in m.payments)
        return found + ["deduct"] * 20 * pairs

    def _due_late(self) -> list[str]:
        """Papers that were held when the report was validated: decided since, then counted."""
        m, found = self.model, []
        for r in m.reports:
            if r.status == "validated" and any(p.verdict == "queried" for p in r.papers):
                found += ["verdict"] * 12
            if m.may_clear(r, ""):
                found += ["clear"] * 12
        found += ["reverse"] * sum(m.may_reverse(act) for act in m.acts)
        return found

    def possible(self) -> set[str]:
        """The verbs that have something to be tried on."""
        m = self.model
        without = {"payment": not m.payments, "report": not m.reports, "claim": not m.claims, "act": not m.acts,
                   "amendment": not m.amendments, "notice": not m.notices, "closure": not m.closures, "batch": not m.batches}
        found = {verb for verb in WAYS if not without.get(ON.get(verb, ""), False)}
        return found if m.payments else found - {"add", "deduct"}

    def who(self, draw: random.Random, verb: str, may: Callable[[str], bool] | None = None) -> str:
        """Somebody whose task it is, mostly; and of these, mostly somebody who may."""
        task = sorted(WHO[verb])
        able = [who for who in task if may(who)] if may and draw.random() < 0.7 else task
        return draw.choice(able or task) if draw.random() < 0.88 else draw.choice(PEOPLE)

    def agree(self, verb: str, who: str, expected: bool, went: tuple[bool, Any], right: str = "") -> bool:
        """Product and model said the same; the task is `right`, where the verb says more."""
        expected = expected and who in WHO[right or verb]
        self.world.seen[verb, expected] += 1
        assert went[0] == expected, f"{verb} by {who}: the institution says {expected}, the product {went[0]} ({went[1]})"
        return went[0]

    def request(self, draw: random.Random) -> None:
        ready = [n for n, t in enumerate(self.model.tranches) if self.model.may_request(n, t.amount)]
        who, at = self.who(draw, "request"), self.among(draw, ready, self.model.tranches)
        whole = self.model.tranches[at].amount
        amount = whole if draw.random() < 0.7 else draw.choice((1, whole // 2, whole + 1))
        self.do_request(who, at, amount)

    def do_request(self, who: str, at: int, amount: int) -> None:
        expected = self.model.may_request(at, amount)
        went = self.product.request(who, at, amount)
        if self.agree("request", who, expected, went):
            self.model.request(at, amount, who)
            self.product.payments.append(went[1])

    def step(self, draw: random.Random, verb: str) -> None:
        at = self.pick(draw, verb)
        payment = self.model.payments[at]
        self.do_step(self.who(draw, verb, lambda one: self.model.may_step(payment, verb, one)), verb, at)

    def do_step(self, who: str, verb: str, at: int) -> None:
        payment = self.model.payments[at]
        if self.agree(verb, who, self.model.may_step(payment, verb, who), self.product.on_payment(who, verb, at)):
            self.model.step(payment, verb, who)

    def pick(self, draw: random.Random, verb: str) -> int:
        """Mostly a payment that waits for this verb."""
        waits = {"liquidate": "requested", "visa": "liquidated", "order": "visaed", "send": "ordered", "fail": "sent"}
        m = self.model
        ready = [n for n, p in enumerate(m.payments) if p.status == waits.get(verb) or (verb == "pay" and (p.status == "sent" or m.free(n)))]
        return self.among(draw, ready, m.payments)

    def among(self, draw: random.Random, ready: list[int], every: list[Any]) -> int:
        """The place in a list of something that waits, or now and then of anything."""
        return draw.choice(ready) if ready and draw.random() < 0.9 else draw.randrange(len(every))

    def pay(self, draw: random.Random) -> None:
        at, fee = self.pick(draw, "pay"), draw.choice((0, 2_500))
        payment = self.model.payments[at]
        self.do_pay(self.who(draw, "pay", lambda one: self.model.may_pay(payment, one, fee)), at, fee)

    def do_pay(self, who: str, at: int, fee: int = 0) -> None:
        payment = self.model.payments[at]
        went = self.product.on_payment(who, "pay", at, fee)
        if self.agree("pay", who, self.model.may_pay(payment, who, fee), went):
            self.model.pay(payment, fee)
            self.product.postings.append(self.product.posting())

    def take_back(self, draw: random.Random, verb: str) -> None:
        self.do_take_back(self.who(draw, verb), verb, self.pick(draw, verb), draw.choice((0, 1_000)))

    def do_take_back(self, who: str, verb: str, at: int, fee: int = 0) -> None:
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
        self.do_report(who, at, amounts, draw.choice((0, 0, 1)))

    def do_report(self, who: str, at: int, amounts: list[int], line: int = 0) -> None:
        expected = self.model.may_report(at)
        went = self.product.report(who, at, amounts, 2 * self.model.tranches[at].grant + line)
        if self.agree("report", who, expected, went):
            self.model.reports.append(Report(at, [Paper(a) for a in amounts], who, line=line))
            self.product.reports.append(went[1][0])
            self.product.papers.append(went[1][1])

    def verdict(self, draw: random.Random) -> None:
        who = self.who(draw, "verdict")
        late = [n for n, r in enumerate(self.model.reports) if r.status == "validated" and any(p.verdict == "queried" for p in r.papers)]
        ready = [n for n, r in enumerate(self.model.reports) if r.status == "submitted"]
        at = self.among(draw, ready + late, self.model.reports)
        report = self.model.reports[at]
        n = self.among(draw, [n for n, p in enumerate(report.papers) if p.verdict in ("presented", "queried")], report.papers)
        paper, held = report.papers[n], ("queried",) * 3 if self.theme == "papers" and report.status == "submitted" else ()
        verdict = draw.choice(("accepted", "accepted", "refused", "queried", *held))
        accepted = paper.amount if draw.random() < 0.7 else draw.choice((0, 1, paper.amount // 2, paper.amount + 1))
        self.do_verdict(who, at, n, verdict, accepted)

    def do_verdict(self, who: str, at: int, n: int, verdict: str, accepted: int) -> None:
        report = self.model.reports[at]
        paper = report.papers[n]
        expected = self.model.may_decide(report, paper, verdict, accepted)
        if self.agree("verdict", who, expected, self.product.verdict(who, at, n, verdict, accepted)):
            self.model.decide(paper, verdict, accepted, who)

    def examine(self, draw: random.Random, verb: str) -> None:
        m = self.model
        waits = {"review": "submitted", "validate": "reviewed", "clear": "validated"}[verb]
        ready = [n for n, r in enumerate(m.reports) if r.status == waits and (verb != "clear" or m.may_clear(r, ""))]
        at = self.among(draw, ready, m.reports)
        self.do_examine(self.who(draw, verb), verb, at)

    def do_examine(self, who: str, verb: str, at: int) -> None:
        m = self.model
        report = m.reports[at]
        expected = {"review": lambda: m.may_review(report), "validate": lambda: m.may_validate(report, who),
                    "clear": lambda: m.may_clear(report, who)}[verb]()  # fmt: skip
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
        ground = draw.choice(("unspent", "unspent", "unjustified", "refused"))
        self.do_claim(who, at, amount, "unspent" if self.theme == "offsets" and draw.random() < 0.8 else ground)

    def do_claim(self, who: str, at: int, amount: int, ground: str = "unspent") -> None:
        expected = self.model.may_claim(at, amount)
        went = self.product.claim(who, at, amount, ground)
        if self.agree("claim", who, expected, went):
            self.model.claims.append(Claim(at, amount, who, ground=ground, notice=self.model.founded_on(at)))
            self.product.claims.append(went[1])

    def recover(self, draw: random.Random, verb: str) -> None:
        who = self.who(draw, verb)
        waits = "prepared" if verb in ("issue", "withdraw") else "issued"
        ready = [n for n, c in enumerate(self.model.claims) if c.status == waits]
        founded = [n for n in ready if verb == "issue" and self.model.may_issue(self.model.claims[n], "")]
        at = self.among(draw, founded if founded and draw.random() < 0.8 else ready, self.model.claims)
        claim = self.model.claims[at]
        amount = draw.choice((max(claim.owed, 1), claim.owed // 2 + 1, claim.owed + 1))
        self.do_recover(who, verb, at, amount)

    def do_recover(self, who: str, verb: str, at: int, amount: int = 0) -> None:
        claim = self.model.claims[at]
        expected = {
            "issue": self.model.may_issue(claim, who),
            "collect": self.model.may_collect(claim, amount),
            "withdraw": claim.status == "prepared",
            "write_off": self.model.may_write_off(claim),
        }[verb]
        if self.agree(verb, who, expected, self.product.on_claim(who, verb, at, amount)):
            if verb == "issue":
                self.model.issue(claim)
                self.product.postings.append(self.product.posting())
            elif verb == "withdraw":
                claim.status = "cancelled"
            elif verb == "collect":
                self.model.collect(claim, amount)
                self.product.postings.append(self.product.posting())
            else:
                self.model.write_off(claim)

    def reverse(self, draw: random.Random) -> None:
        ready = [n for n, act in enumerate(self.model.acts) if self.model.may_reverse(act)]
        who, at = self.who(draw, "reverse"), self.among(draw, ready, self.model.acts)
        act = self.model.acts[at]
        if self.agree("reverse", who, self.model.may_reverse(act), self.product.reverse(who, at)[:1] + (act,)):
            self.model.reverse(act)

    def deduct(self, draw: random.Random) -> None:
        m = self.model
        pairs = [(c, p) for c, claim in enumerate(m.claims) for p, payment in enumerate(m.payments) if m.may_deduct(claim, payment, 1)]
        at, payment = draw.choice(pairs) if pairs and draw.random() < 0.9 else (draw.randrange(len(m.claims)), draw.randrange(len(m.payments)))
        free, net = m.claims[at].free, m.payments[payment].net
        amount = max(1, draw.choice((min(free, net - 1), free // 2 + 1, free, free + 1, net)))
        self.do_deduct(self.who(draw, "deduct"), at, payment, amount)

    def do_deduct(self, who: str, at: int, payment: int, amount: int) -> None:
        m = self.model
        expected = m.may_deduct(m.claims[at], m.payments[payment], amount)
        if self.agree("deduct", who, expected, self.product.deduct(who, at, payment, amount)):
            m.deduct(m.claims[at], m.payments[payment], amount)

    @invariant()
    def product_says_the_same(self) -> None:
        if hasattr(self, "product"):
            assert differences(self.product, self.model) == []
