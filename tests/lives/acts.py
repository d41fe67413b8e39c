"""The same acts done by the product's own verbs, and what its tables and books say afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from portfolio.accounts.queries import actor_for
from portfolio.actor import Actor
from portfolio.agreements.models import Agreement, Tranche
from portfolio.desk import service as desk
from portfolio.disbursements import queries as payments
from portfolio.disbursements import service as disbursements
from portfolio.disbursements.forms import (
    FailForm,
    OrderForm,
    PayForm,
    RejectForm,
    RequestForm,
    SendForm,
    VisaForm,
)
from portfolio.documents.service import verbs
from portfolio.funds import service as funds
from portfolio.funds.forms import FeeForm
from portfolio.groups.models import GroupAccount
from portfolio.justifications import service
from portfolio.justifications.forms import (
    AcceptForm,
    CollectForm,
    DeductForm,
    ExpenseForm,
    ProposeWriteOffForm,
    RecoveryForm,
    ReportForm,
    WriteOffForm,
)
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.origin import Origin
from portfolio.work import Work
from tests.justifications import grants
from tests.justifications.grants import J, explain
from tests.lives.acts_agreements import REASON, AgreementActs, scan
from tests.lives.acts_batches import BatchActs
from tests.lives.looking import Looking

ROLE = {
    "officer": "grants_officer", "second": "second_officer", "head": "programme_head", "controller": "financial_controller",
    "director": "authorising_officer", "accountant": "accountant", "cashier": "cashier", "auditor": "external_auditor",
}  # fmt: skip
SCHEDULES: tuple[tuple[tuple[int, int], ...], ...] = (
    ((2_000_001, 0), (1_000_000, 75), (500_003, 100)),
    ((1_800_000, 0), (1_200_007, 0)),
)
CASH = 6_000_000
"""Two grants, 6 500 011 francs in all where 6 millions are left in the bank: (amount, percent of the one before that must be justified)."""
LAST_DAYS = {1: 0}
"""The second grant is on its last day."""


FACTS = ("liquidation_facts", "order_facts", "receipt_facts")
"""What the papers of a payment say: a third of the reading of a life."""


@contextmanager
def papers_undrawn(worded: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Papers are issued with their fingerprint and register, but not drawn: `tests/documents` does that. Nor are those of a payment worded
    when `worded` says no."""
    import sys

    real = verbs.issue

    def quick(work: Any, **given: Any) -> Any:
        return real(work, **{**given, "draw": lambda facts: facts["fingerprint"].encode()})

    def unworded(facts: Callable[..., Any]) -> Callable[..., Any]:
        return lambda work, d: facts(work, d) if worded() else {"order": d.reference, "status": d.status, "amount_minor": d.amount_minor}

    with pytest.MonkeyPatch.context() as patched:
        for name, module in list(sys.modules.items()):
            if name.startswith("portfolio.") and getattr(module, "issue", None) is real:
                patched.setattr(module, "issue", quick)
        for name in FACTS:
            patched.setattr(payments, name, unworded(getattr(payments, name)))
        yield


def spend(office: grants.Office) -> None:
    """What leaves so little money that the grants compete for it."""
    with office.as_("accountant") as work:
        funds.record_fee(work, FeeForm(
            fund_id=office.fund, treasury_account_id=office.bank, amount=60_000_000 - CASH, reason="Ce que d'autres ont dépensé"))


