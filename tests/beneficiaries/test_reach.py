"""People reached: three figures never added (R13), doubles decided by a second person (D4), bands at the date of the assistance (row 24)."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.audit.models import AuditEvent
from portfolio.beneficiaries import queries, service
from portfolio.beneficiaries.forms import (
    CorrectForm,
    CountsForm,
    DecideForm,
    PeopleForm,
    PersonForm,
    PersonRow,
    ReasonForm,
)
from portfolio.beneficiaries.models import SEXES, Duplicate, ReachedPerson
from portfolio.beneficiaries.queries.counting import hide_small
from portfolio.beneficiaries.queries.likeness import likeness, name_percent
from portfolio.beneficiaries.reference import PAIR_FROM, band_of
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.projects.queries import project_facts
from tests.beneficiaries import stage as s

FATOUMATA = {"full_name": "Fatoumata Cissé", "sex": "F", "birth_year": 1990, "village": "Labbezanga"}


@pytest.fixture
def world(database: Database) -> Any:
    return s.build(database)


def pairs(world: Any) -> list[Duplicate]:
    with world.work(s.OFFICER, readonly=True) as work:
        return list(work.db.scalars(select(Duplicate).order_by(Duplicate.id)))


def totals(world: Any, n: int | None = None) -> tuple[int, int, int]:
    with world.work(s.OFFICER, readonly=True) as work:
        found = queries.reach(work, None if n is None else {world.ids[f"project_{n}"]})
        return found.total("named"), found.total("counted"), found.total("indirect")


def test_three_figures_are_never_added(world: Any) -> None:
    s.people(world, [FATOUMATA, {"full_name": "Moussa Maïga", "sex": "M", "age": 40}])
    s.counted(world, 320, sex="F")
    s.counted(world, 1_500, kind="indirect")
    assert totals(world) == (2, 320, 1_500)
    with world.work(s.OFFICER, readonly=True) as work:
        rows = {
            r["label"]: (r["women"], r["men"])
            for r in project_facts(work, s.project(work, world))["reached"]["rows"]
        }
    assert rows == {"Directs nominatifs": (1, 1), "Directs comptés": (320, 0), "Indirects estimés": (0, 0)}


def test_the_band_is_that_of_the_day_of_the_assistance(world: Any) -> None:
    (number,) = s.people(
        world, [{"full_name": "Aïcha Diallo", "birth_year": 2001}], received_on=date(2025, 6, 1)
    )
    with world.work(s.OFFICER, readonly=True) as work:
        assert queries.get(work, number).band == "15-24"
    world.later(days=400)
    with world.work(s.OFFICER, readonly=True) as work:
        assert queries.get(work, number).band == "15-24"
    assert [band_of(2000, y) for y in (2014, 2015, 2024, 2025, 2035, 2036, 2059, 2060)] == [
        "0-14", "15-24", "15-24", "25-35", "25-35", "36-59", "36-59", "60+",
    ]  # fmt: skip
    assert band_of(None, 2026) == "unknown"


def test_an_age_gives_an_estimated_year(world: Any) -> None:
    (number,) = s.people(world, [{"full_name": "Aïcha Diallo", "age": 35}])
    with world.work(s.OFFICER, readonly=True) as work:
        found = queries.get(work, number)
        assert (found.birth_year, found.estimated, found.band) == (1991, True, "25-35")
    with pytest.raises(Invalid) as caught:
        s.people(
            world,
            [{"full_name": "A B", "age": 35, "birth_year": 1970}, {"full_name": "C D", "birth_year": 2027}],
        )
    assert {e.field for e in caught.value.errors} == {"lines-0-age", "lines-1-birth_year"}
    with pytest.raises(Invalid):
        s.people(world, [FATOUMATA], received_on=date(2026, 11, 23))


def test_who_looks_like_another_opens_a_pair_and_blocks_nobody(world: Any) -> None:
    one, two = s.people(world, [FATOUMATA, {**FATOUMATA, "full_name": "Sissé Fatimata", "birth_year": 1991}])
    (pair,) = pairs(world)
    assert (pair.first_id, pair.second_id, pair.status) == (one, two, "open") and set(pair.signs) >= {
        "name",
        "year",
        "village",
    }
    assert totals(world) == (2, 0, 0)


def test_a_shared_telephone_is_never_enough(world: Any) -> None:
    s.people(
        world,
        [
            {**FATOUMATA, "phone": "+22370000001"},
            {"full_name": "Ousmane Traoré", "sex": "M", "phone": "+22370000001", "village": "Labbezanga"},
        ],
    )
    assert pairs(world) == []


@pytest.mark.both_engines
def test_a_second_person_decides_and_the_merged_count_once(world: Any) -> None:
    (one,) = s.people(world, [FATOUMATA])
    (two,) = s.people(world, [{**FATOUMATA, "full_name": "Fatimata Sissé"}], n=2)
    (pair,) = pairs(world)
    for role in (s.OFFICER, "second_officer"):  # the finder, and somebody without the right
        with pytest.raises(Forbidden), world.work(role) as work:
            service.decide_duplicate(
                work,
                queries.get_pair(work, pair.id),
                DecideForm(decision="same", reason="Même carte NINA vue."),
            )
    with world.work(s.HEAD) as work:
        service.decide_duplicate(
            work, queries.get_pair(work, pair.id), DecideForm(decision="same", reason="Même carte NINA vue.")
        )
    assert totals(world) == (1, 0, 0) and totals(world, 1) == (1, 0, 0) and totals(world, 2) == (1, 0, 0)
    with world.work(s.OFFICER, readonly=True) as work:
        assert queries.get(work, two).same_as_id == one
        rows = queries.index_facts(work, {"by": "call"})["rows"]
        assert [r["named"]["total"] for r in rows] == [1]
        rows = queries.index_facts(work, {"by": "project"})["rows"]
        assert [r["named"]["total"] for r in rows] == [1, 1]
    world.later(days=29)
    with world.work(s.HEAD) as work:
        service.take_up_again(
            work, queries.get_pair(work, pair.id), ReasonForm(reason="Deux cartes différentes.")
        )
    assert totals(world) == (2, 0, 0)
    with world.work(s.HEAD) as work:
        service.keep_apart(work, queries.get_pair(work, pair.id), "Deux cartes différentes.")
    world.later(days=31)
    with pytest.raises(Refused), world.work(s.HEAD) as work:
        service.take_up_again(
            work, queries.get_pair(work, pair.id), ReasonForm(reason="Deux cartes différentes.")
        )
    with world.work(s.OFFICER) as work:  # remembered: looking again opens nothing
        assert service.find_pairs(work, [queries.get(work, two)]) == []


def test_the_finder_never_decides(world: Any) -> None:
    """Even holding the right to decide: M09."""
    s.people(world, [FATOUMATA])
    with world.work(s.HEAD) as work:
        found = list(work.db.scalars(select(ReachedPerson)))
        pair = Duplicate(
            subject_type="reached_person",
            first_id=found[0].id,
            second_id=found[0].id + 1,
            country="ML",
            found_by_id=work.actor.id,
            found_at=work.now,
        )
        work.create(pair, "duplicate:found")
        number = pair.id
    with pytest.raises(Refused) as caught, world.work(s.HEAD) as work:
        service.keep_apart(work, queries.get_pair(work, number), "Ce sont deux personnes.")
    assert {r.code for r in caught.value.refusals} == {"four_eyes"}


def test_three_records_of_one_person_count_once_whatever_the_order(world: Any) -> None:
    numbers = [s.people(world, [FATOUMATA], n=n)[0] for n in (1, 2, 1)]
    found = pairs(world)
    assert len(found) == 3
    for pair in reversed(found[1:]):
        with world.work(s.HEAD) as work:
            service.merge(work, queries.get_pair(work, pair.id), "Même personne, carte vue.")
    assert totals(world) == (1, 0, 0)
    with world.work(s.OFFICER, readonly=True) as work:
        assert [queries.get(work, n).same_as_id for n in numbers] == [None, numbers[0], numbers[0]]
    with world.work(s.HEAD) as work:
        service.take_up_again(
            work, queries.get_pair(work, found[2].id), ReasonForm(reason="Erreur de carte.")
        )
    assert totals(world) == (2, 0, 0)


# -- recall on a planted set ------------------------------------------------------------------------------------------

FIRST_F = "Fatoumata Aminata Aïssata Mariam Kadidiatou Rokia Salimata Hawa Zeïnabou Djénéba Oumou Ramatou Hadiza Nafissa Balkissa Rakiatou".split()
FIRST_M = "Oumarou Ibrahim Moussa Abdoulaye Mahamadou Ousmane Seydou Boubacar Amadou Souleymane Hamidou Adama Issoufou Yacouba".split()
FAMILY = "Cissé Maïga Touré Coulibaly Diallo Traoré Ouédraogo Sawadogo Barry Djibo Hama Sidibé Keïta Dicko Garba Soumana Kaboré Tall".split()
VILLAGES = "Labbezanga Fafa Tassiga Bentia Karou Ouatagouna Bara Kobi".split()
SPELT = {
    "Fatoumata": ("Fatimata", "Fatouma", "Fatoumatta"), "Aminata": ("Aminatta", "Aminatou"), "Aïssata": ("Aissata", "Aïssatou"),
    "Mariam": ("Mariama", "Maryam"), "Kadidiatou": ("Kadidjatou", "Khadidiatou"), "Djénéba": ("Jeneba", "Dieneba"),
    "Zeïnabou": ("Zénabou", "Zeinabu"),
    "Oumarou": ("Umaru", "Oumaru"), "Ibrahim": ("Ibrahima", "Brahima"), "Abdoulaye": ("Abdulaye", "Abdoulay"), "Mahamadou": ("Mamadou", "Mahamadu"),
    "Ousmane": ("Usman", "Ousman"), "Seydou": ("Seidou", "Saidou"), "Cissé": ("Sissé", "Cisse"), "Maïga": ("Maiga", "Meiga"),
    "Touré": ("Toure", "Turé"),
    "Coulibaly": ("Koulibaly", "Kulibali"), "Diallo": ("Jallo", "Dialo"), "Ouédraogo": ("Ouedraogo", "Wedraogo"), "Sidibé": ("Cidibé", "Sidibe"),
    "Traoré": ("Traore",), "Keïta": ("Keita",), "Kaboré": ("Kabore",), "Hawa": ("Awa",), "Barry": ("Bari",),
}  # fmt: skip


def planted(
    seed: int = 7, known: int = 300, doubles: int = 60
) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
    """People as they are entered, and which are the same: respelt, turned round, a year off, with or without village or telephone."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for n in range(known):
        woman = draw.random() < 0.6
        rows.append(
            {
                "full_name": f"{draw.choice(FIRST_F if woman else FIRST_M)} {draw.choice(FAMILY)}",
                "sex": "F" if woman else "M",
                "birth_year": draw.randint(1950, 2008),
                "village": draw.choice(VILLAGES),
                "phone": f"+2237{n:07d}",
            }
        )
    same = []
    for at in draw.sample(range(known), doubles):
        row = dict(rows[at])
        words = [draw.choice(SPELT.get(word, (word,))) for word in row["full_name"].split()]
        if draw.random() < 0.4:
            words.reverse()
        row["full_name"] = " ".join(words)
        row["birth_year"] += draw.choice((-2, -1, 0, 0, 1, 2))
        if draw.random() < 0.3:
            row["phone"] = None
        if draw.random() < 0.15:
            row["birth_year"] = None
        if draw.random() < 0.1:
            row["sex"] = "unknown"
        same.append((at, len(rows)))
        rows.append(row)
    return rows, same


