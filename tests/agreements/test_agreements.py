"""Agreements through their verbs: the four dates, both sums, two people, signatures, conditions, amendments, force majeure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portfolio.agreements import queries, service
from portfolio.agreements.forms import (
    BudgetLine,
    EditForm,
)
from portfolio.agreements.queries import alike
from portfolio.awards.models import Award, Commitment, Decision
from portfolio.groups.models import GroupAccount
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.web.timeline import timeline
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World


def test_the_budget_is_copied_and_the_schedule_sums(world: World) -> None:
    number = make.draft(world)
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        lines, tranches = queries.lines(work, agreement), queries.tranches(work, agreement)
        assert (
            sum(line.amount_minor for line in lines if line.source == "S")
            == agreement.amount_minor
            == make.GRANT
        )
        assert sum(t.amount_minor for t in tranches) == make.GRANT
        assert (agreement.own_cash_minor, agreement.own_kind_minor) == (300_000, 350_000)
        assert [t.code for t in tranches] == [f"{agreement.reference}-T{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("gap, word", [(-1, "1 F CFA"), (20_000, "20 000 F CFA")])
def test_a_schedule_that_does_not_sum_is_refused_with_the_difference(
    world: World, gap: int, word: str
) -> None:
    schedule = ((1_780_000, "advance"), (1_780_000, "advance"), (890_000 + gap, "advance"))
    with pytest.raises(Refused) as refused:
        make.draft(world, schedule=schedule)
    assert codes(refused) == {"schedule_sum"}
    said = refused.value.refusals[0].message.replace("\u202f", " ").replace("\u00a0", " ")
    assert word in said and refused.value.refusals[0].missing_minor == -gap


def test_a_revised_amount_needs_an_adapted_budget(world: World) -> None:
    change(world, Award, world.ids["award"], amount_minor=4_000_000)
    with pytest.raises(Refused) as refused:
        make.draft(world, schedule=((4_000_000, "advance"),), conditions=())
    assert codes(refused) == {"budget_sum"}
    lines = [BudgetLine(label="Béliers", quantity=40, unit_minor=100_000, source="S")]
    assert make.draft(world, schedule=((4_000_000, "advance"),), conditions=(), lines=lines)


@pytest.mark.parametrize(
    "model, name, values, code",
    [
        (Decision, "decision", {"status": "draft", "signed_at": None, "signed_by_id": None}, "decision_unsigned"),
        (Decision, "decision", {"signed_at": make.moment(-39)}, "dates_out_of_order"),
        (Commitment, "commitment", {"status": "prepared", "visaed_at": None, "visaed_by_id": None}, "commitment_missing"),
        (Commitment, "commitment", {"status": "released"}, "commitment_missing"),
        (Commitment, "commitment", {"amount_minor": make.GRANT - 1}, "commitment_short"),
        (Award, "award", {"outcome": "waitlisted"}, "not_awarded"),
    ],
)  # fmt: skip
def test_the_four_dates_and_the_commitment(
    world: World, model: type, name: str, values: dict[str, Any], code: str
) -> None:
    change(world, model, world.ids[name], **values)
    with pytest.raises(Refused) as refused:
        make.draft(world)
    assert code in codes(refused)


def test_without_a_controller_the_commitment_binds_from_its_own_date(database: Database) -> None:
    world = make.build(database, controller=False)
    change(world, Commitment, world.ids["commitment"], status="prepared", visaed_at=None, visaed_by_id=None)
    assert make.draft(world)


def test_a_file_has_one_agreement(world: World) -> None:
    make.draft(world)
    with pytest.raises(Refused) as refused:
        make.draft(world)
    assert codes(refused) == {"already_done"}


def test_checks_need_a_second_person_and_a_verified_account_in_the_groups_name(database: Database) -> None:
    world = make.build(database, holder="Zeïnabou Maïga")
    number = make.draft(world)
    with world.work("grants_officer") as work, pytest.raises((Refused, Forbidden)):
        service.check(work, queries.get(work, number))
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.check(work, queries.get(work, number))
    assert codes(refused) == {"holder_differs"}
    change(world, GroupAccount, world.ids["account"], holder="Groupement Anniya Ansongo")
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    change(world, GroupAccount, world.ids["account"], status="proposed")
    with world.work("programme_head") as work:
        service.return_(work, queries.get(work, number), "Compte à vérifier de nouveau")
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.check(work, queries.get(work, number))
    assert codes(refused) == {"account_unverified"}


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("Groupement féminin Anniya", "Groupement féminin Anniya d'Ansongo", True),
        ("GROUPEMENT FEMININ ANNIYA", "Groupement féminin Anniya d'Ansongo", True),
        ("Zeïnabou Maïga", "Groupement féminin Anniya d'Ansongo", False),
        ("", "Groupement", False),
    ],
)
def test_names_alike(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same


def test_a_settled_text_is_not_edited(world: World) -> None:
    number = make.draft(world)
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    with world.work("grants_officer") as work, pytest.raises(Refused) as refused:
        agreement = queries.get(work, number)
        service.edit(work, agreement, EditForm(**make.form(world).model_dump(), version=agreement.version))
    assert codes(refused) == {"wrong_status"}


# -- signing ---------------------------------------------------------------------------------------------------------


def test_the_convention_is_issued_at_the_second_signature_and_bound_to_the_scan(world: World) -> None:
    from portfolio.documents import queries as documents

    number = make.signed(world)
    with world.work("external_auditor", readonly=True) as work:
        agreement = queries.get(work, number)
        paper = documents.paper(work, "agreement", agreement)
        assert paper is not None and documents.is_true(paper)
        scan = documents.of(work, agreement)[0]
        assert paper.facts["group_signature"]["scan"] == scan.sha256  # type: ignore[index]
        assert agreement.signed_at is not None and agreement.status == "active"


def test_the_capacity_of_a_delegate_is_printed(world: World, database: Database) -> None:
    from tests import factories

    delegate = factories.add_person(
        database, "authorising_officer", name="Adama Cissé", kind="delegation", act_number="12/SE",
        act_on=date(2026, 9, 1), principal_id=world.people["authorising_officer"], ends_on=date(2026, 12, 31),
    )  # fmt: skip
    world.people["authorising_officer"] = delegate
    number = make.signed(world)
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        assert agreement.signed_by_id == delegate and "12/SE" in agreement.signed_capacity
        signed = [line for line in timeline(work, agreement) if "12/SE" in line.text]
        assert len(signed) == 1 and not any("12/SE" in new for _label, _old, new in signed[0].changes), "said once"


@pytest.mark.parametrize(
    "more, field",
    [
        ({"signed_on": date(2026, 10, 1)}, "signed_on"),
        ({"signed_on": date(2027, 1, 1)}, "signed_on"),
        ({"thumbprint": True}, "witness_one"),
        ({"thumbprint": True, "witness_one": "A", "witness_one_paper": "B", "witness_two": "A",
          "witness_two_paper": "C", "language": "songhay", "translator": "D"}, "witness_two"),
        ({"thumbprint": True, "witness_one": "A", "witness_one_paper": "B", "witness_two": "E", "witness_two_paper": "C"}, "language"),
    ],
)  # fmt: skip
def test_what_the_groups_signature_must_carry(world: World, more: dict[str, Any], field: str) -> None:
    number = make.draft(world)
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.send(work, queries.get(work, number))
    with world.work("grants_officer") as work, pytest.raises(Invalid) as bad:
        service.record_group_signature(work, queries.get(work, number), make.signature(**more))
    assert field in {e.field for e in bad.value.errors}


def test_the_authority_does_not_sign_without_the_signed_copy(world: World) -> None:
    number = make.draft(world)
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.send(work, queries.get(work, number))
        service.record_group_signature(work, queries.get(work, number), make.signature(scan=None))
    with world.work("authorising_officer") as work, pytest.raises(Refused) as refused:
        service.countersign(work, queries.get(work, number))
    assert codes(refused) == {"scan_missing"}


# -- what blocks a tranche --------------------------------------------------------------------------------------------
