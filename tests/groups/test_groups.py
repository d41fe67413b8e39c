"""Groups: found by sound, led by two different people, paid where two people agree, verified by a third eye."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.audit.models import AuditEvent
from portfolio.groups import queries, service
from portfolio.groups.forms import AccountForm, EditForm, OfficerForm
from portfolio.groups.models import Group, Officer
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, NotFound, Refused
from portfolio.kit.text import sound
from portfolio.ledger.service import Dims
from portfolio.places.models import Place
from tests import factories
from tests.factories import NOON
from tests.groups import making
from tests.groups.making import acting
from tests.groups.scene import codes

ANFANI: dict[str, Any] = {
    "president": "Hadiza Seyni",
    "president_phone": "+22790000001",
    "registration": "12/2019",
}


def near(database: Database, name: str, **more: Any) -> list[tuple[str, tuple[str, ...]]]:
    with acting(database, "intake_agent", commit=False) as work:
        return [(n.group.name, n.reasons) for n in queries.nearest(work, name, **more)]


# -- likeness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cissé", "Sissé"),
        ("Oumarou", "Umaru"),
        ("Aïssata", "Aichata"),
        ("Kassogué", "Kassoge"),
        ("Yacouba", "Yakuba"),
        ("Fatimata", "fatimatta"),
    ],
)
def test_names_agree_by_their_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)
    assert sound(one) != sound("Ganamé")


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "typed", ["Groupement Songtaaba", "Association Song-Taaba", "GROUPEMENT FEMININ SONG TABA", "song taaba"]
)
def test_a_group_is_found_however_it_is_spelt(database: Database, typed: str) -> None:
    making.register(database, name="Groupement Songtaaba")
    assert near(database, typed)[0][1][0] == "name"
    assert near(database, "Groupement Relwendé") == []
    assert near(database, "Songtaada") == []  # one letter apart: only in the same commune


def test_telephone_president_and_registration_betray_a_double(database: Database) -> None:
    making.register(
        database,
        name="Groupement Songtaaba",
        registration="0142/MATD du 3 mai 2021",
        president="Zeinabou Cissé",
        president_phone="+22370000011",
        phone="+22370000010",
    )
    assert near(database, "Nabonswendé", phones=["+22370000011"])[0][1] == ("phone",)
    assert near(database, "Nabonswendé", phones=["+22370000010"])[0][1] == ("phone",)
    assert near(database, "Nabonswendé", people=["Zenabou Sissé"])[0][1] == ("president",)
    assert near(database, "Nabonswendé", registration="0142 matd du 3 mai 2021")[0][1] == ("registration",)
    assert (
        near(
            database, "Nabonswendé", phones=["+22370000099"], people=["Awa Ouédraogo"], registration="77/2020"
        )
        == []
    )


def test_the_three_nearest_come_with_what_the_ledger_knows(database: Database) -> None:
    first = making.register(database, name="Groupement Benkadi")
    with acting(database, "programme_head") as work:
        group = work.db.get_one(Group, first)
        dims = Dims(exercice=2026, fund="F1", party=group.code)
        work.post("disbursement:paid#advance", group, {"amount": 2_000_000, "fee": 0}, dims, treasury="bank")
        work.post("expense:cleared", group, {"amount": 1_500_000}, dims)
    for n in range(4):
        making.register(
            database,
            name=f"Groupement Benkadi {n}",
            president=f"Awa Tall {n}",
            president_phone=None,
            registration=f"9{n}99/2020",
            confirmed=True,
        )
    with acting(database, "intake_agent", commit=False) as work:
        found = queries.nearest(work, "Groupement Benkadi")
        assert len(found) == 3
        assert (found[0].group.id, found[0].paid_minor, found[0].advance_minor) == (first, 2_000_000, 500_000)


def test_nobody_registers_twice_without_having_looked(database: Database) -> None:
    making.register(database)
    with pytest.raises(Refused) as refused:
        making.register(database, name="Groupement féminin Ben Kadi")
    assert codes(refused) == ["similar_group"]
    making.register(database, name="Groupement féminin Ben Kadi", confirmed=True)
    making.register(
        database,
        name="Coopérative Anfani",
        president="Hadiza Seyni",
        president_phone="+22790000001",
        registration="12/2019",
    )  # control


def test_codes_are_gapless_and_checked(database: Database) -> None:
    ids = [making.register(database, name=name, confirmed=True) for name in ("Jigiya", "Danaya", "Sabati")]
    with acting(database, "intake_agent", commit=False) as work:
        found = [work.db.get_one(Group, n).code for n in ids]
    assert [c[:14] for c in found] == ["DEM-2026-00001", "DEM-2026-00002", "DEM-2026-00003"]


# -- who it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"youth": 26}, "youth"),
        ({"displaced": 26}, "displaced"),
        ({"founded_on": NOON.date() + timedelta(days=1)}, "founded_on"),
    ],
)
def test_figures_that_cannot_be_are_refused(database: Database, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as bad:
        making.register(database, **change)
    assert [e.field for e in bad.value.errors] == [field]


def test_a_commune_is_chosen_by_name(database: Database) -> None:
    # Ansongo is a cercle and a commune: a group lives in the commune.
    number = making.register(database, place_id=None, place="ansongo")
    with acting(database, "grants_officer", commit=False) as work:
        found = work.db.get_one(Place, work.db.get_one(Group, number).place_id)
        assert (found.name, found.level, found.country) == ("Ansongo", 3, "ML")
    for typed, words in (
        ("Nullepart", "Aucune commune"),
        ("Gao", "choisissez le vôtre"),
        (None, "Saisissez le nom"),
    ):
        with pytest.raises(Invalid) as bad:
            making.register(database, place_id=None, place=typed, confirmed=True)
        assert bad.value.errors[0].field == "place" and words in bad.value.errors[0].message


def test_an_edit_keeps_personal_data_out_of_the_trail(database: Database) -> None:
    number = making.register(database, phone="+22370000010")
    with acting(database, "grants_officer") as work:
        group = work.db.get_one(Group, number)
        values = {
            name: getattr(making.form(work), name) for name in EditForm.model_fields if name != "version"
        }
        form = EditForm(
            **{
                **values,
                "phone": "+22370999999",
                "email": "groupe@example.org",
                "women": 30,
                "version": group.version,
            }
        )
        service.edit(work, group, form)
    with acting(database, "grants_officer", commit=False) as work:
        event = work.db.scalars(select(AuditEvent).where(AuditEvent.event == "group:edited")).one()
        assert event.data["women"] == [22, 30]
        everything = " ".join(str(e.data) for e in work.db.scalars(select(AuditEvent)))
        for secret in ("70999999", "70000010", "groupe@example.org", "Zeinabou", "Cissé"):
            assert secret not in everything
        assert work.db.get_one(Group, number).phone == "+22370999999"


def test_a_stale_edit_is_refused(database: Database) -> None:
    number = making.register(database)
    with acting(database, "grants_officer") as work:
        group = work.db.get_one(Group, number)
        values = {
            name: getattr(making.form(work), name) for name in EditForm.model_fields if name != "version"
        }
        stale = EditForm(**{**values, "women": 40, "version": group.version})
        service.edit(work, group, EditForm(**{**values, "men": 9, "version": group.version}))
    with acting(database, "grants_officer", 2) as work, pytest.raises(Refused) as refused:
        service.edit(work, work.db.get_one(Group, number), stale)
    assert codes(refused) == ["changed_meanwhile"]


# -- the bureau ----------------------------------------------------------------------------------------------------


def officer(database: Database, group: int, **more: Any) -> int:
    values = {
        "office": "president",
        "full_name": "Salimata Kassogué",
        "sex": "F",
        "since": date(2026, 11, 1),
        "act": "PV d'AG n° 3 du 30 octobre 2026",
        "can_sign": True,
    }
    with acting(database, "grants_officer") as work:
        return service.replace_officer(
            work, work.db.get_one(Group, group), OfficerForm(**{**values, **more})
        ).id


def test_an_office_holder_is_replaced_in_mid_grant_with_the_act(database: Database) -> None:
    number = making.register(database)
    with pytest.raises(Refused) as refused:
        officer(database, number, act=None)
    assert codes(refused) == ["act_needed"]
    officer(database, number)
    with acting(database, "grants_officer", commit=False) as work:
        group = work.db.get_one(Group, number)
        now = {o.office: o.full_name for o in queries.officers(work, group)}
        before = {o.office: o.full_name for o in queries.officers(work, group, date(2026, 10, 31))}
        that_day = [
            o.full_name for o in queries.officers(work, group, date(2026, 11, 1)) if o.office == "president"
        ]
    assert (
        now["president"] == "Salimata Kassogué"
        and before["president"] == "Zeinabou Cissé"
        and that_day == ["Salimata Kassogué"]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"full_name": "Mariam Guindo"}, "same_person"),
        ({"full_name": "Maryam  Guindo"}, "same_person"),
        ({"since": date(2026, 12, 1)}, "in_the_future"),
        ({"since": date(2021, 5, 3)}, "dates_overlap"),
    ],
)
def test_president_and_treasurer_are_two_people(
    database: Database, change: dict[str, Any], code: str
) -> None:
    number = making.register(database)
    with pytest.raises(Refused) as refused:
        officer(database, number, **change)
    assert code in codes(refused)
    officer(database, number)  # control


def test_registering_one_person_for_two_offices_is_refused(database: Database) -> None:
    with pytest.raises(Invalid) as bad:
        making.register(database, treasurer="Zeinabou Sissé")
    assert bad.value.errors[0].field == "treasurer"
    with acting(database, "grants_officer", commit=False) as work:
        assert not work.db.scalars(select(Group)).all()


@pytest.mark.both_engines
def test_one_president_at_a_time_even_when_two_officers_write(database: Database) -> None:
    import threading

    number = making.register(database)
    start, done = threading.Barrier(8), []

    def write(n: int) -> None:
        start.wait()
        try:
            officer(database, number, full_name=f"Awa Tall {'abcdefgh'[n]}")
            done.append("done")
        except Refused as refused:
            done.append(refused.refusals[0].code)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["dates_overlap"] * 7 + ["done"]
    with acting(database, "grants_officer", commit=False) as work:
        presidents = work.db.scalars(
            select(Officer).where(Officer.office == "president", Officer.until.is_(None))
        ).all()
        assert len(presidents) == 1


# -- accounts ------------------------------------------------------------------------------------------------------


def test_a_block_is_lifted_by_somebody_else_and_verified_anew(database: Database) -> None:
    number = making.verified(database)
    with acting(database, "programme_head") as work:
        service.block(work, work.db.get_one(Group, number), "Plainte d'un membre sur le partage du cheptel.")
    account = making.account(database, number)
    with pytest.raises(Refused) as refused:
        making.verify_account(database, account)
    assert codes(refused) == ["group_blocked"]
    with acting(database, "programme_head") as work, pytest.raises(Refused) as refused:
        service.lift(work, work.db.get_one(Group, number), "La visite n'a rien montré.")
    assert codes(refused) == ["four_eyes"]
    with acting(database, "programme_head", 2) as work:
        group = service.lift(work, work.db.get_one(Group, number), "La visite n'a rien montré.")
        assert (group.status, group.checked) == ("registered", [])


# -- scope ---------------------------------------------------------------------------------------------------------


def test_a_group_out_of_scope_is_not_found(database: Database) -> None:
    number = making.register(database)
    for scope, sees in ((("country", "ML"), True), (("country", "NE"), False)):
        person = factories.add_person(database, "grants_officer", scope=scope)
        with factories.work_as(making.house(database), person, commit=False) as work:
            if sees:
                assert queries.get(work, number).id == number
            else:
                with pytest.raises(NotFound):
                    queries.get(work, number)
    stranger = factories.add_person(database, "grants_officer", scope=("country", "NE"))
    with factories.work_as(making.house(database), stranger) as work, pytest.raises(Forbidden):
        service.register(
            work,
            making.form(
                work,
                name="Coopérative Anfani",
                president="Hadiza Seyni",
                president_phone=None,
                registration="1/2",
            ),
        )
    assert (
        AccountForm(kind="bank", provider="BDM", holder="Benkadi", number="ml 016-0120 1000 0012 3").number
        == "ML0160120100000123"
    )
