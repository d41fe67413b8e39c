"""What a grant's money must do, told once more in plain integers: nothing here is read from the product, so that one proves the other (M04).

Every verb answers whether the institution allows it now (`may_…`), and says what it moves. The books are derived from the acts by sums over
payments, papers and claims, not by postings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PEOPLE = ("officer", "second", "head", "controller", "director", "accountant", "cashier", "auditor")
OFFICERS = frozenset({"officer", "second"})
WHO: dict[str, frozenset[str]] = {
    "request": OFFICERS,
    "liquidate": OFFICERS | {"head"},
    "visa": frozenset({"controller"}),
    "order": frozenset({"director"}),
    "send": frozenset({"accountant", "cashier"}),
    "pay": frozenset({"accountant", "cashier"}),
    "fail": frozenset({"accountant", "cashier"}),
    "return": OFFICERS | {"head", "director"},
    "reject": frozenset({"controller", "accountant"}),
    "reverse": frozenset({"accountant"}),
    "report": OFFICERS,
    "verdict": OFFICERS,
    "review": OFFICERS,
    "validate": frozenset({"head"}),
    "clear": frozenset({"head"}),
    "claim": OFFICERS,
    "issue": frozenset({"director"}),
    "collect": frozenset({"accountant"}),
    "write_off": frozenset({"director"}),
    "suspend": frozenset({"head", "director"}),
    "resume": frozenset({"head", "director"}),
}
"""Who may do what, as the institution rules it (R1–R3, R7)."""
STEPS = ("requested", "liquidated", "visaed", "ordered", "sent")
"""The way of a payment; a person stands on it once."""


@dataclass
class Tranche:
    grant: int
    amount: int
    percent_before: int = 0
    """How much of the tranche before it must be justified."""
    status: str = "planned"
    requested: int = 0
    liquidated: int = 0
    ordered: int = 0
    paid: int = 0
    cleared: int = 0
    refused: int = 0

    @property
    def open(self) -> int:
        """Advanced, and neither justified nor asked back."""
        return self.paid - self.cleared - self.refused


@dataclass
class Payment:
    tranche: int
    amount: int
    signers: dict[str, str]
    status: str = "requested"
    fee: int = 0


@dataclass
class Paper:
    amount: int
    verdict: str = "presented"
    accepted: int = 0
    cleared: int = 0
    by: str = ""


@dataclass
class Report:
    tranche: int
    papers: list[Paper]
    submitter: str
    status: str = "submitted"
    reviewer: str = ""

    def to_clear(self) -> list[Paper]:
        return [p for p in self.papers if p.verdict == "accepted" and p.cleared < p.accepted]


@dataclass
class Claim:
    tranche: int
    amount: int
    preparer: str
    status: str = "prepared"
    collected: int = 0
    written_off: int = 0

    @property
    def owed(self) -> int:
        return self.amount - self.collected - self.written_off


@dataclass
class Act:
    """Something the books can take back: what it was, of what, how much, and whether that was done."""

    kind: str
    of: int
    amount: int
    papers: list[Paper] = field(default_factory=list)
    reversed: bool = False


@dataclass
class Institution:
    """Two grants on one fund: what the model knows."""

    cash: int
    tranches: list[Tranche]
    suspended: dict[int, bool] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    fees: int = 0

    # -- payments ---------------------------------------------------------------------------------------------------------

    def _unlocked(self, at: int) -> bool:
        tranche = self.tranches[at]
        if not tranche.percent_before:
            return True
        before = self.tranches[at - 1]
        claims = sum(c.collected for c in self.claims if c.tranche == at - 1)
        wanted = -(-before.paid * tranche.percent_before // 100)
        return before.paid > 0 and before.cleared + claims >= wanted

    def may_request(self, at: int, amount: int) -> bool:
        tranche = self.tranches[at]
        return (
            tranche.status == "planned"
            and not self.suspended.get(tranche.grant)
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
        tranche = self.tranches[payment.tranche]
        stopped = self.suspended.get(tranche.grant, False) and verb != "visa"
        locked = verb == "liquidate" and not self._unlocked(payment.tranche)
        return payment.status == before and not stopped and not locked and who not in payment.signers.values()

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

    def may_pay(self, payment: Payment, who: str, fee: int) -> bool:
        tranche = self.tranches[payment.tranche]
        return (
            payment.status in ("ordered", "sent")
            and not self.suspended.get(tranche.grant)
            and who not in payment.signers.values()
            and payment.amount + fee <= self.cash
        )

    def pay(self, payment: Payment, fee: int) -> None:
        payment.status, payment.fee = "paid", fee
        tranche = self.tranches[payment.tranche]
        tranche.paid += payment.amount
        tranche.status = "paid"
        self.cash -= payment.amount + fee
        self.fees += fee
        self.acts.append(Act("payment", self.payments.index(payment), payment.amount + fee))

    def _release(self, payment: Payment, *, whole: bool) -> None:
        tranche = self.tranches[payment.tranche]
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
        payment.status = "failed"
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
            self.acts.append(Act("clearing", self.reports.index(report), total, papers))
        self._settle(tranche)

    def _settle(self, tranche: Tranche) -> None:
        if tranche.status == "paid" and tranche.paid and not tranche.open:
            tranche.status = "cleared"

    # -- claims ------------------------------------------------------------------------------------------------------------

    def may_claim(self, at: int, amount: int) -> bool:
        prepared = sum(c.amount for c in self.claims if c.tranche == at and c.status == "prepared")
        return self.tranches[at].paid > 0 and 0 < amount <= self.tranches[at].open - prepared

    def may_issue(self, claim: Claim, who: str) -> bool:
        return claim.status == "prepared" and who != claim.preparer and claim.amount <= self.tranches[claim.tranche].open

    def issue(self, claim: Claim) -> None:
        claim.status = "issued"
        tranche = self.tranches[claim.tranche]
        tranche.refused += claim.amount
        self._settle(tranche)

    def may_collect(self, claim: Claim, amount: int) -> bool:
        return claim.status == "issued" and 0 < amount <= claim.owed

    def collect(self, claim: Claim, amount: int) -> None:
        claim.collected += amount
        self.cash += amount
        self.acts.append(Act("collection", self.claims.index(claim), amount))
        if not claim.owed:
            claim.status = "settled"

    def write_off(self, claim: Claim) -> None:
        claim.written_off += claim.owed
        claim.status = "written_off"

    # -- contre-passation ----------------------------------------------------------------------------------------------------

    def may_reverse(self, act: Act) -> bool:
        if act.reversed:
            return False
        if act.kind == "payment":
            tranche = self.tranches[self.payments[act.of].tranche]
            return not (tranche.cleared or tranche.refused)
        if act.kind == "collection":
            return act.amount <= self.cash
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
        issued = [c for c in self.claims if c.status != "prepared"]
        cleared = sum(p.cleared for r in self.reports for p in r.papers)
        written = sum(c.written_off for c in issued)
        collected = sum(c.collected for c in issued)
        return {
            "907": paid,
            "906": ordered,
            "905": liquidated,
            "904": -(paid + ordered + liquidated),
            "409": paid - cleared - sum(c.amount for c in issued),
            "657": cleared,
            "463": sum(c.amount for c in issued) - collected - written,
            "659": written,
            "631": self.fees,
            "521": collected - paid - self.fees,
        }
