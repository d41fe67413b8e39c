"""The convention is written from a versioned template with named placeholders; figures are those of the dated rules (I1, I2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from portfolio.agreements import queries, service
from portfolio.agreements.models import Agreement
from portfolio.agreements.queries.clauses import written
from portfolio.agreements.reference import clauses
from portfolio.agreements.reference.clauses import NAME, Template, plain, read, shipped
from portfolio.agreements.reference.placeholders import CATALOGUE, FORMATS, TABLES
from portfolio.documents.models import Paper
from portfolio.documents.reference import rule
from portfolio.kit.errors import Invalid, Refused
from portfolio.procurement.models import MethodRule
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.documents.test_rules import TODAY, with_rows

HASHES = {
    ("convention", 1): "e8f09d80a1317faa71501722b1f25f98340c7d35cc297f54e0bd6e136847c0d4",
    ("avenant", 1): "ebd4f313198939e1680611b9ae50c520a5955bb5f3588415ad40418c2835a414",
}
CONVENTION, AVENANT = shipped()[:2]
VALUES = {
    **{name: {"str": "x{y}", "int": 1_000, "date": date(2026, 3, 1), "tuple": (24, "hours")}[FORMATS[p.format].kind.__name__]
       for name, p in CATALOGUE["convention"].items()},
}  # fmt: skip


def articles(world: World, number: int) -> list[str]:
    """The articles as one text each."""
    with world.work("external_auditor", readonly=True) as work:
        facts = queries.agreement_facts(work, queries.get(work, number))
    return [
        f"{a['number']}. {a['title']}\n" + "\n".join(a["paragraphs"]) for a in facts["articles"]
    ]


def test_a_text_that_was_shipped_never_changes() -> None:
    assert {(t.code, t.version): t.hash for t in shipped()} == HASHES
    migration = Path("migrations/versions/051_templates.py").read_text("utf-8")
    assert all(each in migration for each in HASHES.values())


def test_the_words_are_those_printed_before_there_were_templates(world: World) -> None:
    expected = (Path(__file__).parent / "convention_1.txt").read_text("utf-8").strip()
    assert "\n\n".join(articles(world, make.signed(world))) == expected


def test_every_placeholder_of_every_version_is_of_the_catalogue_and_the_catalogue_is_used() -> None:
    for template in shipped():
        assert set(NAME.findall(template.body)) <= set(CATALOGUE[template.code])
        assert {c.table for c in template.clauses} - {""} == set(TABLES[template.code])
        text = " ".join(s.text for c in template.clauses for p in c.paragraphs for s in p)
        figures = re.findall(r"\b(?:vingt|trente|trois|quatre|dix|quinze|\d+) (?:heures|jours|ans|mois|offres|originaux|%)", text)
        assert figures == []  # no figure of a rule is typed


WRONG = {
    "{montan}": ("{montant}", "{montan}"),
    "brace": ("{montant}", "{montant"),
    "si compte": ("[si compte] ", ""),
    "not a condition": ("[si compte]", "[si banque]"),
    "brackets": ("est un maximum", "est un [maximum]"),
    "numbered": ("Article 8 — ", "Article 9 — "),
    "tableau échéancier": ("[tableau échéancier]", ""),
    "not a table": ("[tableau échéancier]", "[tableau frais]"),
    "no text": ("Le bénéficiaire mentionne", "Article 15 — Autre\n\nLe bénéficiaire mentionne"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_text_that_could_lie_is_refused(fault: str) -> None:
    old, new = WRONG[fault]
    body = CONVENTION.body.replace(old, new, 1)
    assert body != CONVENTION.body
    with pytest.raises(Invalid):
        read("convention", body)


def test_a_missing_value_is_refused_and_a_brace_of_a_value_stays() -> None:
    known = {"pays": ("ML",)}
    made = " ".join(" ".join(a["paragraphs"]) for a in written(CONVENTION, VALUES, known))
    assert "« x{y} »" in made and NAME.sub("", made).count("{") == 0
    for name in set(NAME.findall(CONVENTION.body)):
        for gap in (None, ""):
            if CATALOGUE["convention"][name].given:
                made = " ".join(" ".join(a["paragraphs"]) for a in written(CONVENTION, {**VALUES, name: gap}, known))
                assert "None" not in made and ": ." not in made
            else:
                with pytest.raises(Refused) as refused:
                    written(CONVENTION, {**VALUES, name: gap}, known)
                assert codes(refused) == {"clause_value_missing"}
    with pytest.raises(TypeError):
        written(CONVENTION, {**VALUES, "montant": "1000"}, known)


def variant(words: str, *, version: int = 2, on: date = TODAY) -> Template:
    """Version 2: article 14 in other words."""
    start = CONVENTION.body.index("Le bénéficiaire mentionne")
    end = CONVENTION.body.index("\n", start)
    return replace(CONVENTION, version=version, valid_from=on, body=plain(CONVENTION.body[:start] + words + CONVENTION.body[end:]))


def test_clauses_differ_by_country_donor_fund_call_and_modality() -> None:
    template = variant(
        "Toujours.\n[si pays ML, NE] Mali ou Niger.\n[si non pays ML] Ailleurs.\n[si bailleur NOR et fonds F1] Norlande.\n[si modalité direct] Fournisseur."
    )

    def text(**known: str) -> str:
        made = written(template, VALUES, {k: (v,) for k, v in known.items()})
        return str(made[13]["paragraphs"][0])

    assert text(pays="ML") == "Toujours. Mali ou Niger."
    assert text(pays="NE") == "Toujours. Mali ou Niger. Ailleurs."
    assert text(pays="BF", bailleur="NOR", fonds="F1", modalité="direct") == "Toujours. Ailleurs. Norlande. Fournisseur."
    assert text(pays="BF", bailleur="NOR", fonds="F2") == "Toujours. Ailleurs."


def test_an_article_may_have_one_wording_for_each_country_and_none_is_refused() -> None:
    start, end = CONVENTION.body.index("Article 14"), CONVENTION.body.index("Article 15")
    two = "Article 14 — Visibilité [si pays ML]\n\nAu Mali.\n\nArticle 14 — Visibilité [si pays NE]\n\nAu Niger.\n\n"
    template = replace(CONVENTION, body=CONVENTION.body[:start] + two + CONVENTION.body[end:])
    assert written(template, VALUES, {"pays": ("NE",)})[13]["paragraphs"] == ["Au Niger."]
    with pytest.raises(Refused) as refused:
        written(template, VALUES, {"pays": ("BF",)})
    assert codes(refused) == {"article_numbering"}


def test_the_figures_are_those_of_the_rules_of_the_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = make.draft(world)
    with_rows(
        monkeypatch,
        *(replace(rule(code, TODAY), value=value) for code, value in (
            ("cooling_hours", 81), ("final_report_days", 45), ("notice_days", 21), ("settlement_days", 60), ("equipment_years", 5),
            ("retention_years", 7), ("virement_percent", 12))),
    )  # fmt: skip
    with world.database.session(readonly=False) as session:
        session.add(
            MethodRule(
                buyer="group", country="ML", category="any", from_minor=200_000, method="three_pro_forma", sealed=False, min_invited=4,
                min_valid=4, min_days=0, low_percent=0, appeal_days=0, source="Arrêté 4", valid_from=date(2026, 1, 1),
            )
        )  # fmt: skip
        session.commit()
    text = articles(world, number)
    for article, expected in (
        (7, "un délai de quatre-vingt-une heures."), (9, "au moins quatre offres"), (10, "dans les quarante-cinq jours"),
        (12, "dans les vingt et un jours de la mise"), (13, "pendant 7 ans"), (17, "pendant cinq ans"), (18, "inférieur à 12 %"),
        (19, "pendant vingt et un jours"), (21, "dans les soixante jours"),
    ):  # fmt: skip
        assert expected in text[article - 1], article
    with_rows(monkeypatch, replace(rule("equipment_years", TODAY), value=None))
    with pytest.raises(Refused) as refused:
        articles(world, number)
    assert codes(refused) == {"clause_value_missing"}


def test_a_signed_agreement_keeps_its_version_when_a_newer_one_is_in_force(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make.signed(world)
    newer = variant("Une phrase nouvelle.")
    monkeypatch.setattr(clauses, "shipped", lambda: (CONVENTION, newer, AVENANT))
    with world.work("grants_officer", readonly=True) as work:
        found = queries.get(work, number)
        assert (found.template_version, found.template_hash) == (1, CONVENTION.hash)
        facts = queries.agreement_facts(work, found)
        assert facts["template"] == {
            "code": "convention", "version": 1, "title": "Convention de subvention", "valid_from": "2020-01-01", "hash": CONVENTION.hash,
        }  # fmt: skip
        assert queries.pinned(work, "convention", TODAY) == {"template_version": 2, "template_hash": newer.hash}
        assert queries.pinned(work, "convention", date(2026, 1, 1))["template_version"] == 1
        paper = work.db.scalars(select(Paper).where(Paper.kind == "agreement")).one()
        assert paper.facts["template"] == facts["template"] and "Une phrase" not in str(paper.facts["articles"])
    assert "Une phrase" not in articles(world, number)[13]


def test_a_draft_takes_the_version_in_force_when_its_checks_are_certified(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make.draft(world)
    newer = variant("Une phrase nouvelle.")
    monkeypatch.setattr(clauses, "shipped", lambda: (CONVENTION, newer, AVENANT))
    assert "Une phrase" not in articles(world, number)[13]
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    assert articles(world, number)[13] == "14. Visibilité\nUne phrase nouvelle."


def test_a_version_whose_text_was_altered_prints_nothing(world: World) -> None:
    number = make.draft(world)
    change(world, Agreement, number, template_hash="0" * 64)
    with pytest.raises(Refused) as refused:
        articles(world, number)
    assert codes(refused) == {"template_altered"}


def test_the_authority_cannot_sign_other_figures_than_the_group(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make.draft(world)
    for role, verb in (("programme_head", service.check), ("grants_officer", service.send)):
        with world.work(role) as work:
            verb(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.record_group_signature(work, queries.get(work, number), make.signature())
    world.later(days=2)
    old, new = rule("cooling_hours", TODAY), date(2026, 11, 24)
    with_rows(monkeypatch, replace(old, valid_to=new), replace(old, value=48, valid_from=new))
    with pytest.raises(Refused) as refused, world.work("authorising_officer") as work:
        service.countersign(work, queries.get(work, number))
    assert codes(refused) == {"rules_changed"}
