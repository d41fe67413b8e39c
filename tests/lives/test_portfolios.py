"""Portfolios nobody thought of, in programs that are not ours: the books of random lives exported, accepted by both, every balance of every
screen asserted there and equal to the franc (M18).

Each has its own grants, schedules and funds, and forty acts drawn by chance. The suite makes four; `PORTFOLIO_WHOLE=1` makes two hundred.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from portfolio.funds import service as money
from portfolio.funds.forms import AccountForm, DonorForm, FeeForm, FundForm, LineForm, ReceiptForm
from portfolio.funds.models import BudgetLine, Fund, MoneyReceipt
from portfolio.places.models import Place
from portfolio.strategy.models import Framework, Objective, Tag
from tests.desk import foreign
from tests.desk.test_foreign_books import Comparison
from tests.justifications import grants
from tests.lives import acts
from tests.lives.expected import Institution
from tests.lives.machine import Lives
from tests.lives.nouns import Tranche
from tests.lives.test_lives import WHOLE
from tests.lives.worlds import World, place

PORTFOLIOS = 200 if WHOLE else 4
ACTS = 40


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with place() as folder:
        made = World("sqlite", folder, granted=False)
        yield made
        made.end()


def schedules(chance: random.Random) -> list[tuple[tuple[int, int], ...]]:
    """One to four grants of one to three tranches, with what must be justified before each."""
    return [
        tuple((chance.randrange(1, 1_500_000), chance.choice((0, 75, 100)) if n else 0) for n in range(chance.randrange(1, 4)))
        for _grant in range(chance.randrange(1, 5))
    ]


def furnished(office: grants.Office, chance: random.Random, made: list[tuple[tuple[int, int], ...]]) -> dict[str, list[int]]:
    """The grants in two regions, each with its weights on a framework of three objectives."""
    with office.database.session(readonly=False) as s:
        where = []
        for name in ("Gao", "Mopti"):
            region = grants.row(s, Place, code=f"ML-{name}", name=name, country="ML", level=1, path=f"ML/ML-{name}")
            where.append(grants.row(s, Place, code=f"{name}-1", name=f"Commune de {name}", country="ML", level=3, parent_id=region.id,
                                    path=f"{region.path}/{name}-1").id)
        framework = grants.row(s, Framework, code="SR", title="Stratégie régionale", status="approved").id
        objectives = [grants.row(s, Objective, framework_id=framework, code=f"O{n}", level="objective", title=f"Objectif {n}").id for n in range(3)]
        s.commit()
    found: dict[str, list[int]] = {"agreements": [], "tranches": [], "lines": []}
    for schedule in made:
        office.place = chance.choice(where)
        for noun, ids in acts.furnish(office, [schedule]).items():
            found[noun] += ids
    with office.database.session(readonly=False) as s:
        for number in found["agreements"]:
            edges = sorted({0, 100, *chance.sample(range(1, 100), chance.randrange(3))})
            for objective, start, end in zip(chance.sample(objectives, 3), edges, edges[1:], strict=False):
                grants.row(s, Tag, subject_type="agreement", subject_id=number, framework_id=framework, objective_id=objective, weight=end - start)
        s.commit()
    return found


def another_fund(office: grants.Office, chance: random.Random, n: int) -> None:
    """A fund of its own donor in euros, with lines, a till or an account, receipts, fees."""
    thousands = chance.randrange(1, 90)
    francs = 655_957 * thousands
    with office.as_("programme_head") as work:
        donor = money.create_donor(work, DonorForm(code=f"BAILLEUR{n}", name=f"Bailleur {n}"))
        fund = money.create_fund(work, FundForm(
            code=f"G{n}", name=f"Fonds {n}", donor_id=donor.id, donor_amount=thousands * 100_000, donor_currency="EUR",
            rate_text="655,957", amount=francs, starts_on=date(2025, 1, 1))).id
    with office.as_("authorising_officer") as work:
        money.validate(work, work.db.get_one(Fund, fund))
    for line in range(chance.randrange(1, 3)):
        with office.as_("programme_head") as work:
            made = money.create_line(work, work.db.get_one(Fund, fund), LineForm(
                code=f"G{n}-L{line}", label=f"Ligne {line}", exercice=2026, amount=chance.randrange(1, francs // 2))).id
        with office.as_("authorising_officer") as work:
            money.vote(work, work.db.get_one(BudgetLine, made))
    with office.as_("accountant") as work:
        account = money.create_account(work, AccountForm(
            code=f"BANQUE-G{n}", label=f"Banque, fonds {n}", kind="bank", fund_id=fund, number=f"ML99{n}")).id
    received = 0
    for receipt in range(chance.randrange(1, 4)):
        euros = chance.randrange(1, thousands * 250)
        received += (amount := round(euros * 655.957 + 1e-6))
        with office.as_("cashier") as work:
            told = money.record_receipt(work, ReceiptForm(
                fund_id=fund, treasury_account_id=account, received_on=work.today - timedelta(days=receipt), bank_reference=f"G{n}-{receipt}",
                donor_amount=euros * 100, donor_currency="EUR", rate_text="655,957", rate_source="Parité", amount=amount)).id
        with office.as_("accountant") as work:
            money.confirm(work, work.db.get_one(MoneyReceipt, told))
    with office.as_("accountant") as work:
        money.record_fee(work, FeeForm(fund_id=fund, treasury_account_id=account, amount=chance.randrange(1, received), reason="Tenue de compte"))


def live(world: World, chance: random.Random) -> grants.Office:
    """A portfolio that has lived: product and model agreed after every act."""
    office, made = world.office_again(), schedules(chance)
    life = type("Life", (Lives,), {"world": world})()
    life.product = acts.Product(office, **furnished(office, chance, made))
    life.model = Institution(acts.CASH, [Tranche(n, amount, percent) for n, rows in enumerate(made) for amount, percent in rows])
    for _act in range(ACTS):
        life.once(chance)
        life.product_says_the_same()
    for n in range(chance.randrange(3)):
        another_fund(office, chance, n)
    life.teardown()
    return office


@pytest.mark.slow
def test_generated_portfolios_in_foreign_programs(world: World, tmp_path: Path) -> None:
    figures = entries = 0
    for number in range(PORTFOLIOS):
        with acts.papers_undrawn():
            office = live(world, random.Random(number))
        journals = foreign.write(office.database, tmp_path)
        assert foreign.accepted(journals) == {"beancount": True, "hledger": True}, number
        books = foreign.read(journals)
        compared = Comparison(office.around, books)
        assert compared.everything() == [], number
        figures, entries = figures + compared.seen, entries + len(books.asserted["hledger"])
        if WHOLE and number % 20 == 19:
            print(f"{number + 1} portfolios", flush=True)
    assert figures > 40 * PORTFOLIOS
    print(f"{PORTFOLIOS} portfolios accepted by bean-check and hledger check --strict, {entries} balances asserted, {figures} displayed figures equal")
