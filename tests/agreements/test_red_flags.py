"""No first money to a group with an open red flag, until two people clear it with a reason (I4, D2, D4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries
from portfolio.documents.service import Incoming
from portfolio.groups import queries as groups
from portfolio.groups import service
from portfolio.groups.forms import ClearForm, ExclusionForm
from portfolio.groups.models import Group, GroupAccount, Officer, RedFlag
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.seed.samples import pdf
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.client import client
from tests.factories import NOON

TODAY = NOON.date()


def other_group(world: World, **more: object) -> int:
    """A group with its account; `phone` and `number` as wanted."""
    with world.database.session(readonly=False) as s:
        place = s.get_one(Group, world.ids["group"]).place_id
        group = Group(code="DEM-OTHER", name="Groupement Alafia", folded="alafia", sound="alf", legal_form="groupement", category="women",
                      place_id=place, country="ML", phone=str(more.get("phone", "")), created_at=NOON)
        s.add(group)
        s.flush()
        s.add(GroupAccount(group_id=group.id, country="ML", kind="sfd", provider="CMF", holder="Alafia", number=str(more.get("number", "X1")),
                           created_at=NOON))
        s.commit()
        return group.id


def blocked(world: World, agreement: int) -> set[str]:
    with world.work("grants_officer", readonly=True) as work:
        return {r.code for r in queries.blockers(work, queries.tranche(work, make.tranche_id(world, agreement, 1)))}


def clear(world: World, kind: str) -> None:
    with world.work("grants_officer") as work:
        group = groups.get(work, world.ids["group"])
        flag = next(f for f in groups.open_flags(work, group) if f.kind == kind)
        row = service.propose_clearing(work, group, ClearForm(kind=flag.kind, key=flag.key, reason="Vu sur place : deux groupes distincts")).id
    with world.work("programme_head") as work:
        service.clear(work, groups.get(work, world.ids["group"]), work.db.get_one(RedFlag, row))


@pytest.mark.both_engines
def test_shared_accounts_and_telephones_block_the_first_money(world: World) -> None:
    number = make.signed(world, conditions=())
    assert blocked(world, number) == set()
    with world.database.session(readonly=True) as s:
        account = s.get_one(GroupAccount, world.ids["account"]).number
    twin = other_group(world, number=account, phone="+22370009911")
    with world.database.session(readonly=False) as s:
        s.execute(update(Officer).where(Officer.group_id == world.ids["group"]).values(phone="+22370009911"))
        s.commit()
    assert blocked(world, number) == {"red_flag_duplicate_account", "red_flag_duplicate_phone"}
    clear(world, "duplicate_account")
    assert blocked(world, number) == {"red_flag_duplicate_phone"}
    change(world, Group, twin, phone="")
    assert blocked(world, number) == set()
    change(world, make.Tranche, make.tranche_id(world, number, 1), status="paid")
    assert number and twin


def test_an_overdue_advance_elsewhere_blocks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = make.signed(world, conditions=())
    with world.work("grants_officer", readonly=True) as work:
        group = groups.get(work, world.ids["group"])
        own = queries.get(work, number).reference
    found: list[tuple[str, int]] = []

    class Books:
        """The ledger with one advance of 300 000 francs on a grant, given so many days ago."""

        Question = groups.flags.__globals__["ledger"].Question

        @staticmethod
        def table(_db: object, _by: str, _accounts: object, **_dims: object) -> dict[str, dict[str, tuple[int, int]]]:
            return {reference: {"409": (300_000, 50_000)} for reference, _days in found}

        @staticmethod
        def sums(_db: object, question: object) -> object:
            old = [d for r, d in found if r == question.dims["agreement"] and TODAY - timedelta(days=d) <= question.to_on]  # type: ignore[attr-defined]
            return type("Sums", (), {"debit_minor": 300_000 if old else 0})

    monkeypatch.setitem(groups.flags.__globals__, "ledger", Books)
    for reference, days, wanted in (("CONV-X", 200, True), ("CONV-X", 100, False), (own, 200, False)):
        found[:] = [(reference, days)]
        with world.work("grants_officer", readonly=True) as work:
            flags = groups.open_flags(work, work.db.get_one(Group, group.id), own)
            assert [f.kind for f in flags] == (["overdue_advance"] if wanted else []), (reference, days)
            assert not wanted or "250" in flags[0].words


def test_an_exclusion_is_written_from_its_act_and_lifted_by_two(world: World) -> None:
    number = make.signed(world, conditions=())

    def act(**more: object) -> ExclusionForm:
        scan = Incoming("acte.pdf", pdf("acte"))
        return ExclusionForm(**{"act": "Décision n° 12/SE du 02/11/2026", "from_on": TODAY, "reason": "Fausses pièces produites en 2025", "scan": scan, **more})

    with world.work("grants_officer") as work, pytest.raises(Forbidden):
        service.exclude(work, groups.get(work, world.ids["group"]), act())
    with world.work("programme_head") as work:
        group = groups.get(work, world.ids["group"])
        with pytest.raises(Invalid) as invalid:
            service.exclude(work, group, act(scan=None, until_on=TODAY - timedelta(days=1)))
        assert [e.field for e in invalid.value.errors] == ["until_on", "scan"]
        row = service.exclude(work, group, act()).id
    assert blocked(world, number) == {"red_flag_exclusion"}
    with world.work("authorising_officer") as work, pytest.raises(Refused) as refused:
        service.clear(work, groups.get(work, world.ids["group"]), work.db.get_one(RedFlag, row))
    assert codes(refused) == {"not_proposed"}
    change(world, RedFlag, row, proposed_by_id=world.people["programme_head"], clear_reason="Jugement du 20/11 : relaxe")
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.clear(work, groups.get(work, world.ids["group"]), work.db.get_one(RedFlag, row))
    assert codes(refused) == {"four_eyes"}
    with pytest.raises(IntegrityError):
        change(world, RedFlag, row, cleared_by_id=world.people["programme_head"], cleared_at=NOON)
    with world.work("authorising_officer") as work:
        service.clear(work, groups.get(work, world.ids["group"]), work.db.get_one(RedFlag, row))
    assert blocked(world, number) == set()


def test_the_page_of_the_group_shows_and_clears(world: World) -> None:
    other_group(world, number="X1")
    number = make.signed(world, conditions=())
    change(world, GroupAccount, world.ids["account"], number="X1", number_key="X1")
    officer, head = (client(world.surround, world.people[r]) for r in ("grants_officer", "programme_head"))
    address = f"/groups/{world.ids['group']}"
    assert "Groupement Alafia" in officer.get(address).text and "bloque le premier paiement" in officer.get(address).text
    assert "Alerte sur le groupe" in officer.get(f"/agreements/{number}").text
    typed = {"kind": "duplicate_account", "key": "DEM-OTHER", "reason": "Compte de la caisse commune des deux groupes"}
    assert officer.submit(f"{address}/flags/propose", typed | {"key": "AUTRE"}).status_code == 404
    assert officer.submit(f"{address}/flags/propose", typed).status_code == 303
    with world.work("programme_head", readonly=True) as work:
        row = work.db.query(RedFlag).one().id
    assert officer.submit(f"{address}/flags/{row}/clear").status_code == 403
    assert head.submit(f"{address}/flags/{row}/clear").status_code == 303
    assert head.submit(f"{address}/flags/{row}/clear").status_code == 409
    assert head.submit(f"{address}/flags/exclude", {"act": "Décision 4", "from_on": "0000-00-00"}).status_code == 422
    assert "Décision 4" in head.submit(f"{address}/flags/exclude", {"act": "Décision 4"}).text
