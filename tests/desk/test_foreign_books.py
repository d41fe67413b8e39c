"""The demo portfolio's ledger in programs that are not ours: accepted, every balance of every screen asserted, screens and papers equal to
the franc (M18)."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.agreements.models import Agreement, ForceMajeure, Suspension, Tranche
from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.groups.models import Group
from portfolio.kit.money import figures
from portfolio.ledger.export import account_name, view
from portfolio.origin import Surroundings
from portfolio.payments import queries as payments
from portfolio.places.models import Place
from portfolio.rulebook.postings import CHART, TREASURY
from tests.client import Client, client
from tests.desk import foreign
from tests.desk.foreign import Foreign, Screen, number
from tests.factories import work_as

ADVANCES, GIVEN, CLAIMS = "409", "657", "463"


def holder(demo: Surroundings, role: str) -> int:
    """Somebody of the demo who holds this role everywhere, in their own name."""
    A = RoleAssignment
    wide = (A.role == role, A.kind == "own", A.scope_kind == "all", A.revoked_at.is_(None))
    with demo.database.session(readonly=True) as session:
        person = session.scalars(select(Person.id).join(A, A.person_id == Person.id).where(*wide).order_by(Person.id)).first()
        session.rollback()
    assert person is not None, role
    return person


def of_role(demo: Surroundings, role: str) -> Client:
    """Their browser."""
    return client(demo, holder(demo, role))


@dataclass
class Comparison:
    """What the screens say against what the foreign programs say: `wrong` keeps each difference, `seen` counts the figures."""

    demo: Surroundings
    books: Foreign
    wrong: list[str] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        self.auditor = of_role(self.demo, "external_auditor")

    def open(self, address: str) -> Screen:
        answer = self.auditor.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return Screen(answer.text)

    def same(self, what: str, shown: int | None, foreign_: int | None) -> None:
        self.seen += 1
        if shown != foreign_:
            self.wrong.append(f"{what}: the screen says {shown}, the foreign programs {foreign_}")

    def of(self, dimension: str, code: object, account: str) -> int:
        return self.books.at(*view(dimension, code, account))

    def cash(self, dimension: str, code: object) -> int:
        return self.books.at(*view(dimension, code, "521")[:3])

    def returned(self, dimension: str, code: object) -> int:
        """What was asked back (paid, and neither still advanced nor justified) less what is still claimed and what was written off: balances,
        because a collection that was taken back stays among the credits."""
        asked = self.of(dimension, code, "907") - self.of(dimension, code, ADVANCES) - self.of(dimension, code, GIVEN)
        return asked - self.of(dimension, code, CLAIMS) - self.of(dimension, code, "659")

    def chain(self, dimension: str, code: object) -> list[int]:
        """Committed, liquidated, ordered, paid, justified, paid back."""
        stages = [self.of(dimension, code, a) for a in ("904", "905", "906", "907", GIVEN)]
        return [*stages, self.returned(dimension, code)]

    def rows(self, model: type[Any]) -> list[Any]:
        with self.demo.database.session(readonly=True) as session:
            found = list(session.scalars(select(model).order_by(model.__table__.c.id)))
            session.expunge_all()
            session.rollback()
            return found

    # -- the screens --------------------------------------------------------------------------------------------

    def funds(self) -> None:
        """Page of each fund: totals, stages of its lines; page of each line; page of each account of the institution."""
        lines = self.rows(BudgetLine)
        for fund in self.rows(Fund):
            page, where = self.open(f"/funds/{fund.id}"), fund.code
            self.same(f"{where} credits", page.figure("Crédits disponibles"), self.of("fund", where, "902"))
            self.same(f"{where} cash", page.figure("Trésorerie disponible"), self.cash("fund", where))
            for line in (one for one in lines if one.fund_id == fund.id and one.status == "voted"):
                expected = [-self.of("line", line.code, "901"), self.of("line", line.code, "903"), *self.chain("line", line.code)]
                row = page.row(line.code)
                for shown, figure in zip(row[2:], [*expected, self.of("line", line.code, "902")], strict=True):
                    self.same(line.code, shown, figure)
                alone = self.open(f"/funds/lines/{line.id}")
                for label, at in (("Voté", 0), ("Réservé", 1), ("Engagé", 2), ("Payé", 5)):
                    self.same(f"{line.code} {label}", alone.figure(label), expected[at])
            expected = [-self.of("fund", where, "901"), self.of("fund", where, "903"), *self.chain("fund", where)]
            if lines:
                for shown, figure in zip(page.row("Total", 0)[2:], [*expected, self.of("fund", where, "902")], strict=True):
                    self.same(f"{where} total", shown, figure)
        for account in self.rows(TreasuryAccount):
            page = self.open(f"/funds/accounts/{account.id}")
            node = account_name(TREASURY[account.kind])
            self.same(account.code, page.figure("Solde"), self.books.at(node, foreign.export.ascii_label(account.code)))

    def agreements(self) -> None:
        """Page of each agreement: what is still to justify, and the stages of each tranche."""
        tranches = defaultdict(list)
        for tranche in self.rows(Tranche):
            tranches[tranche.agreement_id].append(tranche)
        for agreement in self.rows(Agreement):
            page, where = self.open(f"/agreements/{agreement.id}"), agreement.reference
            self.same(f"{where} advance", page.figure("Avance restant à justifier"), self.of("agreement", where, ADVANCES))
            for tranche in tranches[agreement.id]:
                shown = page.row(f"T{tranche.number}", 0)[1:6]
                for figure, right in zip(shown, self.chain("tranche", tranche.code)[1:], strict=True):
                    self.same(tranche.code, figure, right)
            for figure, right in zip(page.row("Total", 0)[1:6], self.chain("agreement", where)[1:], strict=True):
                self.same(f"{where} total", figure, right)

    def trial(self) -> None:
        """The balance générale: closing of every account, and its movements."""
        page, debits, credits = self.open("/ledger/balance"), 0, 0
        for account in CHART:
            net = self.books.at(account_name(account))
            credit = -self.books.credited(account_name(account))
            debits, credits = debits + net + credit, credits + credit
            if net == 0 == credit:
                continue
            row = page.row(account)
            self.same(f"{account} debit", row[4], net + credit)
            self.same(f"{account} credit", row[5], credit)
            self.same(f"{account} closing", (row[6] or 0) - (row[7] or 0), net)
        self.same("movements", number(page.figures["Mouvements"].split("=")[0]), debits)
        self.same("movements", number(page.figures["Mouvements"].split("=")[1]), credits)

    def dashboards(self) -> None:
        """The auditor's first page and the portfolio by objective and place."""
        page, reconciled = self.open("/ledger/auditor"), self._reconciled()
        advances, claims = self.books.at(account_name(ADVANCES)), self.books.at(account_name(CLAIMS))
        self.same("advances", page.figure("4. Avances non justifiées"), advances)
        self.same("repayments", page.figure("5. Reversements attendus"), claims)
        for account in self.rows(TreasuryAccount):
            node = self.books.at(account_name(TREASURY[account.kind]), foreign.export.ascii_label(account.code))
            for shown, figure in zip(page.row(account.code), (node, None, *reconciled[account.code]), strict=True):
                self.same(f"{account.code} of the auditor", shown, figure)
            _days, seen, explained, unexplained = reconciled[account.code]
            if seen is not None:
                self.same(f"{account.code} gap", unexplained, node - seen - (explained or 0))
        for fund in self.rows(Fund):
            code = fund.code
            expected = [-self.of("fund", code, "901"), -self.of("fund", code, "165"), *self.chain("fund", code)]
            for shown, figure in zip(page.row(code), expected, strict=True):
                self.same(f"{code} of the auditor", shown, figure)
        left = {t.code: self.of("tranche", t.code, ADVANCES) for t in self.rows(Tranche)}
        ages: dict[str, int] = defaultdict(int)
        for tranche in self.rows(Tranche):
            if tranche.paid_on and left[tranche.code]:
                days = self._age(tranche)
                ages["0–90" if days <= 90 else "91–180" if days <= 180 else "181–270" if days <= 270 else "> 270"] += left[tranche.code]
        for age in ("0–90", "91–180", "181–270", "> 270"):
            self.same(f"advances of {age} days", page.row(age)[-1], ages[age])
        for table in page.tables:
            for row in table:
                if len(row) == 4 and row[1] in left:
                    self.same(f"{row[1]} of the auditor", number(row[3]), left[row[1]])
        self._portfolio()

    def _reconciled(self) -> dict[str, tuple[int | None, ...]]:
        """By account: days since it was last seen outside, what was found there, what explains the difference, what nothing explains."""
        with work_as(self.demo, holder(self.demo, "external_auditor"), readonly=True) as work:
            return {
                r.account.code: ((work.today - r.seen_on).days, r.seen_minor, r.explained_minor, r.unexplained_minor)
                if r.seen_on else (None, None, None, None)
                for r in payments.reconciled(work)
            }

    def _age(self, tranche: Tranche) -> int:
        """Days since the payment, one by one: a day of force majeure in the zone, or of a suspension, is none (R18)."""
        assert tranche.paid_on is not None
        today = self.demo.clock.now().date()
        paths = {place.id: place.path for place in self.rows(Place)}
        agreement = next(a for a in self.rows(Agreement) if a.id == tranche.agreement_id)
        own = [s for s in self.rows(Suspension) if s.agreement_id == agreement.id]
        here = paths[agreement.place_id] + "/"
        stops = [*own, *(f for f in self.rows(ForceMajeure) if here.startswith(paths[f.place_id] + "/"))]
        since = (tranche.paid_on + timedelta(days=n) for n in range(1, (today - tranche.paid_on).days + 1))
        return sum(1 for day in since if not any(s.starts_on <= day <= (s.ends_on or today) for s in stops))

    def _portfolio(self) -> None:
        page = self.open("/portfolio")
        engaged, paid, given = (self.books.at(account_name(a)) for a in ("904", "907", GIVEN))
        engaged += sum(self.books.at(account_name(a)) for a in ("905", "906", "907"))
        for label, figure in (("Accordé", engaged), ("Payé", paid), ("Justifié", given)):
            self.same(label, page.figure(label), figure)
        for table in page.tables[:2]:  # by objective in shares, by region: each sums to the whole
            total = [number(cell) for cell in table[-1][-3:]]
            for shown, figure, parts in zip(total, (engaged, paid, given), zip(*(row[-3:] for row in table[1:-1]), strict=True), strict=True):
                self.same("portfolio total", shown, figure)
                self.same("sum of the parts", sum(number(part) or 0 for part in parts), figure)
        places = {place.id: place for place in self.rows(Place)}
        names = {place.code: place.name for place in places.values()}
        by_region: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for agreement in self.rows(Agreement):
            region = names[places[agreement.place_id].path.split("/")[1]]
            for at, account in enumerate(("907", GIVEN)):
                by_region[region][at] += self.of("agreement", agreement.reference, account)
        for region, expected in by_region.items():
            for shown, figure in zip(page.row(region, 1)[-2:], expected, strict=True):
                self.same(region, shown, figure)
        for row in page.tables[-1][1:]:
            self.same(f"payments of {row[0]}", number(row[1]), self.of("exercice", row[0], "907"))

    def everything(self) -> list[str]:
        self.funds()
        self.agreements()
        self.trial()
        self.dashboards()
        return self.wrong


