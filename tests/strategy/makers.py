"""The shipped frameworks, approved by two people, and something to tag."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from portfolio.actor import Actor
from portfolio.funds.models import Donor
from portfolio.kit.db import Database
from portfolio.strategy import queries, service
from portfolio.strategy.models import Framework
from portfolio.work import Work
from tests.documents.makers import person, work_of


def approved(database: Database, folder: Path) -> tuple[Actor, Actor]:
    """Load everything, propose by one, approve by the other; both actors."""
    head, director = person(database, "programme_head"), person(database, "authorising_officer")
    work = work_of(database, folder, head)
    service.load(work)
    for framework in work.db.scalars(select(Framework)):
        service.propose(work, framework)
    work.commit()
    work.close()
    work = work_of(database, folder, director)
    for framework in work.db.scalars(select(Framework)):
        service.approve(work, framework)
    work.commit()
    work.close()
    return head, director


def thing(work: Work, code: str = "D1") -> Donor:
    """Any record will do: tags know only a table and a number."""
    return work.create(Donor(code=code, name=code), "donor:created")


def ids(work: Work, text: str) -> dict[int, int]:
    """`A1.3=50 A3.2=50 …` as objective ids."""
    return {queries.objective(work, code).id: int(weight) for code, weight in (part.split("=") for part in text.split())}


FULL = "A1.3=50 A3.2=50 PBF-MS=100 ODD-5=100"
