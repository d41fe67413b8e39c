"""Thirty-two people who publish one call, propose one account or verify it, over HTTP (C03): the call is numbered once, the payee assigned once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.accounts.models import Person
from portfolio.groups.models import GroupAccount
from portfolio.numbering.models import GivenNumber
from portfolio.origin import Surroundings
from tests.calls import making as calls
from tests.groups import making
from tests.support.crowd import both_when_whole, copies, one_wins, take_the_lock_away

ACCOUNT = {"kind": "sfd", "provider": "Kafo Jiginew", "holder": "Groupement féminin Benkadi", "number": "ML0160120100000123"}


def to_publish(around: Surroundings) -> dict[str, Any]:
    """A call sent for publication, a group that has no account yet."""
    making.stock(around.database.url.render_as_string(hide_password=False))
    group, call = making.register(around.database), calls.sent(around.database)
    with around.database.session(readonly=True) as session:
        people = {email.partition("@")[0]: number for number, email in session.execute(select(Person.id, Person.email))}
    return {"people": people, "call": call, "group": group}


@both_when_whole
@pytest.mark.slow
def test_thirty_two_who_publish_a_call_and_assign_a_payee(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "publication", to_publish):
        people, group = copy.ids["people"], copy.ids["group"]
        copy.race("call:published", "programme_head1", f"/calls/{copy.ids['call']}/publish", said="Déjà fait par")
        one_wins(copy.crowd(people["grants_officer1"], f"/groups/{group}/accounts/new", lambda _at: ACCOUNT))
        with copy.around.database.session(readonly=True) as session:
            assert session.scalar(select(func.count()).select_from(GivenNumber).where(GivenNumber.prefix == "AAP")) == 1
            account = session.scalars(select(GroupAccount)).one().id  # the same number, sent thirty-two times, is there once
        copy.race("group_account:verified", "programme_head1", f"/groups/accounts/{account}/verify", {"number": ACCOUNT["number"]}, said="Déjà fait par")
        copy.race("group_account:retired", "programme_head2", f"/groups/accounts/{account}/retire", {"reason": "Compte fermé par la caisse"})
        copy.done(whole=False)


@pytest.mark.postgresql
@pytest.mark.slow
def test_an_account_is_verified_twice_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07."""
    for copy in copies("postgresql", tmp_path, "publication", to_publish, times=1):
        account = making.account(copy.around.database, copy.ids["group"])
        take_the_lock_away(monkeypatch, GroupAccount)
        with pytest.raises(AssertionError):
            one_wins(copy.crowd(copy.ids["people"]["programme_head1"], f"/groups/accounts/{account}/verify", lambda _at: {"number": ACCOUNT["number"]}))
