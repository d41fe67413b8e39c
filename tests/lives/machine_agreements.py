"""A life tries what may become of an agreement: waivers, avenants, suspension, termination, mises en demeure, closing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.lives.acts import Product
from tests.lives.acts_agreements import DELAY
from tests.lives.expected import Institution
from tests.lives.nouns import BUREAU, TOLERANCE, Amendment, Notice

KINDS = ("virement_within", "virement", "extension", "results", "signatory", "schedule", "schedule", "suspension", "termination")
GROUNDS = ("agreed", "impossible", "fault")


class ContractLives:
    """The acts on the agreements themselves."""

    model: Institution
    product: Product
    theme: str
    who: Callable[..., str]
    among: Callable[[random.Random, list[int], list[Any]], int]
    agree: Callable[..., bool]

    def due_contracts(self) -> list[str]:
        """The verbs for which an agreement waits."""
        m, found = self.model, []
        barred = [t for t in m.tranches if t.status == "planned" and t.percent_before and not t.waived and m.grants[t.grant].alive]
        found += ["waive" if barred[0].waiver_by else "propose_waiver"] if barred else []
        for a in m.amendments:
            if a.open:
                within = a.kind == "virement_within"
                found.append({"draft": "submit", "submitted": "accept" if within else "approve", "approved": "sign"}[a.status])
        found += ["amend"] * (3 if self.theme == "avenants" else 1)
        after = {"sent": "serve", "served": "answer", "answered": "lift", "lifted": "lift"}
        found += [after[n.status] for n in m.notices] * 4
        found += ["notify"] * 4 if any(t.open for t in m.tranches) and self.theme == "claims" else []
        found += ["resume"] * 4 if any(g.status == "suspended" for g in m.grants) else []
        return found + self._ending()

    def _ending(self) -> list[str]:
        m, found = self.model, []
        for n, grant in enumerate(m.grants):
            mine = m.of(n)
            if grant.status == "terminated":
                found.append("start_closing")
            if grant.status == "active" and self.theme == "end" and any(t.status == "cleared" for t in mine):
                found += [] if any(t.status in ("requested", "paid") for t in mine) else ["start_closing"] * 3
            if grant.status in ("closing", "terminated") and any(t.status == "planned" for t in mine):
                found.append("give_up")
            if grant.status == "closing":
                closure = m.closure_of(n)
                if m.closable(n) and (closure is None or closure.figures != m.figures(n)):
                    found += ["draw_up"] * 12
                elif closure is not None:
                    found += ["attest" if closure.clearer else "clear_account"] * 12
        found += ["clear_account", "attest"] * 2 if any(c.status == "attested" for c in m.closures) else []  # a second time
        return found

    # -- conditions, stops, ends ----------------------------------------------------------------------------------------------

    def waiver(self, draw: random.Random, verb: str) -> None:
        m = self.model
        ruled = [n for n, t in enumerate(m.tranches) if t.percent_before]
        if not ruled:
            return
        ready = [n for n in ruled if m.tranches[n].status == "planned" and (bool(m.tranches[n].waiver_by) == (verb == "waive"))]
        who, at = self.who(draw, verb), draw.choice(ready) if ready and draw.random() < 0.8 else draw.choice(ruled)
        self.do_waiver(who, verb, at)

    def do_waiver(self, who: str, verb: str, at: int) -> None:
        m = self.model
        expected = m.may_waive(at, who) if verb == "waive" else m.may_propose_waiver(at)
        if self.agree(verb, who, expected, self.product.waiver(who, verb, at)):
            if verb == "waive":
                m.tranches[at].waived = True
            else:
                m.tranches[at].waiver_by = who

    def hold_up(self, draw: random.Random, verb: str) -> None:
        m = self.model
        before = {"suspend": ("active",), "resume": ("suspended",), "start_closing": ("active", "terminated")}[verb]
        grant = self.among(draw, [n for n, g in enumerate(m.grants) if g.status in before], m.grants)
        self.do_hold_up(self.who(draw, verb), verb, grant)

    def do_hold_up(self, who: str, verb: str, grant: int) -> None:
        m = self.model
        before = {"suspend": ("active",), "resume": ("suspended",), "start_closing": ("active", "terminated")}[verb]
        expected = m.grants[grant].status in before
        if self.agree(verb, who, expected, self.product.hold_up(who, verb, grant)):
            if verb == "suspend":
                m.suspend(grant)
            else:
                m.grants[grant].status = {"resume": "active", "start_closing": "closing"}[verb]

    def terminate(self, draw: random.Random) -> None:
        m = self.model
        grant, ground = draw.randrange(len(m.grants)), draw.choice(GROUNDS)
        who = self.who(draw, "terminate") if self.theme == "end" or draw.random() < 0.4 else "head"
        if self.agree("terminate", who, m.may_terminate(grant, ground), self.product.terminate(who, grant, ground)):
            m.terminate(grant)

    def give_up(self, draw: random.Random) -> None:
        m = self.model
        who, at = self.who(draw, "give_up"), self.among(draw, [n for n in range(len(m.tranches)) if m.may_give_up(n)], m.tranches)
        if self.agree("give_up", who, m.may_give_up(at), self.product.give_up(who, at)):
            m.tranches[at].status, m.tranches[at].given_up = "cancelled", True

    # -- avenants -------------------------------------------------------------------------------------------------------------

    def amend(self, draw: random.Random) -> None:
        m = self.model
        who, grant, kind = self.who(draw, "amend"), draw.randrange(len(m.grants)), draw.choice(KINDS)
        if kind == "termination" and self.theme != "end" and draw.random() < 0.7:
            kind = "results"
        proposal: Any = None
        changed: dict[int, int] = {}
        if kind in ("virement", "virement_within"):
            proposal = self._virement(draw, grant)
        elif kind == "extension":
            proposal = m.grants[grant].last_day + draw.choice((30, 1, 0, -5))
        elif kind == "signatory":
            proposal = draw.choice((*BUREAU, "Moussa Touré"))
        elif kind == "schedule":
            changed = self._schedule(draw, grant)
            proposal = {t.number: t.amount for t in m.of(grant) if t.status not in ("planned", "cancelled")}
            last = max(t.number for t in m.of(grant))
            proposal |= {number if number > 0 else last - number: francs for number, francs in changed.items()}
        self.do_amend(who, grant, kind, proposal, changed)

    def do_amend(self, who: str, grant: int, kind: str, proposal: Any, changed: dict[int, int] | None = None) -> None:
        m, amendment = self.model, Amendment(grant, kind, proposal)
        expected = m.may_prepare(amendment)
        went = self.product.amend(who, grant, kind, proposal, changed)
        if self.agree(f"amend ({kind})", who, expected, went, "amend"):
            m.amendments.append(amendment)
            self.product.amendments.append(went[1])

    def _virement(self, draw: random.Random, grant: int) -> list[int]:
        """Some francs from one line to the other: within the tolerance, at its last franc, beyond it, or a sum that is wrong."""
        found = self.model.grants[grant]
        to = draw.randrange(2)
        if min(found.lines) < 2:
            return [found.amount, 1]
        room = found.signed_lines[to] + found.signed_lines[to] * TOLERANCE // 100 - found.lines[to]
        francs = draw.choice((1, max(room, 1), max(room, 1) + 1, max(room, 1) // 2 + 1, found.lines[1 - to] // 2, found.amount // 3))
        francs = max(1, min(francs, found.lines[1 - to] - 1))
        lines = list(found.lines)
        lines[to] += francs
        lines[1 - to] -= francs if draw.random() < 0.9 else francs - 1
        return lines

    def _schedule(self, draw: random.Random, grant: int) -> dict[int, int]:
        """Tranches not asked for yet: cut in two, put together, weighed anew, or a sum that is one franc short."""
        planned = {t.number: t.amount for t in self.model.of(grant) if t.status == "planned"}
        if not planned:
            return {-1: 1}
        one, way = draw.choice(sorted(planned)), draw.random()
        others = sorted(planned.keys() - {one})
        part = max(1, planned[one] // draw.choice((2, 3, 7)))
        if others and way < 0.3:
            planned[others[0]] += planned.pop(one)
        elif others and way < 0.6 and part < planned[one]:
            planned[one] -= part
            planned[others[0]] += part
        elif way < 0.9 and part < planned[one] and len(planned) < 5:
            planned[one] -= part
            planned[-1] = part
        else:
            planned[one] += 1
        return planned

    def handle_amendment(self, draw: random.Random, verb: str) -> None:
        m = self.model
        waits = {"submit": "draft", "approve": "submitted", "accept": "submitted", "refuse": "approved", "sign": "approved"}[verb]
        ready = [n for n, a in enumerate(m.amendments) if a.status == waits and (verb != "accept" or a.kind == "virement_within")]
        at = self.among(draw, ready, m.amendments)
        amendment = m.amendments[at]
        may = self.who(draw, verb, lambda one: m.may_amend(amendment, verb, one))
        self.do_amendment("head" if verb == "approve" and draw.random() < 0.7 else may, verb, at)  # who approves does not sign

    def do_amendment(self, who: str, verb: str, at: int) -> None:
        m = self.model
        amendment = m.amendments[at]
        expected = m.may_amend(amendment, verb, who)
        went = self.product.on_amendment(who, verb, at)
        if self.agree(f"{verb} ({amendment.kind})", who, expected, went, verb):
            m.amend(amendment, verb, who)
            if len(m.tranches) > len(self.product.tranches):
                self.product.tranches += self.product.new_tranches(amendment.grant)

    # -- mises en demeure, closing --------------------------------------------------------------------------------------------

    def notify(self, draw: random.Random) -> None:
        m = self.model
        at = self.among(draw, [n for n, t in enumerate(m.tranches) if t.open], m.tranches)
        grant, tranche = m.tranches[at].grant, at if draw.random() < 0.7 else None
        who = self.who(draw, "notify")
        went = self.product.notify(who, grant, tranche)
        if self.agree("notify", who, m.may_notify(grant, tranche), went):
            m.notices.append(Notice(grant, tranche, over=False))
            self.product.notices.append(went[1])

    def handle_notice(self, draw: random.Random, verb: str) -> None:
        m = self.model
        waits = {"serve": "sent", "answer": "served", "lift": "served"}[verb]
        at = self.among(draw, [n for n, one in enumerate(m.notices) if one.status == waits], m.notices)
        notice, who, ago = m.notices[at], self.who(draw, verb), draw.choice((40, DELAY + 1, DELAY, 2, -1))
        expected = m.may_answer(notice, verb) and (verb != "serve" or ago >= 0)
        if self.agree(verb, who, expected, self.product.on_notice(who, verb, at, ago)):
            notice.status = {"serve": "served", "answer": "answered", "lift": "lifted"}[verb]
            if verb == "serve":
                notice.over = ago > DELAY

    def draw_up(self, draw: random.Random) -> None:
        m = self.model
        grant = self.among(draw, [n for n in range(len(m.grants)) if m.closable(n)], m.grants)
        who = self.who(draw, "draw_up")
        went = self.product.draw_up(who, grant)
        if self.agree("draw_up", who, m.may_draw_up(grant), went) and m.draw_up(grant, who):
            self.product.closures.append(went[1])

    def close(self, draw: random.Random, verb: str) -> None:
        m = self.model
        at = self.among(draw, [n for n, c in enumerate(m.closures) if c.status == "prepared"], m.closures)
        closure, who = m.closures[at], self.who(draw, verb)
        expected = (m.may_attest if verb == "attest" else m.may_clear_account)(closure, who)
        if self.agree(verb, who, expected, self.product.on_closure(who, verb, at)):
            if verb == "attest":
                m.attest(closure)
            else:
                closure.clearer = who
