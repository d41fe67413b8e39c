"""A life: acts drawn by chance, tried on the product and on the model, and after every single one what both must say."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.lives import acts
from tests.lives.comparing import differences
from tests.lives.expected import Institution
from tests.lives.machine_agreements import ContractLives
from tests.lives.machine_batches import BatchLives
from tests.lives.nouns import PEOPLE, WHO, Claim, Paper, Report, Tranche
from tests.lives.worlds import World

THEMES = ("plain", "batches", "claims", "avenants", "end")
"""What a life is mostly about."""
STEPS = 50
LENGTHS = (20, 30, 40, STEPS)
"""Acts of a life."""


WAYS: dict[str, tuple[str, ...]] = {
    "request": ("request",), "liquidate": ("step", "liquidate"), "visa": ("step", "visa"), "order": ("step", "order"),
    "send": ("step", "send"), "pay": ("pay",), "fail": ("take_back", "fail"), "return": ("take_back", "return"),
    "reject": ("take_back", "reject"), "report": ("report",), "verdict": ("verdict",), "review": ("examine", "review"),
    "validate": ("examine", "validate"), "clear": ("examine", "clear"), "claim": ("claim",), "issue": ("recover", "issue"),
    "collect": ("recover", "collect"), "write_off": ("recover", "write_off"), "reverse": ("reverse",),
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
    **dict.fromkeys(("issue", "collect", "write_off", "deduct"), "claim"), "reverse": "act",
    **dict.fromkeys(("submit", "approve", "accept", "refuse", "sign"), "amendment"),
    **dict.fromkeys(("serve", "answer", "lift"), "notice"), **dict.fromkeys(("clear_account", "attest"), "closure"),
    **dict.fromkeys(("add", "take_out", "lock", "unlock", "cancel", "dispatch", "reconcile"), "batch"),
    **dict.fromkeys(("approve_batch", "authorise_batch", "release_batch"), "batch"),
}  # fmt: skip
"""What a verb is tried on, where there must be one."""


class Lives(ContractLives, BatchLives, RuleBasedStateMachine):
    """The acts, in a world of their own."""

    world: World
    theme = "plain"
    left = STEPS

    @initialize(theme=st.sampled_from(THEMES), acts_of_it=st.sampled_from(LENGTHS))
    def begin(self, theme: str, acts_of_it: int = STEPS) -> None:
        self.theme, self.left = theme, acts_of_it
        self.product = self.world.begin()
        tranches = [Tranche(n, amount, percent) for n, schedule in enumerate(acts.SCHEDULES) for amount, percent in schedule]
        self.model = Institution(acts.CASH, tranches, acts.LAST_DAYS)

    def teardown(self) -> None:
        if hasattr(self, "product"):
            assert self.product.findings() == []
            self.world.count(self.product.tried)

    @rule(seed=st.tuples(*[st.booleans()] * 24))  # bits: for an integer hypothesis would read the whole product in search of constants
    def act(self, seed: tuple[bool, ...]) -> None:
        """One act. All that it needs is drawn from one number, so that lives are short to tell."""
        self.once(random.Random(sum(bit << n for n, bit in enumerate(seed))))

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
        found = ["request"] if any(m.may_request(n, t.amount) for n, t in enumerate(m.tranches)) else []
        pays = "bundle" if self.theme == "batches" else "pay"
        waits = {"requested": "liquidate", "liquidated": "visa", "visaed": "order", "ordered": pays, "sent": "pay"}
        found += [waits[p.status] for p in m.payments if p.status in waits and (p.batch is None or p.status != "ordered")]
        found += ["report"] if any(m.may_report(n) for n in range(len(m.tranches))) else []
        steps = {"submitted": "verdict", "reviewed": "validate"}
        found += [steps[r.status] for r in m.reports if r.status in steps]
        found += ["claim"] if any(t.open for t in m.tranches) else []
        found += ["review"] if any(m.may_review(r) for r in m.reports) else []
        found += [{"prepared": "issue", "issued": "collect"}[c.status] for c in m.claims if c.status in ("prepared", "issued")]
        owing = any(c.free > 0 and c.status == "issued" for c in m.claims)
        found += ["deduct"] * 3 if owing and any(p.status == "liquidated" for p in m.payments) else []
        return found * 3 + self.due_contracts() + self.due_batches()

    def possible(self) -> set[str]:
        """The verbs that have something to be tried on."""
        m = self.model
        without = {"payment": not m.payments, "report": not m.reports, "claim": not m.claims, "act": not m.acts,
                   "amendment": not m.amendments, "notice": not m.notices, "closure": not m.closures, "batch": not m.batches}
        found = {verb for verb in WAYS if not without.get(ON.get(verb, ""), False)}
        return found if m.payments else found - {"add", "deduct"}

    def who(self, draw: random.Random, verb: str) -> str:
        """Somebody whose task it is, mostly."""
        return draw.choice(sorted(WHO[verb])) if draw.random() < 0.88 else draw.choice(PEOPLE)

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
        waits = {"liquidate": "requested", "visa": "liquidated", "order": "visaed", "send": "ordered", "fail": "sent"}
        m = self.model
        ready = [n for n, p in enumerate(m.payments) if p.status == waits.get(verb) or (verb == "pay" and (p.status == "sent" or m.free(n)))]
        return self.among(draw, ready, m.payments)

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
        line = draw.choice((0, 0, 1))
        went = self.product.report(who, at, amounts, 2 * self.model.tranches[at].grant + line)
        if self.agree("report", who, expected, went):
            self.model.reports.append(Report(at, [Paper(a) for a in amounts], who, line=line))
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
        expected, ground = self.model.may_claim(at, amount), draw.choice(("unspent", "unspent", "unjustified", "refused"))
        went = self.product.claim(who, at, amount, ground)
        if self.agree("claim", who, expected, went):
            self.model.claims.append(Claim(at, amount, who, ground=ground, notice=self.model.founded_on(at)))
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
            "write_off": self.model.may_write_off(claim),
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

    def deduct(self, draw: random.Random) -> None:
        m = self.model
        at = self.among(draw, [n for n, c in enumerate(m.claims) if c.status == "issued" and c.free > 0], m.claims)
        mine = m.tranches[m.claims[at].tranche].grant
        near = [n for n, p in enumerate(m.payments) if p.status == "liquidated" and m.tranches[p.tranche].grant == mine]
        payment = self.among(draw, near, m.payments)
        free, net = m.claims[at].free, m.payments[payment].net
        amount = max(1, draw.choice((min(free, net - 1), free // 2 + 1, free, free + 1, net)))
        who, expected = self.who(draw, "deduct"), m.may_deduct(m.claims[at], m.payments[payment], amount)
        if self.agree("deduct", who, expected, self.product.deduct(who, at, payment, amount)):
            m.deduct(m.claims[at], m.payments[payment], amount)

    @invariant()
    def product_says_the_same(self) -> None:
        if hasattr(self, "product"):
            assert differences(self.product, self.model) == []
