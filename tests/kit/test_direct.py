"""What goes straight to the driver says, hears and refuses what SQLAlchemy would: same rows, same types, same errors."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, func, literal_column, select, union_all
from sqlalchemy.exc import DBAPIError

from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.kit.db import Database
from portfolio.kit.direct import Read
from tests import factories
from tests.support.counting import counted

pytestmark = pytest.mark.both_engines
NAMES = ("one", "two", "three")


@pytest.fixture
def funds(database: Database) -> Database:
    person = factories.add_person(database, "programme_head")
    with database.session(readonly=False) as s:
        donor = Donor(code="D", name="Bailleur")
        s.add(donor)
        s.flush()
        for n, name in enumerate(NAMES):
            s.add(Fund(code=name, name=f"Fonds « {name} »", donor_id=donor.id, granted_minor=10**12 + n, granted_currency="XOF",
                       amount_minor=10**12, starts_on=date(2025, 1, 1 + n), status="open", created_by_id=person))
        s.commit()
    return database


def test_rows_are_those_of_the_long_way_each_time(funds: Database) -> None:
    of_funds = select(Fund.id, Fund.code, Fund.starts_on, Fund.granted_minor, Fund.ends_on).order_by(Fund.id)
    statements = [
        (of_funds, {}),
        (of_funds.where(Fund.code.in_(["one", "three"]), Fund.starts_on > bindparam("after", type_=Fund.starts_on.type)),
         {"after": date(2025, 1, 1)}),
        (of_funds.where(Fund.code.in_([])), {}),
        (of_funds.limit(bindparam("size")), {"size": 2}),
        (union_all(select(literal_column("'a'"), Fund.id), select(literal_column("'b'"), Fund.id)), {}),
        (select(func.count(), func.coalesce(func.sum(Fund.granted_minor), 0)).select_from(Fund), {}),
        (select(BudgetLine.id, BudgetLine.fund_id), {}),
    ]  # fmt: skip
    with funds.session(readonly=True) as s:
        connection = s.connection()
        for statement, values in statements:
            read = Read(statement)
            expected = [tuple(row) for row in connection.execute(statement, values)]
            for _time in range(3):
                found = [tuple(row) for row in read.rows(connection, values)]
                assert found == expected
                assert [[type(v) for v in row] for row in found] == [[type(v) for v in row] for row in expected]
        named = Read(of_funds.where(Fund.code == bindparam("code")), row=lambda values: dict(zip("abcde", values, strict=True)))
        for code in (*NAMES, "nobody’s"):
            assert [row["b"] for row in named.rows(connection, {"code": code})] == [code] * (code in NAMES)


def test_moments_keep_their_zone(funds: Database) -> None:
    from portfolio.accounts.models import Person

    read = Read(select(Person.created_at).where(Person.created_at <= bindparam("until", type_=Person.created_at.type)))
    with funds.session(readonly=True) as s:
        for _time in range(3):
            ((moment,),) = read.rows(s.connection(), {"until": datetime(2100, 1, 1, tzinfo=UTC)})
            assert moment.utcoffset() is not None
        with pytest.raises(ValueError, match="zone"):
            read.rows(s.connection(), {"until": datetime(2100, 1, 1)})


def test_listeners_hear_it_and_errors_have_their_names(funds: Database) -> None:
    read = Read(select(Fund.id).where(Fund.code == bindparam("code")))
    broken = Read(select(literal_column("no_such_thing")).select_from(Fund))
    with counted(funds) as heard, funds.session(readonly=True) as s:
        for code in NAMES:
            read.rows(s.connection(), {"code": code})
    assert len(heard) == 3
    for _time in range(2):
        with funds.session(readonly=True) as s, pytest.raises(DBAPIError, match="no_such_thing"):
            broken.rows(s.connection(), {})