def furnish(office: grants.Office, schedules: Sequence[Sequence[tuple[int, int]]] = SCHEDULES) -> dict[str, list[int]]:
    """The grants, signed and unpaid, with an account of each group; ids by noun."""
    found: dict[str, list[int]] = {"agreements": [], "tranches": [], "lines": []}
    for n, schedule in enumerate(schedules):
        total = sum(amount for amount, _percent in schedule)
        end = {"ends_on": J.date() + timedelta(days=LAST_DAYS[n])} if n in LAST_DAYS else {}
        made = grants.grant(
            office, tranches=[a for a, _p in schedule], paid=0, name=f"Groupement {n}", **end,
            budget=(("Béliers", total - total // 3), ("Aliment", total // 3)),
            conditions=[(at, "justified_previous", p) for at, (_a, p) in enumerate(schedule, 1) if p])
        with office.database.session(readonly=False) as s:
            account = grants.row(
                s, GroupAccount, group_id=made.group, country="ML", kind="bank", provider="Banque", holder=f"Groupement {n}",
                number=f"ML00{made.agreement}", status="verified", verified_at=grants.J - timedelta(days=10))
            s.execute(update(Agreement).where(Agreement.id == made.agreement).values(bank_account_id=account.id))
            s.commit()
        found["agreements"].append(made.agreement)
        found["tranches"] += made.tranches
        found["lines"] += [made.lines["Béliers"], made.lines["Aliment"]]
    return found


@dataclass
class Product(Looking, AgreementActs, BatchActs):
    """The office, and the ids of what was made in it in the order of the model's lists."""

    office: grants.Office
    agreements: list[int]
    tranches: list[int]
    lines: list[int]
    """Two of each grant."""
    payments: list[int] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)
    papers: list[list[int]] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)
    amendments: list[int] = field(default_factory=list)
    notices: list[int] = field(default_factory=list)
    closures: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    postings: list[int] = field(default_factory=list)
    """One for each act that the model can take back."""
    people: dict[str, Actor] = field(default_factory=dict)
    """Who acts: nobody's role changes in a life."""
    tried: list[int] = field(default_factory=lambda: [0, 0])
    """Acts refused, acts done."""

    def __post_init__(self) -> None:
        self.begin()

    def tries(self, who: str, act: Callable[[Any], Any]) -> tuple[bool, Any]:
        """Whether the act went through and what it gave, one second after the act before; a refusal changes nothing."""
        before, around = self.now, self.office.around
        self.office.at(around.clock.now() + timedelta(seconds=1))
        work = Work(around, readonly=False, actor=self.actor(who), origin=Origin())
        try:
            given: tuple[bool, Any] = (True, act(work))
            work.commit()
        except (Refused, Forbidden, Invalid) as refused:
            work.undo()
            given = (False, refused)
        finally:
            work.close()
        self.tried[given[0]] += 1
        self.look()
        assert given[0] or self.now == before, given
        return given

    def actor(self, who: str) -> Actor:
        if who not in self.people:
            with self.office.database.session(readonly=True) as s:
                self.people[who] = actor_for(s, self.office.people[ROLE[who]], J.date())
        return self.people[who]

    # -- the verbs -----------------------------------------------------------------------------------------------------------

    def request(self, who: str, at: int, amount: int) -> tuple[bool, Any]:
        return self.tries(who, lambda w: disbursements.request(
            w, w.db.get_one(Tranche, self.tranches[at]), RequestForm.model_construct(
                amount=amount, account_id=None, supplier_id=None, papers=None)).id)

    def on_payment(self, who: str, verb: str, at: int, fee: int = 0) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            d = payments.get(work, self.payments[at])
            seen = {"content_hash": d.content_hash, "amount_seen": d.amount_minor}
            if verb == "liquidate":
                disbursements.liquidate(work, d)
            elif verb == "visa":
                disbursements.visa(work, d, VisaForm(**seen))
            elif verb == "order":
                disbursements.order(work, d, OrderForm(**payments.seen(work, d)))
            elif verb == "send":
                disbursements.send(work, d, SendForm(**seen, treasury_account_id=self.office.bank))
            elif verb == "pay":
                disbursements.pay(work, d, PayForm(
                    **seen, treasury_account_id=self.office.bank, payment_reference=f"VIR-{at}-{self.now.heads['ledger'][0]}",
                    paid_on=work.today, fee=fee or None))
            elif verb == "fail":
                disbursements.fail(work, d, FailForm(reason=REASON, fee=fee or None))
            elif verb == "return":
                disbursements.return_(work, d, REASON)
            else:
                disbursements.reject(work, d, RejectForm(reason=REASON))

        return self.tries(who, act)

    def report(self, who: str, at: int, amounts: list[int], line: int = 0) -> tuple[bool, Any]:
        def act(work: Any) -> tuple[int, list[int]]:
            tranche = work.db.get_one(Tranche, self.tranches[at])
            made = service.create(work, tranche, ReportForm(from_on=work.today, to_on=work.today, gap_note="Solde en caisse"))
            papers = [
                service.present(work, made, ExpenseForm(
                    spent_on=work.today, kind="invoice", supplier="Ets Wafa", voucher_number=f"F-{len(self.reports)}-{n}",
                    line_id=self.lines[line], amount=amount)).id
                for n, amount in enumerate(amounts)
            ]
            explain(work, made)
            service.submit(work, made)
            return made.id, papers

        return self.tries(who, act)

    def verdict(self, who: str, report: int, paper: int, verdict: str, accepted: int) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            found = work.db.get_one(Expense, self.papers[report][paper])
            if verdict == "accepted":
                service.accept(work, found, AcceptForm.model_construct(accepted=accepted, line_id=None, reason=REASON))
            elif verdict == "queried":
                service.query(work, found, REASON)
            else:
                service.refuse_expense(work, found, REASON)

        return self.tries(who, act)

    def on_report(self, who: str, verb: str, at: int) -> tuple[bool, Any]:
        act = {"review": service.review, "validate": service.validate, "clear": service.clear}[verb]
        return self.tries(who, lambda w: act(w, w.db.get_one(Justification, self.reports[at])))

    def claim(self, who: str, at: int, amount: int, ground: str = "unspent") -> tuple[bool, Any]:
        return self.tries(who, lambda w: service.prepare_recovery(
            w, w.db.get_one(Tranche, self.tranches[at]), RecoveryForm.model_construct(
                tranche_id=self.tranches[at], amount=amount, reason=REASON, article=None, ground=ground,
                notice_id=None, for_refused=None, due_on=w.today)).id)

    def on_claim(self, who: str, verb: str, at: int, amount: int = 0) -> tuple[bool, Any]:
        def act(work: Any) -> None:
            found = work.db.get_one(Recovery, self.claims[at])
            if verb == "issue":
                service.issue_recovery(work, found)
            elif verb == "collect":
                service.collect(work, found, CollectForm.model_construct(
                    amount=amount, treasury_account_id=self.office.bank, received_on=work.today, payer="Le groupement",
                    bank_reference=None))
            elif verb == "withdraw":
                service.withdraw(work, found, REASON)
            else:
                service.write_off(work, found, WriteOffForm(reason=REASON))

        if verb == "write_off":
            self.propose_write_off(at)
        return self.tries(who, act)

    def propose_write_off(self, at: int) -> tuple[bool, Any]:
        """The act of another person, without which nothing is written off; it moves no money."""
        form = ProposeWriteOffForm(act="Décision n° 12", act_on=J.date(), scan=scan())
        return self.tries("accountant", lambda w: service.propose_write_off(w, w.db.get_one(Recovery, self.claims[at]), form))

    def reverse(self, who: str, at: int) -> tuple[bool, Any]:
        return self.tries(who, lambda w: desk.ledger.reverse(w, self.postings[at], REASON))

    def deduct(self, who: str, claim: int, payment: int, amount: int) -> tuple[bool, Any]:
        form = DeductForm.model_construct(disbursement_id=self.payments[payment], amount=amount, reason=REASON)
        return self.tries(who, lambda w: service.deduct(w, w.db.get_one(Recovery, self.claims[claim]), form))
