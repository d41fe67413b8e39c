"""The papers of agreements and payments read back: mentions, sums in words, one page, the same facts the same bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from portfolio.agreements import queries as agreements
from portfolio.agreements import service as agreements_service
from portfolio.agreements.forms import AmendmentForm
from portfolio.agreements.pdf import agreement_pdf, amendment_pdf
from portfolio.agreements.pdf.articles import articles
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import VisaForm
from portfolio.disbursements.pdf import liquidation_pdf, order_pdf, quittance_pdf, receipt_pdf, request_pdf
from portfolio.documents import queries as documents
from portfolio.documents.reference import letterhead
from portfolio.kit.db import Database
from portfolio.kit.i18n import speaking
from portfolio.ledger import queries as ledger
from tests.agreements import world as make
from tests.agreements.world import World
from tests.disbursements import chain
from tests.ledger.tampering import Books, again


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def read(content: bytes) -> tuple[str, int]:
    """The words of a paper with every blank made one, and its pages."""
    reader = PdfReader(io.BytesIO(content))
    return " ".join(" ".join(p.extract_text() for p in reader.pages).replace("\u202f", " ").split()), len(
        reader.pages
    )


def facts(world: World, number: int, of: Any, **more: Any) -> dict[str, Any]:
    with world.work("external_auditor", readonly=True) as work, speaking("fr"):
        return {
            **of(work, queries.get(work, number)),
            "reference": "OP-2026-00001-K",
            "fingerprint": "ab" * 32,
            **more,
        }


def test_the_convention_has_its_twenty_two_articles(world: World) -> None:
    number = make.signed(world)
    with world.work("external_auditor", readonly=True) as work, speaking("fr"):
        found = agreements.agreement_facts(work, agreements.get(work, number))
    drawn = {**found, "reference": "CONV-2026-00042-K", "fingerprint": "ab" * 32}
    words, pages = read(agreement_pdf(drawn))
    assert 6 <= pages <= 9
    assert [a[0] for a in articles(found)] == list(range(1, 23))
    for expected in (
        "Article premier — Objet", "Article 22 — Signatures", "quatre millions quatre cent cinquante mille francs CFA", "4 450 000 F CFA",
        "DEC-2026-00001-A", "ENG-2026-00001-A", "Au moins 75 % de la tranche 1 justifiés et acceptés", "Fadimata Touré", "Annexe 2 — Budget",
        "Béliers d'embouche", "10 ans", "indemnités des membres du bureau", "Paraphe",
    ):  # fmt: skip
        assert expected in words, expected
    assert "PROJET" not in words and "ML0990100100000123456" not in words
    assert agreement_pdf(drawn) == agreement_pdf(drawn)


def test_the_convention_is_a_draft_until_its_text_is_settled(world: World) -> None:
    number = make.draft(world)
    with world.work("external_auditor", readonly=True) as work:
        found = agreements.agreement_facts(work, agreements.get(work, number))
    words, _pages = read(agreement_pdf({**found, "reference": "CONV-1"}))
    assert "PROJET" in words and "empreinte digitale en présence de" in words


def test_a_thumbprint_is_printed_with_its_witnesses(world: World) -> None:
    number = make.draft(world)
    witnesses = {
        "thumbprint": True, "witness_one": "Moussa Ag Alhassane", "witness_one_paper": "NINA 77", "witness_two": "Hawa Traoré",
        "witness_two_paper": "passeport 88", "language": "songhay", "translator": "Ali Touré",
    }  # fmt: skip
    with world.work("programme_head") as work:
        agreements_service.check(work, agreements.get(work, number))
    with world.work("grants_officer") as work:
        agreements_service.send(work, agreements.get(work, number))
        agreements_service.record_group_signature(
            work, agreements.get(work, number), make.signature(**witnesses)
        )
    with world.work("external_auditor", readonly=True) as work:
        found = agreements.agreement_facts(work, agreements.get(work, number))
    words, _pages = read(agreement_pdf({**found, "reference": "CONV-1"}))
    for expected in ("Moussa Ag Alhassane", "passeport 88", "songhay", "Ali Touré", "Lu et traduit"):
        assert expected in words, expected


def test_the_order_holds_on_one_page_with_its_chain(world: World) -> None:
    number = chain.to(
        world,
        "paid",
        make.tranche_id(world, make.signed(world), 1),
        papers="\n".join(f"Pièce {n}" for n in range(1, 9)),
    )
    words, pages = read(order_pdf(facts(world, number, queries.order_facts)))
    assert pages == 1
    for expected in (
        "agissant en vertu de la décision n° 100/SE du 20 décembre 2019", "ORDRE DE PAIEMENT", "Exercice : 2026", "F1-AAP25", "ENG-2026-00001-A", "Engagé", "Déjà ordonnancé", "Présent ordre",
        "Reste à ordonnancer", "2 670 000", "Net à payer", "un million sept cent quatre-vingt mille francs CFA", "Vu et liquidé",
        "Boubacar Diallo", "Visa", "Ousmane Traoré",
        "Vu, bon à payer", "Mariama Sow", "Issoufou Garba", "Payé le 22 novembre 2026", "VIR-OP", "8. Pièce 7", "3456",
    ):  # fmt: skip
        assert expected in words, expected
    assert "ML0990100100000123456" not in words and "sceau" not in words
    positions = [
        words.index(name) for name in ("Boubacar Diallo", "Ousmane Traoré", "Mariama Sow", "Issoufou Garba")
    ]
    assert positions == sorted(positions)


def test_the_reservation_of_the_visa_is_printed_and_falls_with_a_return(world: World) -> None:
    number = chain.to(world, "liquidated", make.tranche_id(world, make.signed(world), 1))
    with world.work("financial_controller") as work:
        d = queries.get(work, number)
        said = {"content_hash": d.content_hash, "amount_seen": d.amount_minor, "reserve": "Facture à produire sous huit jours"}
        service.visa(work, d, VisaForm(**said))
    chain.order(world, number)
    words, pages = read(order_pdf(facts(world, number, queries.order_facts)))
    assert "Visa avec réserve du contrôleur financier : Facture à produire sous huit jours." in words and pages == 1
    with world.work("programme_head") as work:
        service.return_(work, queries.get(work, number), "À revoir avec le groupement")
    assert chain.stored(world, number).visa_reserve == ""


def test_an_order_not_signed_is_a_draft(world: World) -> None:
    number = chain.to(world, "visaed", make.tranche_id(world, make.signed(world), 1))
    words, pages = read(order_pdf(facts(world, number, queries.order_facts)))
    assert "PROJET" in words and pages == 1


def test_the_liquidation_goes_condition_by_condition(world: World) -> None:
    number = chain.to(world, "liquidated", make.tranche_id(world, make.signed(world), 1))
    words, pages = read(liquidation_pdf(facts(world, number, queries.liquidation_facts)))
    assert pages == 1
    for expected in (
        "FICHE DE LIQUIDATION",
        "Convention signée des deux parties",
        "oui",
        "1 780 000 F CFA",
        "Boubacar Diallo",
    ):
        assert expected in words, expected


def test_the_request_says_what_is_missing_in_francs(world: World) -> None:
    number = chain.request(world, make.tranche_id(world, make.signed(world), 1))
    base = facts(world, number, queries.request_facts)
    words, _pages = read(request_pdf(base))
    assert "Rien : toutes les conditions sont remplies" in words
    missing = [
        {
            "message": "Tranche 3 bloquée : il manque 267 000 F CFA de dépenses acceptées",
            "missing_minor": 267_000,
        }
    ]
    assert "il manque 267 000 F CFA" in read(request_pdf({**base, "missing": missing}))[0]


def test_the_receipt_is_cut_in_two(world: World) -> None:
    number = chain.to(world, "paid", make.tranche_id(world, make.signed(world), 1))
    words, pages = read(receipt_pdf(facts(world, number, queries.receipt_facts)))
    assert pages == 1 and words.count("reconnais avoir reçu") == 2 and "SOUCHE" in words
    assert "Reste dû sur la tranche" in words


def test_the_quittance_is_numbered_and_cut_in_two() -> None:
    words, pages = read(
        quittance_pdf(
            {
                "letterhead": letterhead(chain.TODAY),
                "on": "2026-11-22",
                "currency": "XOF",
                "amount_minor": 37_500,
                "debtor": "Groupement Kawral",
                "capacity": "bénéficiaire",
                "title": "reversement du solde",
                "method": "versement en espèces",
                "method_reference": "B-12",
                "reference_lines": [("Ordre de reversement", "OR-2026-00001-K")],
                "balance_minor": 0,
                "reference": "QT-2026-00001-K",
                "collector": {"name": "Issoufou Garba", "function": "Agent comptable", "on": "2026-11-22"},
            }  # fmt: skip
        )
    )
    assert pages == 1 and words.count("QUITTANCE") == 2 and "trente-sept mille cinq cents francs CFA" in words


def test_an_amendment_prints_old_and_new(world: World) -> None:
    from datetime import date

    number = make.signed(world)
    with world.work("grants_officer") as work:
        form = AmendmentForm(
            kind="extension", reason="Saison des pluies prolongée", ends_on=date(2027, 12, 30)
        )
        found = agreements_service.prepare_amendment(work, agreements.get(work, number), form).id
    with world.work("grants_officer", readonly=True) as work:
        amendment = agreements.amendment(work, found)
        drawn = agreements.amendment_facts(work, agreements.get(work, number), amendment)
    words, _pages = read(amendment_pdf({**drawn, "reference": "AV-1"}))
    for expected in (
        "AVENANT N° 1",
        "31 octobre 2027",
        "30 décembre 2027",
        "Saison des pluies prolongée",
        "PROJET",
    ):
        assert expected in words, expected


def test_the_same_payment_prints_the_same_bytes(world: World) -> None:
    number = chain.to(world, "paid", make.tranche_id(world, make.signed(world), 1))
    for of, draw in (
        (queries.order_facts, order_pdf), (queries.liquidation_facts, liquidation_pdf), (queries.receipt_facts, receipt_pdf),
    ):  # fmt: skip
        assert draw(facts(world, number, of)) == draw(facts(world, number, of))


@pytest.mark.both_engines
def test_a_receipt_tells_of_a_book_cut_or_written_again_at_its_own_entry(world: World, tmp_path: Path) -> None:
    """T06: the head on a paper stands after the entries of its own act, so that any one receipt witnesses the payment that it tells of."""
    number = chain.to(world, "paid", make.tranche_id(world, make.signed(world), 1))
    with world.work("external_auditor", readonly=True) as work:
        d = queries.get(work, number)
        papers = [p for p in documents.papers_of(work, d) if p.kind in ("payment_receipt", "order")]
        rows = [dict(row) for row in ledger.walk(work.db)]
        books = Books(rows, ledger.head(work.db))
        own = [row["seq"] for row in rows if (row["event"], row["subject_id"]) == ("disbursement:paid", number)]
    assert own and {p.kind for p in papers} == {"payment_receipt", "order"}
    paper = next(p for p in papers if p.kind == "payment_receipt")
    printed = documents.witness(paper.facts)
    assert printed is not None and printed[0] == own[-1], "the last entry of the payment is under the receipt's head"
    for at in own:
        forged, cut = books.copy(), books.copy()
        forged.rows[at - 1]["document"] = "OP-2026-99999-K"
        again(forged, at)
        del cut.rows[at - 1 :]
        for each in (forged, cut):
            each.head = ledger.Head(each.rows[-1]["seq"], each.rows[-1]["hash"])
            assert each.product() is None and each.product(printed) == (printed[0], "witness")
            assert each.offline(tmp_path / "x.jsonl", printed) == (printed[0], "witness")