def test_the_search_finds_nineteen_planted_doubles_in_twenty(world: Any) -> None:
    rows, same = planted()
    numbers: list[int] = []
    for start in range(0, len(rows), 60):
        numbers += s.people(world, rows[start : start + 60])
    found = {(p.first_id, p.second_id) for p in pairs(world)}
    wanted = {(numbers[a], numbers[b]) for a, b in same}
    recall = len(found & wanted) * 100 // len(wanted)
    assert recall >= 95, (
        recall,
        [(rows[a]["full_name"], rows[b]) for a, b in same if (numbers[a], numbers[b]) not in found],
    )
    assert len(found - wanted) <= len(wanted), "more false pairs than true ones: nobody would read them"


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("Fatoumata Cissé", "Sissé Fatimata", 95, 100),
        ("Oumarou Maïga", "Umaru Meiga", 80, 100),
        ("Fatou Cissé", "Fatoumata Cissé", 85, 99),
        ("Aminata Diallo", "Moussa Traoré", 0, 60),
        ("Mariam Barry", "Mariam Dicko", 0, 75),
    ],
)
def test_names_by_their_sound(one: str, other: str, low: int, high: int) -> None:
    assert low <= name_percent(one, other) <= high and name_percent(one, other) == name_percent(other, one)


def test_homonyms_of_two_generations_are_not_a_pair() -> None:
    def person(**more: Any) -> ReachedPerson:
        return ReachedPerson(
            full_name="Mariam Touré", sex="F", village="Fafa", village_folded="fafa", phone="", **more
        )

    assert likeness(person(birth_year=1960), person(birth_year=1995)).score < PAIR_FROM
    assert likeness(person(birth_year=1960), person(birth_year=1961)).score >= PAIR_FROM


