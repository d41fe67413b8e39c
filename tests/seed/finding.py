"""Finds things of the demo by their code in its story."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portfolio.agreements.models import Agreement, Tranche
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.ledger import queries as ledger
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.others import projects
from tests import factories

J = factories.NOON.date()


def grant(db: Db, code: str) -> Agreement:
    name = all_groups()[projects()[code].group].name
    return db.scalars(
        select(Agreement).join(Group, Group.id == Agreement.group_id).where(Group.name == name)
    ).one()


def tranche(db: Db, code: str, number: int) -> Tranche:
    return db.scalars(
        select(Tranche).where(Tranche.agreement_id == grant(db, code).id, Tranche.number == number)
    ).one()


def call(db: Db, code: str) -> Call:
    return db.scalars(select(Call).where(Call.code == code)).one()


def net(db: Db, by: str, *accounts: str) -> dict[str, int]:
    found = ledger.nets(db, (by,), accounts)
    return {str(key[0]): value for key, value in found.items() if value}
