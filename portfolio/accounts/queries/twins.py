"""Two accounts of one person: found by telephone, address, paper and name, whoever opens or holds them (M09)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select

from portfolio.accounts.models import Person, PersonTwin
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import N_
from portfolio.kit.names import key_of
from portfolio.kit.text import number_key
from portfolio.work import Work

TWIN_SIGNS = {
    "phone": N_("same telephone"),
    "email": N_("same mailbox under another spelling"),
    "identity": N_("same service or identity number"),
    "name": N_("same name by its sound"),
}


@dataclass(frozen=True)
class Known:
    """What is known of somebody, or typed of him: what accounts are compared by."""

    full_name: str
    email: str
    phone: str = ""
    id_number: str = ""


@dataclass(frozen=True)
class Twin:
    """An account that looks like another, by which signs, and what was said of the two."""

    person: Person
    signs: tuple[str, ...]
    row: PersonTwin | None = None

    @property
    def explained(self) -> bool:
        """Somebody has said why they are two people, knowing every sign of today."""
        return self.row is not None and set(self.signs) <= set(self.row.signs)

    @property
    def settled(self) -> bool:
        """… and a second person has confirmed it."""
        return self.explained and self.row is not None and self.row.confirmed_at is not None


def mailbox(email: str) -> str:
    """The box in which a message arrives: `a.maiga+visa@x.org` and `amaiga@x.org` are one."""
    name, at, host = email.strip().lower().partition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{host}" if at else ""


_heard = functools.lru_cache(20_000)(key_of)


def _signs(one: Known, other: Known) -> Iterator[str]:
    phones = [
        {p for p in (each.phone, "" if "@" in each.email else each.email) if p} for each in (one, other)
    ]
    if phones[0] & phones[1]:
        yield "phone"
    if mailbox(one.email) and mailbox(one.email) == mailbox(other.email):
        yield "email"
    papers = [number_key(each.id_number) for each in (one, other)]
    if papers[0] and papers[0] == papers[1]:
        yield "identity"
    # Homonyms are common: two numbers that differ tell them apart, and nothing else does.
    if _heard(one.full_name) == _heard(other.full_name) and not (all(papers) and papers[0] != papers[1]):
        yield "name"


def known(person: Person) -> Known:
    """What an account says of its holder."""
    return Known(person.full_name, person.email, person.phone, person.id_number)


def twins(work: Work, who: Known, but: int | None = None) -> list[Twin]:
    """The accounts that look like one of the same person, closed ones too: what was done under them stands. Two queries; the people of an
    institution are few enough to be compared here."""
    columns = (Person.id, Person.full_name, Person.email, Person.phone, Person.id_number)
    found = {
        number: signs
        for number, *rest in work.db.execute(select(*columns))
        if number != but and (signs := tuple(_signs(who, Known(*rest))))
    }
    if not found:
        return []
    said: dict[int, PersonTwin] = {}
    if but is not None:
        mine = or_(PersonTwin.first_id == but, PersonTwin.second_id == but)
        said = {r.first_id + r.second_id - but: r for r in work.db.scalars(select(PersonTwin).where(mine))}
    people = work.db.scalars(select(Person).where(Person.id.in_(found)).order_by(Person.id))
    return [Twin(person, found[person.id], said.get(person.id)) for person in people]


def twins_of(work: Work, person: Person) -> list[Twin]:
    """The accounts that look like another of this person."""
    return twins(work, known(person), person.id)


def get_twin(work: Work, number: int) -> PersonTwin:
    """What was said of two accounts, or NotFound."""
    found = work.db.get(PersonTwin, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found
