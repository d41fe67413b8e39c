"""The session of the second call as the demo expects it: sums, shares, hours of the recusal, and the papers read back."""

from __future__ import annotations

import io

from pypdf import PdfReader
from sqlalchemy import select

from portfolio.committees import queries
from portfolio.committees.models import Session
from portfolio.committees.pdf import convocations_pdf, declaration_pdf, minutes_pdf, no_quorum_pdf
from portfolio.documents.models import Paper
from portfolio.kit.db import Database
from tests.scoring import world as w
from tests.support.counting import counted


def read(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_the_session_of_the_demo(database: Database) -> None:
    world = w.build(database)
    w.assign_demo(world)
    w.score_all(world)
    w.convened(world)
    w.sitting(world)
    w.deliberate(world)
    with world.act("secretary", readonly=True) as work:
        session = world.get(work, Session, world.session)
        tally = queries.tally(session, queries.items(work, session))
        assert tally.given_minor == 40_415_000
        assert tally.aside_minor == 3_210_000
        assert tally.used_minor == 43_625_000
        assert tally.left_minor == 1_375_000
        shares = {s.category: s for s in tally.shares}
        assert shares["women"].given_minor == 20_065_000 and shares["women"].given_tenths == 446
        assert shares["youth"].given_minor == 8_750_000 and shares["youth"].given_tenths == 194
        assert shares["youth"].with_aside_tenths == 266 and shares["youth"].reached
        assert not shares["youth"].reached_without_aside
        with counted(world.database) as seen:
            queries.facts(work, session)
        assert len(seen) <= 6
    w.finished(world)
    with world.act("secretary", readonly=True) as work:
        session = world.get(work, Session, world.session)
        facts = queries.minutes.signed_facts(work, session)
        papers = {p.kind for p in work.db.scalars(select(Paper).where(Paper.subject_type == "session"))}
        convocations = queries.minutes.convocation_facts(work, session)
        declaration = queries.minutes.declaration_facts(work, session, world.people["m5"])
    assert papers == {"convocation", "attendance_sheet", "minutes"}
    content = minutes_pdf({**facts, "fingerprint": "0" * 64})
    text = read(content)
    for words in (
        "PROCÈS-VERBAL DE SÉLECTION",
        "L'an deux mille vingt-six et le vingt-huit novembre, à neuf heures quinze minutes, s'est tenue à Gao",
        "sous la présidence de Salimata Kassogué",
        "Membres en exercice : 7 · présents à voix délibérative à l'ouverture : 7 · quorum requis : 5 · atteint : oui",
        "10 h 42",
        "10 h 58",
        "6 sur 7",
        "44,6 %",
        "26,6 %",
        "31 → 8",
        "liste d'attente n° 4",
        "Limite de l'enveloppe : 45 000 000 F CFA",
        "40 415 000",
        "quarante millions quatre cent quinze mille francs CFA",
        "reste : 1 375 000 F CFA",
        "Part réservée aux jeunes, non atteinte par le seul classement.",
        "5 sur 15, seuil 7",
        "la séance a été levée à seize heures trente minutes",
        "signé le 28/11/2026",
        "l'attribution relève de la décision de l'ordonnateur",
    ):
        assert words in text, words
    assert "attribué" not in text.lower().replace("attribution", ""), "a committee does not award"
    letters = read(convocations_pdf(convocations))
    assert letters.count("ACCUSÉ DE RÉCEPTION") == 9 and "première convocation" in letters
    assert "LISTE DE DIFFUSION" in letters
    assert "aucun avantage" in read(declaration_pdf(declaration))


def test_minutes_of_three_hundred_files_stay_legible() -> None:
    facts = sample(300)
    reader = PdfReader(io.BytesIO(minutes_pdf(facts)))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "DOS-2026-00300-K" in text and len(reader.pages) < 50


def test_minutes_of_lack_of_quorum() -> None:
    facts = sample(2) | {"voices": 3, "reached": False, "opened_at": None}
    text = read(no_quorum_pdf(facts))
    assert "PROCÈS-VERBAL DE CARENCE" in text and "3 voix délibératives présentes sur 7" in text
    assert "seconde convocation" in text.lower()


def sample(count: int) -> dict[str, object]:
    """Facts of minutes with so many files, odd names included."""
    person = {
        "name": "Aïssata Maïga", "structure": "Siège", "function": "president", "capacity": "titular", "act": "", "voice": "deliberative",
        "replaces": "",
        "arrived_at": "2026-11-28T09:00:00+00:00", "left_at": None, "excused": "", "signed_at": None, "prevented": "",
    }  # fmt: skip
    items = [
        {
            "reference": f"DOS-2026-{n:05d}-K", "rank": n, "applicant": f"Groupement <b>Wafakoye</b> & frères n° {n}", "commune": "Téra",
            "country": "NE",
            "title": "Transformation de céréales et de lait, conditionnement et vente", "score_tenths": 900 - n, "mean_tenths": 900 - n,
            "settled_tenths": None, "settled_reason": "", "spread_tenths": 50, "first_spread_tenths": 50, "requested_minor": 3_000_000,
            "requested_cumulative_minor": 3_000_000 * n, "votes_for": 7, "votes_against": 0, "abstentions": 0, "voices_present": 7,
            "casting": False,
            "proposal": "favourable" if n < 9 else "waiting_list", "proposed_minor": 3_000_000 if n < 9 else None,
            "cumulative_minor": 3_000_000 * min(n, 8), "waiting_rank": None if n < 9 else n - 8,
            "reason": "" if n < 9 else "Classé au-delà de l'enveloppe disponible.", "conditions": "", "rank_waiver": "", "dissent": "",
        }
        for n in range(1, count + 1)
    ]  # fmt: skip
    return {
        "letterhead": {"lines": ["AUTORITÉ"], "service": "Secrétariat", "place": "Gao"}, "on": "2026-11-28", "reference": "PV-2026-00001-K",
        "committee": {"name": "Comité de sélection", "kind": "selection", "act": "la décision n° 4"}, "session_number": 3, "convening": 1,
        "quorum": 5,
        "place": "Gao", "room": "", "scheduled_at": "2026-11-28T09:00:00+00:00", "agenda": "", "subject": {"type": "call", "reference": "AAP",
        "title": "T"},
        "opened_at": "2026-11-28T09:15:00+00:00", "closed_at": "2026-11-28T16:30:00+00:00", "people": [person], "members": 7, "voices": 7,
        "reached": True,
        "chair": {"name": "Aïssata Maïga", "function": "president"}, "secretary": "X", "funnel": {"filed": 320}, "criteria": [], "score_floor": 60,
        "spread_limit": 25, "currency": "XOF", "envelope_minor": 25_000_000, "given_minor": 24_000_000, "aside_minor": 0, "given": 8, "shares": [],
        "items": items, "unranked": [], "declarations": [], "remarks": "", "first": None,
    }  # fmt: skip