@pytest.fixture
def books(demo: Surroundings, tmp_path: Path) -> Iterator[Foreign]:
    yield foreign.read(foreign.write(demo.database, tmp_path))


def words(content: bytes) -> str:
    found = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"[\u202f\u00a0]", " ", found)


@pytest.mark.both_engines
@pytest.mark.slow
def test_screens_papers_and_foreign_programs_agree_to_the_franc(demo: Surroundings, tmp_path: Path) -> None:
    journals = foreign.write(demo.database, tmp_path)
    assert foreign.accepted(journals) == {"beancount": True, "hledger": True}
    books = foreign.read(journals)
    compared = Comparison(demo, books)
    assert compared.everything() == []
    assert compared.seen > 700
    # Every third party's advances, every call, place and objective of an entry is asserted too.
    with demo.database.session(readonly=True) as session:
        parties = session.scalars(select(Group.code).join(Agreement, Agreement.group_id == Group.id)).all()
        session.rollback()
    assert sum(compared.of("party", code, ADVANCES) for code in set(parties)) == books.at(account_name(ADVANCES))
    accountant = of_role(demo, "accountant")
    for query, node in (
        ("", (account_name("907"),)),
        ("account=409", (account_name("409"),)),
        ("account=463", (account_name("463"),)),
        ("account=907&fund=F1", view("fund", "F1", "907")),
        ("account=657&fund=F3&by=party", view("fund", "F3", "657")),
        ("account=521&treasury=BQ-F1", (account_name("521"), "BQ-F1")),
    ):
        printed = accountant.submit("/ledger/editions", {"query": query})
        assert printed.status_code == 303, (query, printed.status_code)
        said = words(accountant.get(printed.headers["location"]).content)
        closing, credit = books.at(*node), -books.credited(*node)
        for figure in (closing, closing + credit, credit):
            assert re.sub(r"[\u202f\u00a0]", " ", figures(figure)) in said, (query, figure)
    printed = accountant.submit("/ledger/balance/editions", {"query": ""})
    said = words(accountant.get(printed.headers["location"]).content)
    for account in CHART:
        if net := books.at(account_name(account)):
            assert re.sub(r"[\u202f\u00a0]", " ", figures(abs(net))) in said, account


