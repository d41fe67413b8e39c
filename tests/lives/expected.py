"""What a grant's money must do, told once more in plain integers: nothing here is read from the product, so that one proves the other (M04).

Every verb answers whether the institution allows it now (`may_…`), and says what it moves. The books are derived from the acts by sums over
payments, papers and claims, not by postings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.lives.expected_agreements import Contracts
from tests.lives.expected_batches import Bundles
from tests.lives.nouns import (
    Act,
    Amendment,
    Batch,
    Claim,
    Closure,
    Grant,
    Notice,
    Paper,
    Payment,
    Report,
    Tranche,
)

STEPS = ("requested", "liquidated", "visaed", "ordered", "sent")
"""The way of a payment; a person stands on it once."""
LAST_DAY = 129
"""Days from today to the end of a grant that says nothing else."""


@dataclass
class Institution(Contracts, Bundles):
    """Grants on one fund: what the model knows."""

    cash: int
    tranches: list[Tranche]
    last_days: dict[int, int] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    fees: int = 0
    moment: int = 0
    """Counts what is signed, so that one says which came first."""

    def __post_init__(self) -> None:
        for n in range(len({t.grant for t in self.tranches})):
            mine = [t for t in self.tranches if t.grant == n]
            for number, tranche in enumerate(mine, 1):
                tranche.number = number
            total = sum(t.amount for t in mine)
            self.grants.append(Grant(total, [total - total // 3, total // 3], self.last_days.get(n, LAST_DAY)))

    def grant_of(self, at: int) -> Grant:
        """The grant of a tranche."""
        return self.grants[self.tranches[at].grant]

    # -- payments ---------------------------------------------------------------------------------------------------------

    def _unlocked(self, at: int) -> bool:
        tranche = self.tranches[at]
        if not tranche.percent_before or tranche.waived:
            return True
        for n, before in enumerate(self.tranches):
            if (before.grant, before.number) == (tranche.grant, tranche.number - 1) and before.status != "cancelled":
                returned = sum(c.collected for c in self.claims if c.tranche == n)
                wanted = -(-before.paid * tranche.percent_before // 100)
                return before.paid > 0 and before.cleared + returned >= wanted
        return True

    def may_request(self, at: int, amount: int) -> bool:
        tranche = self.tranches[at]
        return (
            tranche.status == "planned"
            and self.grant_of(at).alive
            and 0 < amount <= tranche.amount
            and self._unlocked(at)
        )

    def request(self, at: int, amount: int, who: str) -> None:
        self.tranches[at].status = "requested"
        self.tranches[at].requested += amount
        self.payments.append(Payment(at, amount, {"requested": who}))

    def may_step(self, payment: Payment, verb: str, who: str) -> bool:
        """Liquidation, visa, order, sending: in this order, each by somebody who has not signed before."""
        before = {"liquidate": "requested", "visa": "liquidated", "order": "visaed", "send": "ordered"}[verb]
        stopped = verb != "visa" and not self.grant_of(payment.tranche).alive
        locked = verb == "liquidate" and not self._unlocked(payment.tranche)
        held = verb == "send" and payment.batch is not None
        return payment.status == before and not (stopped or locked or held) and who not in payment.signers.values()

    def step(self, payment: Payment, verb: str, who: str) -> None:
        after = {"liquidate": "liquidated", "visa": "visaed", "order": "ordered", "send": "sent"}[verb]
        payment.status = after
        if after != "sent":
            payment.signers[after] = who
        tranche = self.tranches[payment.tranche]
        if after == "liquidated":
            tranche.liquidated += payment.amount
        elif after == "ordered":
            tranche.ordered += payment.amount
            self.moment += 1
            payment.ordered_at = self.moment

    def may_pay(self, payment: Payment, who: str, fee: int) -> bool:
        return (
            (payment.status == "sent" or (payment.status == "ordered" and payment.batch is None and self.grant_of(payment.tranche).alive))
            and who not in payment.signers.values()
            and payment.net + fee <= self.cash
        )

    def pay(self, payment: Payment, fee: int) -> None:
        payment.status, payment.fee, payment.batch = "paid", fee, None
        tranche = self.tranches[payment.tranche]
        tranche.paid += payment.amount
        tranche.status = "paid"
        self.cash -= payment.net + fee
        self.fees += fee
        for at, amount in payment.deductions:
            claim = self.claims[at]
            claim.held -= amount
            claim.collected += amount
            if not claim.owed:
                claim.status = "settled"
        self.acts.append(Act("payment", self.at(self.payments, payment), payment.amount + fee))

    @staticmethod
    def at(among: list[Any], one: object) -> int:
        """Its place: two payments may look the same."""
        return next(n for n, other in enumerate(among) if other is one)

    def _release(self, payment: Payment, *, whole: bool) -> None:
        tranche = self.tranches[payment.tranche]
        for at, amount in payment.deductions:
            self.claims[at].held -= amount
        payment.deductions.clear()
        if payment.status in ("ordered", "sent"):
            tranche.ordered -= payment.amount
        if payment.status in ("ordered", "sent", "visaed", "liquidated"):
            tranche.liquidated -= payment.amount
        if whole:
            tranche.requested -= payment.amount
            tranche.status = "planned"

    def may_fail(self, payment: Payment, fee: int) -> bool:
        return payment.status == "sent" and fee <= self.cash

    def fail(self, payment: Payment, fee: int) -> None:
        self._release(payment, whole=True)
        payment.status, payment.fee = "failed", fee
        self.cash -= fee
        self.fees += fee

    def may_return(self, payment: Payment) -> bool:
        return payment.status in ("liquidated", "visaed", "ordered")

    def return_(self, payment: Payment) -> None:
        self._release(payment, whole=False)
        payment.status = "requested"
        payment.signers = {"requested": payment.signers["requested"]}

    def may_reject(self, payment: Payment) -> bool:
        return payment.status in ("requested", "liquidated", "visaed", "ordered")

    def reject(self, payment: Payment) -> None:
        self._release(payment, whole=True)
        payment.status = "rejected"

    # -- justification -----------------------------------------------------------------------------------------------------

    def may_report(self, at: int) -> bool:
        tranche = self.tranches[at]
        waiting = any(r.tranche == at and r.status != "validated" for r in self.reports)
        return tranche.paid > 0 and tranche.open > 0 and not waiting

    def may_decide(self, report: Report, paper: Paper, verdict: str, accepted: int) -> bool:
        before = {"accepted": ("presented", "queried"), "refused": ("presented", "queried"), "queried": ("presented",)}[verdict]
        open_ = report.status == "submitted" or (report.status == "validated" and paper.verdict == "queried")
        return open_ and paper.verdict in before and (verdict != "accepted" or 0 < accepted <= paper.amount)

    def decide(self, paper: Paper, verdict: str, accepted: int, who: str) -> None:
        paper.verdict, paper.by = verdict, who
        paper.accepted = accepted if verdict == "accepted" else 0

    def may_review(self, report: Report) -> bool:
        return report.status == "submitted" and all(p.verdict != "presented" for p in report.papers)

    def _fits(self, report: Report) -> bool:
        total = sum(p.accepted - p.cleared for p in report.to_clear())
        return total <= self.tranches[report.tranche].open

    def may_validate(self, report: Report, who: str) -> bool:
        return (
            report.status == "reviewed"
            and self._fits(report)
            and who not in (report.submitter, report.reviewer, *(p.by for p in report.to_clear()))
        )

    def may_clear(self, report: Report, who: str) -> bool:
        found = report.to_clear()
        return report.status == "validated" and bool(found) and self._fits(report) and who not in [p.by for p in found]

    def clear(self, report: Report) -> None:
        report.status = "validated"
        papers = report.to_clear()
        total = sum(p.accepted - p.cleared for p in papers)
        for paper in papers:
            paper.cleared = paper.accepted
        tranche = self.tranches[report.tranche]
        tranche.cleared += total
        if total:
            self.acts.append(Act("clearing", self.at(self.reports, report), total, papers))
        self._settle(tranche)

    def _settle(self, tranche: Tranche) -> None:
        if tranche.status == "paid" and tranche.paid and not tranche.open:
            tranche.status = "cleared"

    # -- claims ------------------------------------------------------------------------------------------------------------

    def may_claim(self, at: int, amount: int) -> bool:
        prepared = sum(c.amount for c in self.claims if c.tranche == at and c.status == "prepared")
        return self.tranches[at].paid > 0 and 0 < amount <= self.tranches[at].open - prepared

    def may_issue(self, claim: Claim, who: str) -> bool:
        founded = claim.ground == "unspent" or (claim.notice is not None and self.notices[claim.notice].stands)
        fits = claim.amount <= self.tranches[claim.tranche].open
        return claim.status == "prepared" and who != claim.preparer and founded and fits

    def issue(self, claim: Claim) -> None:
        claim.status = "issued"
        tranche = self.tranches[claim.tranche]
        tranche.refused += claim.amount
        self.acts.append(Act("order", self.at(self.claims, claim), claim.amount))
        self._settle(tranche)

    def may_collect(self, claim: Claim, amount: int) -> bool:
        return claim.status == "issued" and 0 < amount <= claim.free

    def collect(self, claim: Claim, amount: int) -> None:
        claim.collected += amount
        self.cash += amount
        self.acts.append(Act("collection", self.at(self.claims, claim), amount))
        if not claim.owed:
            claim.status = "settled"

    def may_write_off(self, claim: Claim) -> bool:
        return claim.status == "issued" and not claim.held

    def write_off(self, claim: Claim) -> None:
        claim.written_off += claim.owed
        claim.status = "written_off"

    def may_deduct(self, claim: Claim, payment: Payment, amount: int) -> bool:
        """What a group owes is taken from what the same group is paid, before the visa, and something is left to pay."""
        return (
            claim.status == "issued"
            and self.tranches[claim.tranche].grant == self.tranches[payment.tranche].grant
            and payment.status == "liquidated"
            and 0 < amount <= claim.free
            and amount < payment.net
        )

    def deduct(self, claim: Claim, payment: Payment, amount: int) -> None:
        claim.held += amount
        payment.deductions.append((self.at(self.claims, claim), amount))

    # -- contre-passation ----------------------------------------------------------------------------------------------------

    def tranche_of(self, act: Act) -> int:
        """Of which tranche an act was."""
        nouns: dict[str, list[Any]] = {
            "payment": self.payments, "collection": self.claims, "order": self.claims, "clearing": self.reports}  # fmt: skip
        return int(nouns[act.kind][act.of].tranche)

    def may_reverse(self, act: Act) -> bool:
        at = self.tranche_of(act)
        if act.reversed or self.grant_of(at).status == "closed":
            return False
        if act.kind == "payment":
            tranche = self.tranches[at]
            return not (tranche.cleared or tranche.refused or self.payments[act.of].deducted)
        if act.kind == "collection":
            return act.amount <= self.cash
        if act.kind == "order":
            claim = self.claims[act.of]
            return claim.status == "issued" and claim.free == claim.amount
        return True

    def reverse(self, act: Act) -> None:
        act.reversed = True
        if act.kind == "payment":
            payment = self.payments[act.of]
            tranche = self.tranches[payment.tranche]
            tranche.paid -= payment.amount
            tranche.status = "requested"
            self.cash += payment.amount + payment.fee
            self.fees -= payment.fee
            payment.status, payment.fee = "ordered", 0
        elif act.kind == "collection":
            claim = self.claims[act.of]
            claim.collected -= act.amount
            claim.status = "issued"
            self.cash -= act.amount
        elif act.kind == "order":
            tranche = self.tranches[self.claims[act.of].tranche]
            self.claims[act.of].status = "cancelled"
            tranche.refused -= act.amount
            tranche.status = "paid"
        else:
            tranche = self.tranches[self.reports[act.of].tranche]
            tranche.cleared -= act.amount
            if tranche.status == "cleared":
                tranche.status = "paid"
            for paper in act.papers:
                paper.cleared = 0

    # -- what the books must say ------------------------------------------------------------------------------------------

    def accounts(self) -> dict[str, int]:
        """Debit less credit of each account, beside what stood there before the first act."""
        paid = sum(p.amount for p in self.payments if p.status == "paid")
        ordered = sum(p.amount for p in self.payments if p.status in ("ordered", "sent"))
        liquidated = sum(p.amount for p in self.payments if p.status in ("liquidated", "visaed"))
        issued = [c for c in self.claims if c.status not in ("prepared", "cancelled")]
        cleared = sum(p.cleared for r in self.reports for p in r.papers)
        written = sum(c.written_off for c in issued)
        collected = sum(c.collected for c in issued)
        released = sum(g.released for g in self.grants)
        return {
            "902": released,
            "907": paid,
            "906": ordered,
            "905": liquidated,
            "904": -(paid + ordered + liquidated + released),
            "468": 0,
            "409": paid - cleared - sum(c.amount for c in issued),
            "657": cleared,
            "463": sum(c.amount for c in issued) - collected - written,
            "659": written,
            "631": self.fees,
            "521": collected - paid - self.fees,
        }
