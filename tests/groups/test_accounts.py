"""Who holds office and where a group is paid: replacement with its act, verification by a second person, doubles, the checklist."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.audit.models import AuditEvent
from portfolio.groups import queries, service
from portfolio.groups.forms import VerifyForm
from portfolio.groups.models import Group, GroupAccount
from portfolio.groups.reference import ceilings, legal_forms, providers, wallet_ceiling
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from tests.factories import NOON
from tests.groups import making
from tests.groups.making import acting
from tests.groups.scene import codes


def test_an_account_is_verified_by_somebody_else(database: Database) -> None:
    number = making.register(database)
    account = making.account(database, number)
    with acting(database, "grants_officer") as work, pytest.raises(Forbidden):
        service.verify_account(work, work.db.get_one(GroupAccount, account))
    from portfolio.accounts.models import RoleAssignment

    with database.session(readonly=False) as session:
        session.add(
            RoleAssignment(
                person_id=making.person_of(database, "grants_officer"),
                role="programme_head",
                scope_kind="all",
                scope_code="",
                starts_on=date(2020, 1, 1),
                confirmed_at=NOON,
            )
        )
        session.commit()
    with acting(database, "grants_officer") as work, pytest.raises(Refused) as refused:
        service.verify_account(work, work.db.get_one(GroupAccount, account))
    assert codes(refused) == ["four_eyes"]
    making.verify_account(database, account)
    with acting(database, "accountant", commit=False) as work:
        assert [a.id for a in queries.verified_accounts(work, work.db.get_one(Group, number))] == [account]


def test_the_second_person_types_the_number_again(database: Database) -> None:
    account = making.account(database, making.register(database))
    with pytest.raises(Invalid) as bad:
        making.verify_account(database, account, number="ML0160120100000124")
    assert bad.value.errors[0].field == "number"


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"holder": "Mariam Guindo"}, "holder_is_person"),
        (
            {
                "holder": "Mariam Guindo",
                "kind": "mobile",
                "provider": "Orange Money",
                "number": "+22370000011",
            },
            "holder_is_treasurer",
        ),
        (
            {
                "holder": "Zeinabou Cissé",
                "kind": "mobile",
                "provider": "Orange Money",
                "number": "+22370000011",
            },
            "holder_is_person",
        ),
        ({"holder": "Moussa Zabeirou"}, "holder_is_stranger"),
    ],
)
def test_a_holder_who_is_not_the_group_must_be_explained(
    database: Database, change: dict[str, Any], warning: str
) -> None:
    account = making.account(database, making.register(database), **change)
    with pytest.raises(Refused) as refused:
        making.verify_account(database, account)
    assert codes(refused) == [warning]
    with pytest.raises(Refused):
        making.verify_account(database, account, accept=True)
    making.verify_account(database, account, accept=True, why="PV d'AG du 2 novembre 2026, article 4.")
    with acting(database, "accountant", commit=False) as work:
        event = work.db.scalars(select(AuditEvent).where(AuditEvent.event == "group_account:verified")).one()
        assert event.data["warnings"] == [warning] and "article 4" in (event.reason or "")


@pytest.mark.parametrize(
    "holder",
    ["Groupement féminin Benkadi", "BENKADI", "Gpt Ben-kadi (femmes)", "GROUPEMENT BENKADI D'ANSONGO"],
)
def test_the_groups_own_name_raises_no_warning(database: Database, holder: str) -> None:
    making.verify_account(database, making.account(database, making.register(database), holder=holder))


def test_a_number_held_by_another_group_is_seen(database: Database) -> None:
    first, second = (
        making.register(database),
        making.register(
            database,
            name="Coopérative Anfani",
            president="Hadiza Seyni",
            president_phone="+22790000001",
            registration="12/2019",
        ),
    )
    making.account(database, first)
    other = making.account(database, second, holder="Coopérative Anfani")
    with pytest.raises(Refused) as refused:
        making.verify_account(database, other)
    assert codes(refused) == ["number_elsewhere"]


def test_operators_and_doubles_are_checked(database: Database) -> None:
    number = making.register(database)
    making.account(database, number)
    with pytest.raises(Refused) as refused:
        making.account(database, number)
    assert codes(refused) == ["already_there"]
    with pytest.raises(Invalid) as bad:
        making.account(
            database, number, kind="mobile", provider="Airtel Money", number="+22370000011"
        )  # Niger's, not Mali's
    assert bad.value.errors[0].field == "provider"


def test_neither_holder_nor_number_enters_the_trail(database: Database) -> None:
    account = making.account(database, making.register(database), holder="Mariam Guindo")
    making.verify_account(database, account, accept=True, why="Décision de l'assemblée du 3 mai.")
    with acting(database, "accountant", commit=False) as work:
        everything = " ".join(f"{e.data} {e.subject_ref}" for e in work.db.scalars(select(AuditEvent)))
    assert "Guindo" not in everything and "ML0160120100000123" not in everything


def test_reference_tables_have_a_source_and_dates() -> None:
    ceiling = wallet_ceiling("ML", date(2026, 11, 22))
    assert ceiling is not None and ceiling.ceiling_minor == 2_000_000 and "008-05-2015" in ceiling.source
    assert wallet_ceiling("ML", date(2015, 5, 20)) is None and wallet_ceiling("SN", date(2026, 1, 1)) is None
    assert queries.wallet_refusal(ceiling, 2_000_001) and not queries.wallet_refusal(ceiling, 2_000_000)
    assert {c.country for c in ceilings()} == {"ML", "BF", "NE"} == {f.country for f in legal_forms()}
    assert "Airtel Money" in providers("NE") and "Airtel Money" not in providers("ML")


# -- verification --------------------------------------------------------------------------------------------------


def test_a_group_is_verified_by_another_person_with_the_whole_checklist(database: Database) -> None:
    number = making.register(database)
    with acting(database, "grants_officer") as work, pytest.raises(Refused) as refused:
        service.verify(work, work.db.get_one(Group, number), VerifyForm(checked=["registration", "members"]))
    assert codes(refused) == ["not_checked", "not_checked"]
    with acting(database, "grants_officer") as work:
        group = service.verify(
            work,
            work.db.get_one(Group, number),
            VerifyForm(checked=["registration", "members", "bureau", "existence"]),
        )
        assert group.status == "verified" and group.checked == [
            "bureau",
            "existence",
            "members",
            "registration",
        ]
    with acting(database, "grants_officer") as work:
        mine = service.register(
            work,
            making.form(
                work,
                name="Coopérative Anfani",
                president="Hadiza Seyni",
                president_phone="+22790000001",
                registration="12/2019",
            ),
        )
        with pytest.raises(Refused) as refused:
            service.verify(work, mine, VerifyForm(checked=list(queries.CHECK_WORDS)))
        assert codes(refused) == ["four_eyes"]


def test_a_look_alike_must_be_ruled_out(database: Database) -> None:
    making.register(database)
    twin = making.register(database, name="Groupement Ben Kadi", confirmed=True)
    form = ["registration", "members", "bureau", "existence"]
    with acting(database, "grants_officer") as work, pytest.raises(Refused) as refused:
        service.verify(work, work.db.get_one(Group, twin), VerifyForm(checked=form))
    assert "ressemblent" in refused.value.refusals[0].message
    with acting(database, "grants_officer") as work:
        service.verify(work, work.db.get_one(Group, twin), VerifyForm(checked=[*form, "no_duplicate"]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"treasurer": None}, "bureau_incomplete"),
        ({"women": 0, "men": 0, "youth": 0, "displaced": 0}, "no_members"),
        ({"registration": None}, "no_registration"),
    ],
)
def test_what_is_lacking_is_said(database: Database, change: dict[str, Any], code: str) -> None:
    number = making.register(database, **change)
    with acting(database, "grants_officer") as work, pytest.raises(Refused) as refused:
        service.verify(work, work.db.get_one(Group, number), VerifyForm(checked=list(queries.CHECK_WORDS)))
    assert codes(refused) == [code]
