"""A new version of a template: one person proposes it, another approves it, and agreements settled from its day on are written with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries, service
from portfolio.agreements.forms import TemplateForm
from portfolio.agreements.models import AgreementTemplate
from portfolio.agreements.reference.clauses import shipped
from portfolio.app import create_app
from portfolio.kit.errors import Forbidden, Invalid, Refused
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.client import client
from tests.documents.test_rules import TODAY

CONVENTION = shipped()[0]
BODY = CONVENTION.body.replace("Il ne cède ni ne délègue", "Il ne cède, ne prête ni ne délègue")
DAY = TODAY + timedelta(days=1)


def form(**more: Any) -> TemplateForm:
    return TemplateForm(**{"title": "Convention de subvention", "valid_from": DAY, "source": "Décision n° 7", "body": BODY, **more})


def propose(world: World, **more: Any) -> int:
    with world.work("grants_officer") as work:
        return service.propose_template(work, "convention", form(**more)).id


def approve(world: World, number: int, role: str = "authorising_officer") -> None:
    with world.work(role) as work:
        service.approve_template(work, work.db.get_one(AgreementTemplate, number))


@pytest.mark.both_engines
def test_a_version_is_in_force_from_its_day_once_two_people_agreed(world: World) -> None:
    first, second = make.draft(world), propose(world)

    def in_force() -> int:
        with world.work("grants_officer", readonly=True) as work:
            return queries.template_in_force(work, "convention", work.today).version

    world.later(days=1)
    assert in_force() == 1  # nobody approved it
    with pytest.raises(Refused) as refused:
        approve(world, second)
    assert codes(refused) == {"begun"}
    third = propose(world, valid_from=DAY + timedelta(days=1), body=BODY.replace("cahier de caisse", "livre de caisse"))
    with pytest.raises(Forbidden):
        approve(world, third, "grants_officer")
    approve(world, third)
    assert in_force() == 1
    world.later(days=1)
    assert in_force() == 3
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, first))
        found = queries.get(work, first)
        assert found.template_version == 3
        facts = queries.agreement_facts(work, found)
        assert "tient un livre de caisse" in str(facts["articles"][7]) and facts["template"]["version"] == 3
    with pytest.raises(IntegrityError), world.database.session(readonly=False) as session:
        row = session.get_one(AgreementTemplate, third)
        session.execute(update(AgreementTemplate).where(AgreementTemplate.id == third).values(approved_by_id=row.proposed_by_id))
    change(world, AgreementTemplate, third, body=BODY)  # altered behind the product: nothing is printed
    with pytest.raises(Refused) as refused, world.work("grants_officer", readonly=True) as work:
        queries.agreement_facts(work, queries.get(work, first))
    assert codes(refused) == {"template_altered"}


def test_whoever_proposed_a_version_does_not_approve_it(world: World) -> None:
    number = propose(world)
    change(world, AgreementTemplate, number, proposed_by_id=world.people["authorising_officer"])
    with pytest.raises(Refused) as refused:
        approve(world, number)
    assert codes(refused) == {"same_person"}


def test_a_text_that_could_lie_is_not_stored(world: World) -> None:
    for more, field in (
        ({"valid_from": TODAY}, "valid_from"), ({"body": CONVENTION.body}, "body"), ({"body": BODY.replace("{debut}", "{jour}")}, "body"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as invalid:
            propose(world, **more)
        assert [e.field for e in invalid.value.errors] == [field]
    with world.work("accountant") as work, pytest.raises(Forbidden):
        service.propose_template(work, "convention", form())


def test_the_screens_show_the_versions_and_keep_what_was_typed(world: World) -> None:
    make.draft(world)
    app = create_app(world.surround)
    by = {role: client(world.surround, world.people[role], app=app) for role in ("grants_officer", "authorising_officer", "external_auditor")}
    assert by["external_auditor"].get("/agreements/templates").status_code == 403
    page = by["grants_officer"].get("/agreements/templates/convention/1")
    assert page.status_code == 200
    for expected in ("{montant_lettres}", "quatre millions quatre cent cinquante mille francs CFA", "vingt-quatre heures", CONVENTION.hash):
        assert expected in page.text, expected
    assert by["grants_officer"].get("/agreements/templates/convention/9").status_code == 404
    assert by["grants_officer"].get("/agreements/templates/bail/1").status_code == 404
    typed = {"title": "Convention", "valid_from": DAY.isoformat(), "source": "Décision n° 7", "body": BODY.replace("{fin}", "{demain}")}
    bad = by["grants_officer"].submit("/agreements/templates/convention/1/next", typed)
    assert bad.status_code == 422 and "{demain}" in bad.text and "est pas un champ" in bad.text
    assert by["grants_officer"].submit("/agreements/templates/convention/1/next", {**typed, "body": BODY}).status_code == 303
    assert "attend l" in by["grants_officer"].get("/agreements/templates").text
    assert by["grants_officer"].submit("/agreements/templates/convention/2/approve").status_code == 403
    assert by["authorising_officer"].submit("/agreements/templates/convention/2/approve").status_code == 303
    with world.work("grants_officer", readonly=True) as work:
        row = work.db.scalars(select(AgreementTemplate)).one()
        assert row.approved_by_id == world.people["authorising_officer"] and row.body == BODY