# -- masking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_no_masked_cell_can_be_worked_out(seed: int) -> None:
    """With the totals of lines and columns shown, each line and column hides no cell or at least two."""
    draw = random.Random(seed)
    matrix = [
        [draw.choice((0, 0, 1, 3, 4, 5, 12, 80)) for _c in range(len(SEXES))]
        for _r in range(draw.randint(1, 6))
    ]
    shown = hide_small(matrix)
    for r, row in enumerate(matrix):
        for c, n in enumerate(row):
            assert shown[r][c] in (None, n) and not (0 < n < 5 and shown[r][c] is not None)
    lines = [list(zip(a, b, strict=True)) for a, b in zip(matrix, shown, strict=True)]
    lines += [[(matrix[r][c], shown[r][c]) for r in range(len(matrix))] for c in range(len(SEXES))]
    for line in lines:
        hidden = [n for n, visible in line if visible is None]
        others = [n for n, visible in line if visible]
        assert len(hidden) != 1 or not others


# -- corrections, counts, trail ---------------------------------------------------------------------------------------


def test_a_correction_is_explained_and_kept_out_of_the_trail(world: Any) -> None:
    (number,) = s.people(world, [FATOUMATA])
    form = CorrectForm(
        full_name="Fatoumata Touré",
        sex="F",
        birth_year=1960,
        village="Fafa",
        phone="+22370000009",
        received_on=date(2026, 11, 1),
        reason="Carte vue.",
    )
    with world.work(s.OFFICER) as work:
        service.correct_person(work, queries.get(work, number), form)
        found = queries.get(work, number)
        assert (found.band, found.sound, found.village_folded) == ("60+", "ftmt tr", "fafa")
    with world.work(s.OFFICER, readonly=True) as work:
        trail = " ".join(
            str(e.data)
            for e in work.db.scalars(select(AuditEvent).where(AuditEvent.event.startswith("reach:")))
        )
    for secret in ("Fatoumata", "Touré", "Cissé", "70000009", "Fafa", "Labbezanga"):
        assert secret not in trail, secret


