"""A grant whose tranches are paid, as the rooms upstream would leave it: rows, guards and entries that agree with each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Boolean, Date, Integer, update
from sqlalchemy.orm import Session

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, AgreementLine, Condition, Tranche
from portfolio.agreements.service import move_stage
from portfolio.applications.models import Application
from portfolio.awards.models import Award, Commitment, Decision
from portfolio.calls.models import Call
from portfolio.disbursements.models import Disbursement
from portfolio.funds import service as money
from portfolio.funds.forms import AccountForm, DonorForm, FundForm, LineForm, ReceiptForm
from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.groups.models import Group, Officer
from portfolio.justifications import queries, service
from portfolio.justifications.forms import AcceptForm, ExpenseForm, ReportForm
from portfolio.justifications.models import Expense, Justification
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Base, Database, JsonType, UtcDateTime
from portfolio.origin import Surroundings
from portfolio.places.models import Place
from tests import factories
from tests.support import databases

J = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def row(session: Session, model: type[Base], **given: Any) -> Any:
    """A stored row; what is required and not given is filled with something plain."""
    for column in model.__table__.columns:
        if column.name in given or column.nullable or column.default is not None or column.primary_key:
            continue
        kind = column.type
        given[column.name] = (
            J if isinstance(kind, UtcDateTime) else date(2026, 1, 1) if isinstance(kind, Date)
            else False if isinstance(kind, Boolean) else 1 if isinstance(kind, Integer)
            else {} if kind is JsonType else "x")
    made = model(**given)
    session.add(made)
    session.flush()
    return made


@dataclass
class Office:
    """A database, its people by role, one fund with its line and bank account."""

    around: Surroundings
    people: dict[str, int]
    fund: int = 0
    line: int = 0
    bank: int = 0
    call: int = 0
    place: int = 0
    made: int = field(default=0)

    @property
    def database(self) -> Database:
        return self.around.database

    @contextmanager
    def as_(self, role: str, **more: Any):
        with factories.work_as(self.around, self.people[role], **more) as work:
            yield work

    def at(self, moment: datetime) -> None:
        clock = self.around.clock
        assert isinstance(clock, FixedClock)
        clock.moment = moment


def office(database: Database, folder: Path | None = None) -> Office:
    """The institution with 60 millions received on fund F1."""
    around = factories.around(database, clock=FixedClock(J - timedelta(days=390)), data_dir=folder or Path(mkdtemp()))
    made = Office(around, factories.people(database))
    made.people["second_officer"] = factories.add_person(database, "grants_officer")
    with made.as_("programme_head") as work:
        donor = money.create_donor(work, DonorForm(code="NORLANDE", name="Coopération de Norlande (fictive)"))
        fund = money.create_fund(work, FundForm(
            code="F1", name="Cohésion et relèvement", donor_id=donor.id, donor_amount=90_000_000, donor_currency="XOF",
            amount=90_000_000, starts_on=date(2025, 1, 1)))
        made.fund = fund.id
    with made.as_("authorising_officer") as work:
        money.validate(work, work.db.get_one(Fund, made.fund))
    with made.as_("programme_head") as work:
        line = money.create_line(work, work.db.get_one(Fund, made.fund), LineForm(
            code="F1-AAP", label="Appel AAP-2025-01", exercice=2026, amount=80_000_000))
        made.line = line.id
    with made.as_("authorising_officer") as work:
        money.vote(work, work.db.get_one(BudgetLine, made.line))
    with made.as_("accountant") as work:
        made.bank = money.create_account(work, AccountForm(
            code="BANQUE-F1", label="Banque, fonds F1", kind="bank", fund_id=made.fund, number="ML0123456789")).id
    with made.as_("cashier") as work:
        receipt = money.record_receipt(work, ReceiptForm(
            fund_id=made.fund, treasury_account_id=made.bank, received_on=work.today, bank_reference="VIR-1",
            donor_amount=60_000_000, donor_currency="XOF", amount=60_000_000)).id
    with made.as_("accountant") as work:
        from portfolio.funds.models import MoneyReceipt

        money.confirm(work, work.db.get_one(MoneyReceipt, receipt))
    with database.session(readonly=False) as session:
        place = row(session, Place, code="ML0701", name="Ansongo", country="ML", level=3)
        made.place = place.id
        made.call = row(session, Call, code="AAP-2025-01", title="Relèvement", exercice=2026, status="finalised",
                        envelope_minor=80_000_000, floor_minor=1, ceiling_minor=10_000_000, opens_at=J, closes_at=J + timedelta(days=1),
                        amount_currency="XOF").id
        session.commit()
    made.at(J)
    return made


def shared(kind: str, folder: Path) -> Office:
    """A copy of an office made once a run: its own database and files."""
    ids = databases.run_folder() / f"office_{kind}.json"

    def fill(url: str) -> None:
        databases.migrate(url)
        database = Database(url)
        made = office(database, folder)
        facts = {name: getattr(made, name) for name in ("people", "fund", "line", "bank", "call", "place")}
        ids.write_text(json.dumps(facts))
        database.dispose()

    database = Database(databases.new(kind, folder, "office", fill))
    around = factories.around(database, clock=FixedClock(J), data_dir=Path(mkdtemp()))
    return Office(around, **json.loads(ids.read_text()))


@dataclass
class Grant:
    """One grant by the ids of its records; `lines` by label."""

    agreement: int
    tranches: list[int]
    lines: dict[str, int]
    group: int
    commitment: int


def grant(
    place: Office,
    *,
    tranches: Sequence[int] = (1_780_000, 1_780_000, 890_000),
    paid: int = 2,
    budget: Sequence[tuple[str, int]] = (("Béliers", 2_960_000), ("Aliment", 800_000), ("Suivi vétérinaire", 690_000)),
    name: str = "Coopérative Benkadi",
    modality: str = "advance",
    conditions: Sequence[tuple[int, str, int]] = ((3, "justified_previous", 75),),
    signed_on: date = date(2026, 2, 1),
    ends_on: date = date(2027, 3, 31),
) -> Grant:
    """An active agreement, its first tranches paid on J−280, J−279 …"""
    place.made += 1
    n, total = place.made, sum(tranches)
    people = place.people
    with place.database.session(readonly=False) as s:
        group = row(s, Group, code=f"GRP-{n:04d}", name=name, folded=name.lower(), sound=name.lower(), legal_form="Coopérative",
                    category="women", place_id=place.place, country="ML", status="verified")
        for office_, person in (("president", "Aïssata Maïga"), ("treasurer", "Fatoumata Cissé")):
            row(s, Officer, group_id=group.id, office=office_, full_name=person, sound="x", since=date(2020, 1, 1))
        application = row(s, Application, reference=f"DOS-2025-{n:05d}-K", title="Embouche ovine", call_id=place.call,
                          group_id=group.id, place_id=place.place, country="ML", status="awarded", requested_minor=total, channel="paper",
                          amount_currency="XOF", months=12)
        decision = row(s, Decision, reference=f"DEC-2025-{n:05d}-K", call_id=place.call, total_minor=total, amount_currency="XOF",
                       prepared_at=J, status="signed")
        award = row(s, Award, decision_id=decision.id, application_id=application.id, call_id=place.call, group_id=group.id,
                    country="ML", outcome="awarded", amount_minor=total, amount_currency="XOF", rank=1, reason="Retenu",
                    budget_line_id=place.line)
        commitment = row(s, Commitment, reference=f"ENG-2025-{n:05d}-K", application_id=application.id, call_id=place.call,
                         group_id=group.id, country="ML", budget_line_id=place.line, amount_minor=total, amount_currency="XOF",
                         voted_minor=80_000_000, already_minor=0, status="visaed", prepared_at=J)
        agreement = row(s, Agreement, reference=f"CONV-2026-{n:05d}-K", title="Embouche ovine et reconstitution du cheptel",
                        application_id=application.id, award_id=award.id, decision_id=decision.id, commitment_id=commitment.id,
                        call_id=place.call, group_id=group.id, place_id=place.place, country="ML", fund_id=place.fund,
                        budget_line_id=place.line, amount_minor=total, amount_currency="XOF", starts_on=signed_on, ends_on=ends_on,
                        signed_by_group_on=signed_on, signed_at=datetime.combine(signed_on, J.time(), UTC), status="active",
                        created_by_id=people["grants_officer"], created_at=J, checked_by_id=people["programme_head"],
                        signed_by_id=people["authorising_officer"])
        lines = {}
        for at, (label, amount) in enumerate(budget, 1):
            lines[label] = row(s, AgreementLine, agreement_id=agreement.id, position=at, label=label, quantity=1,
                               unit_minor=amount, amount_minor=amount, source="S").id
        ids = []
        for at, amount in enumerate(tranches, 1):
            t = row(s, Tranche, agreement_id=agreement.id, number=at, code=f"{agreement.reference}-T{at}", country="ML",
                    call_id=place.call, group_id=group.id, amount_minor=amount, amount_currency="XOF", modality=modality)
            ids.append(t.id)
            for number, kind, threshold in conditions:
                if number == at:
                    row(s, Condition, tranche_id=t.id, position=1, kind=kind, threshold=threshold)
        s.commit()
    made = Grant(agreement.id, ids, lines, group.id, commitment.id)
    with place.as_("accountant") as work:
        credits = work.db.get_one(BudgetLine, place.line)
        found = work.db.get_one(Agreement, made.agreement)
        engaged = work.db.get_one(Commitment, made.commitment)
        money.reserve(work, credits, total)
        money.commit_reserved(work, credits, total)
        dims = agreements.dims(work, found)
        work.post("award:reserved", engaged, {"amount": total}, dims)
        work.post("commitment:prepared", engaged, {"amount": total}, dims)
    for at, number in enumerate(ids[:paid]):
        pay(place, made, number, J.date() - timedelta(days=280 - at))
    return made


def pay(place: Office, made: Grant, tranche_id: int, on: date, fee: int = 2_500) -> int:
    """Liquidate, order and pay one tranche; the disbursement."""
    with place.as_("accountant") as work:
        t = work.hold(work.db.get_one(Tranche, tranche_id))
        found = work.db.get_one(Agreement, made.agreement)
        credits, fund = work.db.get_one(BudgetLine, place.line), work.db.get_one(Fund, place.fund)
        bank = work.db.get_one(TreasuryAccount, place.bank)
        paid = row(work.db, Disbursement, reference=f"OP-2026-{tranche_id:05d}-K", tranche_id=t.id, agreement_id=found.id,
                   call_id=t.call_id, group_id=t.group_id, country="ML", amount_minor=t.amount_minor, amount_currency="XOF",
                   modality=t.modality, payee="Coopérative", treasury_account_id=bank.id, fee_minor=fee,
                   payment_reference=f"VIR-{tranche_id}", paid_on=on, requested_at=J, status="paid",
                   requested_by_id=place.people["grants_officer"], liquidated_by_id=place.people["programme_head"],
                   visaed_by_id=place.people["financial_controller"], ordered_by_id=place.people["authorising_officer"],
                   paid_by_id=place.people["accountant"], ordered_at=J, paid_at=J)
        stages = ("requested", "liquidated", "ordered", "paid")
        for stage in stages if t.modality == "advance" else (*stages, "cleared"):
            move_stage(work, t, stage, t.amount_minor)
        work.db.execute(update(Tranche).where(Tranche.id == t.id).values({"status": "paid", "paid_on": on}))
        work.db.expire(t)
        money.liquidate(work, credits, t.amount_minor)
        money.order(work, credits, t.amount_minor)
        money.pay(work, credits, fund, bank, t.amount_minor, fee)
        dims = agreements.dims(work, found, tranche=t)
        for key in ("disbursement:liquidated", "disbursement:ordered"):
            work.post(key, paid, {"amount": t.amount_minor}, dims, dated_on=on)
        work.post(f"disbursement:paid#{t.modality}", paid, {"amount": t.amount_minor, "fee": fee},
                  agreements.dims(work, found, tranche=t, treasury=bank.code), treasury="bank", dated_on=on)
        return int(paid.id)


def expense(made: Grant, amount: int, line: str | None, on: int, **more: Any) -> ExpenseForm:
    """One paper dated J + `on`."""
    given: dict[str, Any] = {"kind": "receipt", "supplier": "Marché d'Ansongo", "no_number_reason": "marché sans facturier"}
    if more.get("voucher_number"):
        given |= {"kind": "invoice", "no_number_reason": None}
    return ExpenseForm(spent_on=J.date() + timedelta(days=on), amount=amount,
                       line_id=made.lines[line] if line else None, **{**given, **more})


def explain(work: Any, made: Justification) -> None:
    """Why each line of the budget beyond the tolerance is exceeded: no report is submitted without (document 16)."""
    made.overrun_notes = [{"position": o.use.position, "note": "Hausse des prix du marché"} for o in queries.overruns(work, made)]


def report(place: Office, tranche_id: int, *papers: ExpenseForm, note: str = "Solde gardé en caisse", **more: Any) -> int:
    """A report with its papers, submitted."""
    form = ReportForm(from_on=date(2026, 2, 1), to_on=J.date(), gap_note=note, **more)
    with place.as_("grants_officer") as work:
        made = service.create(work, work.db.get_one(Tranche, tranche_id), form)
        for paper in papers:
            service.present(work, made, paper)
        explain(work, made)
        service.submit(work, made)
        return int(made.id)


def decide(place: Office, report_id: int, verdicts: dict[int, str | tuple[str, int]], role: str = "grants_officer") -> None:
    """Verdicts by number of paper: accept, query, refuse, or ("accept", amount)."""
    with place.as_(role) as work:
        for paper in work.db.query(Expense).filter_by(justification_id=report_id).order_by(Expense.number):
            verdict = verdicts.get(paper.number)
            if isinstance(verdict, tuple):
                service.accept(work, paper, AcceptForm(accepted=verdict[1], reason="Une partie seulement est justifiée"))
            elif verdict == "accept":
                service.accept(work, paper, AcceptForm())
            elif verdict == "query":
                service.query(work, paper, "Numéros de boucle à fournir")
            elif verdict == "refuse":
                service.refuse_expense(work, paper, "Dépense qui n'est pas prévue au budget")


def validated(place: Office, report_id: int) -> None:
    """Close the examination and validate it, by two people."""
    with place.as_("grants_officer") as work:
        service.review(work, work.db.get_one(Justification, report_id))
    with place.as_("programme_head") as work:
        service.validate(work, work.db.get_one(Justification, report_id))

