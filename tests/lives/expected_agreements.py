"""What may become of an agreement: conditions waived, avenants, suspension, termination, mises en demeure, closing; told in plain integers."""

from __future__ import annotations

from collections.abc import Mapping

from tests.lives.nouns import (
    BUREAU,
    TOLERANCE,
    Amendment,
    Claim,
    Closure,
    Grant,
    Notice,
    Payment,
    Report,
    Tranche,
)

RUNNING = ("active", "suspended")


class Contracts:
    """The verbs on the agreements themselves."""

    grants: list[Grant]
    tranches: list[Tranche]
    payments: list[Payment]
    reports: list[Report]
    claims: list[Claim]
    amendments: list[Amendment]
    notices: list[Notice]
    closures: list[Closure]

    def of(self, grant: int) -> list[Tranche]:
        """The tranches of a grant."""
        return [t for t in self.tranches if t.grant == grant]

    # -- a condition waived by two people --------------------------------------------------------------------------------

    def may_propose_waiver(self, at: int) -> bool:
        tranche = self.tranches[at]
        return not tranche.waived and tranche.status not in ("paid", "cleared", "cancelled")

    def may_waive(self, at: int, who: str) -> bool:
        tranche = self.tranches[at]
        return self.may_propose_waiver(at) and tranche.waiver_by not in ("", who)

    # -- stopping, going on, ending ----------------------------------------------------------------------------------------

    def suspend(self, grant: int) -> None:
        self.grants[grant].status = "suspended"
        self.grants[grant].stopped_today = True

    def _nothing_requested(self, grant: int) -> bool:
        return all(t.status != "requested" for t in self.of(grant))

    def may_terminate(self, grant: int, ground: str) -> bool:
        """Not while money is on its way; for a fault, after a mise en demeure whose delay is over."""
        founded = ground != "fault" or any(n.grant == grant and n.stands for n in self.notices)
        return self.grants[grant].status in RUNNING and self._nothing_requested(grant) and founded

    def terminate(self, grant: int) -> None:
        """What was not paid is given up, and its credits go back to the line."""
        found = self.grants[grant]
        found.status = "terminated"
        for tranche in self.of(grant):
            if tranche.status == "planned":
                tranche.status, tranche.given_up = "cancelled", True
        found.released = found.amount - sum(t.paid for t in self.of(grant))

    # -- avenants ------------------------------------------------------------------------------------------------------------

    def used(self, grant: int, line: int) -> int:
        """What was accepted on a line of the budget."""
        mine = [r for r in self.reports if self.tranches[r.tranche].grant == grant and r.line == line]
        return sum(p.accepted for r in mine for p in r.papers)

    def _holds(self, amendment: Amendment) -> bool:
        """Whether what it would change can stand today."""
        grant = self.grants[amendment.grant]
        proposal, kind = amendment.proposal, amendment.kind
        if grant.status not in RUNNING:
            return False
        if kind in ("virement", "virement_within"):
            whole = sum(proposal) == grant.amount
            covers = all(francs >= self.used(amendment.grant, n) for n, francs in enumerate(proposal))
            small = all(new <= old + old * TOLERANCE // 100 for new, old in zip(proposal, grant.signed_lines, strict=True))
            return whole and covers and (small or kind == "virement")
        if kind == "extension":
            return int(proposal) > grant.last_day
        if kind == "schedule":
            fixed = [t for t in self.of(amendment.grant) if t.status not in ("planned", "cancelled")]
            return sum(proposal.values()) == grant.amount and all(proposal.get(t.number) == t.amount for t in fixed)
        if kind == "signatory":
            return proposal in BUREAU
        if kind == "suspension":
            return grant.status == "active"
        if kind == "termination":
            return self._nothing_requested(amendment.grant)
        return True

    def may_prepare(self, amendment: Amendment) -> bool:
        """One of each type at a time."""
        beside = any(a.open and (a.grant, a.kind) == (amendment.grant, amendment.kind) for a in self.amendments)
        return not beside and self._holds(amendment) and self._in_time(amendment)

    def _in_time(self, amendment: Amendment) -> bool:
        """A longer term is asked thirty days before the end, a day stopped added."""
        grant = self.grants[amendment.grant]
        return amendment.kind != "extension" or grant.last_day + grant.stopped_today >= 30

    def may_amend(self, amendment: Amendment, verb: str, who: str) -> bool:
        if verb == "submit":
            return amendment.status == "draft" and self._holds(amendment) and self._in_time(amendment)
        if verb == "approve":
            return amendment.status == "submitted" and amendment.kind != "virement_within" and who != amendment.submitter
        if verb == "accept":
            mine = amendment.kind == "virement_within" and who != amendment.submitter
            return amendment.status == "submitted" and mine and self._holds(amendment)
        if verb == "refuse":
            return amendment.status in ("submitted", "approved")
        return amendment.status == "approved" and who not in (amendment.submitter, amendment.approver) and self._holds(amendment)

    def amend(self, amendment: Amendment, verb: str, who: str) -> None:
        if verb == "submit":
            amendment.status, amendment.submitter = "submitted", who
        elif verb == "approve":
            amendment.status, amendment.approver = "approved", who
        elif verb == "refuse":
            amendment.status = "rejected"
        else:
            amendment.status = "signed"
            self._merge(amendment)

    def _merge(self, amendment: Amendment) -> None:
        grant, kind = self.grants[amendment.grant], amendment.kind
        if kind in ("virement", "virement_within"):
            grant.lines = list(amendment.proposal)
            if kind == "virement":
                grant.signed_lines = list(amendment.proposal)
        elif kind == "extension":
            grant.last_day = int(amendment.proposal)
        elif kind == "signatory":
            grant.signatory = amendment.proposal
        elif kind == "suspension":
            self.suspend(amendment.grant)
        elif kind == "termination":
            self.terminate(amendment.grant)
        elif kind == "schedule":
            self._reschedule(amendment.grant, amendment.proposal)

    def _reschedule(self, grant: int, rows: Mapping[int, int]) -> None:
        known = {t.number: t for t in self.of(grant)}
        for number, francs in rows.items():
            if number not in known:
                self.tranches.append(Tranche(grant, francs, 75, number=number))
            elif known[number].status == "planned":
                known[number].amount = francs
        for number, tranche in known.items():
            if number not in rows and tranche.status == "planned":
                tranche.status = "cancelled"

    # -- mises en demeure ----------------------------------------------------------------------------------------------------

    def may_notify(self, grant: int, tranche: int | None) -> bool:
        """An agreement in force; for an advance, something is left to justify."""
        return self.grants[grant].status != "closed" and (tranche is None or self.tranches[tranche].open > 0)

    def may_answer(self, notice: Notice, verb: str) -> bool:
        before = {"serve": ("sent",), "answer": ("served",), "lift": ("sent", "served", "answered")}[verb]
        return notice.status in before

    def founded_on(self, tranche: int) -> int | None:
        """The last mise en demeure on which an order to repay this advance may rest."""
        grant = self.tranches[tranche].grant
        found = [n for n, one in enumerate(self.notices) if one.grant == grant and one.tranche in (None, tranche) and one.stands]
        return found[-1] if found else None

    # -- closing -------------------------------------------------------------------------------------------------------------

    def may_start_closing(self, grant: int) -> bool:
        return self.grants[grant].status in ("active", "terminated")

    def may_give_up(self, at: int) -> bool:
        tranche = self.tranches[at]
        return tranche.status == "planned" and self.grants[tranche.grant].status in ("closing", "terminated")

    def figures(self, grant: int) -> tuple[int, ...]:
        """Paid, justified, paid back, written off."""
        mine = self.of(grant)
        claims = [c for c in self.claims if self.tranches[c.tranche].grant == grant]
        return (sum(t.paid for t in mine), sum(t.cleared for t in mine), sum(c.collected for c in claims), sum(c.written_off for c in claims))

    def closable(self, grant: int) -> bool:
        """Nothing is open, every franc is explained, and the grant is at its end or has nothing left to pay."""
        found, mine = self.grants[grant], self.of(grant)
        paid, justified, repaid, lost = self.figures(grant)
        papers = [p for r in self.reports if self.tranches[r.tranche].grant == grant for p in r.papers]
        reports = [r for r in self.reports if self.tranches[r.tranche].grant == grant]
        return (
            found.status == "closing"
            and (found.ended or paid + found.released == found.amount)
            and all(t.status in ("cleared", "cancelled") for t in mine)
            and all(p.status in ("paid", "failed", "rejected") for p in self.payments if self.tranches[p.tranche].grant == grant)
            and all(r.status == "validated" for r in reports)
            and all(p.verdict == "refused" or (p.verdict == "accepted" and p.cleared == p.accepted) for p in papers)
            and all(c.status not in ("prepared", "issued") for c in self.claims if self.tranches[c.tranche].grant == grant)
            and not any(a.open for a in self.amendments if a.grant == grant)
            and paid == justified + repaid + lost
        )

    def closure_of(self, grant: int) -> Closure | None:
        return next((c for c in self.closures if c.grant == grant), None)

    def may_draw_up(self, grant: int) -> bool:
        return self.closable(grant)

    def draw_up(self, grant: int, who: str) -> bool:
        """The account of a grant, once more when it is drawn up again; whether it is the first."""
        known = self.closure_of(grant)
        if known is None:
            self.closures.append(Closure(grant, self.figures(grant), who))
        else:
            known.figures, known.preparer, known.clearer = self.figures(grant), who, ""
        return known is None

    def may_clear_account(self, closure: Closure, who: str) -> bool:
        same = closure.figures == self.figures(closure.grant)
        return closure.status == "prepared" and self.closable(closure.grant) and same and who != closure.preparer

    def may_attest(self, closure: Closure, who: str) -> bool:
        return bool(closure.clearer) and self.may_clear_account(closure, who) and who != closure.clearer

    def attest(self, closure: Closure) -> None:
        """The certificate is signed: what was never paid goes back to the line."""
        closure.status = "attested"
        grant = self.grants[closure.grant]
        grant.status, grant.released = "closed", grant.amount - closure.figures[0]