def test_counts_are_entered_and_withdrawn(world: Any) -> None:
    s.counted(world, 12)
    with world.work(s.OFFICER) as work:
        (row,) = queries.counts_of(work, s.project(work, world))
        service.withdraw_count(work, row, ReasonForm(reason="Compté deux fois."))
    assert totals(world) == (0, 0, 0)
    with pytest.raises(Invalid), world.work(s.OFFICER) as work:
        service.record_counts(
            work,
            s.project(work, world),
            CountsForm(kind="counted", on=date(2026, 11, 1), method="registre", lines=[]),
        )
    with pytest.raises(Forbidden), world.work(s.HEAD) as work:
        s_form = PeopleForm(received_on=date(2026, 11, 1), assistance="x", lines=[PersonRow(full_name="A B")])
        service.record_people(work, s.project(work, world), s_form)


def test_codes_are_given_once(world: Any) -> None:
    form = PersonForm(full_name="Aïcha Diallo", received_on=date(2026, 11, 1), assistance="Formation")
    with world.work(s.OFFICER) as work:
        first = service.record_person(work, s.project(work, world), form).code
        second = service.record_person(work, s.project(work, world, 2), form).code
        assert first.startswith("BEN-2026-") and first != second
        assert work.db.scalar(select(func.count()).select_from(ReachedPerson)) == 2


def test_groups_that_look_alike_are_put_before_a_second_person(world: Any) -> None:
    """Case 3: same president and telephone, spelt otherwise."""
    from portfolio.groups.models import Group, Officer
    from tests.beneficiaries.stage import copy

    with world.database.session(readonly=False) as db:
        group = db.get(Group, world.ids["group"])
        group.phone = "+22370000005"
        twin = copy(
            db,
            group,
            code="GR-TWIN",
            name="Association Aniya d'Ansongo",
            registration="",
            phone="+22370000005",
        )
        db.add(
            Officer(
                group_id=twin.id,
                office="president",
                full_name="Fadimata Touré",
                sound="fdmt tr",
                since=date(2020, 1, 1),
            )
        )
        db.commit()
        number = twin.id
    with world.work(s.OFFICER) as work:
        found = service.find_group_pairs(work, work.db.get_one(Group, number))
        assert len(found) == 1 and found[0].subject_type == "grp"
        assert service.find_group_pairs(work, work.db.get_one(Group, number)) == []
        pair = found[0].id
    with world.work(s.HEAD) as work:
        assert [side["name"] for side in queries.pair_facts(work, queries.get_pair(work, pair))["sides"]]
        service.decide_duplicate(
            work,
            queries.get_pair(work, pair),
            DecideForm(decision="same", reason="Même bureau, vu sur place."),
        )
        assert queries.get_pair(work, pair).status == "merged"