def test_one_franc_too_many_on_a_screen_is_seen(demo: Surroundings, books: Foreign) -> None:
    """Positive control: the comparison names the figure that lies, wherever it comes from."""
    lies: tuple[tuple[str, Callable[[Comparison], None], str], ...] = (
        ("UPDATE treasury_account SET balance_minor = balance_minor + 1 WHERE code = 'BQ-F2'", Comparison.funds, "BQ-F2"),
        ("UPDATE tranche SET liquidated_minor = liquidated_minor - 1, ordered_minor = ordered_minor - 1, paid_minor = paid_minor - 1,"
         " cleared_minor = cleared_minor - 1 WHERE cleared_minor > 0 AND cleared_minor = paid_minor", Comparison.agreements, "-T1"),
        ("UPDATE ledger_balance SET debit_minor = debit_minor + 1 WHERE account = '907' AND debit_minor > 0", Comparison.dashboards, "F1"),
        ("UPDATE ledger_balance SET credit_minor = credit_minor + 1 WHERE account = '165'", Comparison.trial, "165"),
    )  # fmt: skip
    for statement, screens, name in lies:
        with demo.database.session(readonly=False) as session:
            session.execute(text(statement))
            session.commit()
        compared = Comparison(demo, books)
        screens(compared)
        assert any(name in line for line in compared.wrong), (name, compared.wrong)


def test_foreign_programs_refuse_a_balance_that_lies(demo: Surroundings, tmp_path: Path) -> None:
    """The assertions come from the running balances, the entries from the chain: one franc between them is refused by both programs."""
    with demo.database.session(readonly=False) as session:
        session.execute(text(
            "UPDATE ledger_balance SET credit_minor = credit_minor + 1 WHERE id = (SELECT min(id) FROM ledger_balance WHERE account = '521')"
        ))  # fmt: skip
        session.commit()
    assert foreign.accepted(foreign.write(demo.database, tmp_path)) == {"beancount": False, "hledger": False}
