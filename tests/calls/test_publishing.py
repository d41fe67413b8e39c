"""Publication: one winner, a number, three papers whose text is read back; corrections, questions, the end."""

from __future__ import annotations

import io
import re
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from portfolio.audit.models import AuditEvent
from portfolio.audit.queries import check
from portfolio.calls import pdf, queries, service
from portfolio.calls.forms import AnswerForm, CorrectionForm, FinaliseForm, QuestionForm
from portfolio.calls.models import Call, Question
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.numbering.models import GivenNumber
from tests.calls import making
from tests.factories import NOON
from tests.groups.making import acting


def words(content: bytes) -> str:
    """The text of a PDF on one line, every kind of blank as one space."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def race(database: Database, number: int | None = None) -> tuple[list[str], list[str]]:
    """32 threads publish the same call at once: (references given, refusal codes)."""
    number = number or making.sent(database)
    start, wins, losses = threading.Barrier(32), [], []

    def publish(n: int) -> None:
        start.wait()
        try:
            with acting(database, "programme_head", 1 + n % 2) as work:
                wins.append(str(service.publish(work, work.db.get_one(Call, number)).reference))
        except Refused as refused:
            losses.append(refused.refusals[0].code)
        except Exception as error:  # counted: it must not happen
            losses.append(type(error).__name__)

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wins, losses


@pytest.mark.both_engines
def test_thirty_two_publish_and_one_wins(database: Database) -> None:
    wins, losses = race(database)
    assert len(wins) == 1 and losses == ["already_done"] * 31
    with database.session(readonly=True) as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 3
        given = session.scalars(select(GivenNumber.reference).where(GivenNumber.prefix == "AAP")).all()
        assert given == wins
        published = select(func.count()).select_from(AuditEvent).where(AuditEvent.event == "call:published")
        assert session.scalar(published) == 1
        assert check(session) is None


@pytest.mark.postgresql
def test_the_race_is_seen_when_the_lock_is_taken_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: without the lock on the row, the same race does not end with one winner and thirty-one polite refusals."""
    from portfolio.work import Work

    def no_lock(self: Work, thing: Any) -> Any:
        self._held.add((type(thing).__tablename__, thing.id))
        return thing

    number = making.sent(database)
    monkeypatch.setattr(Work, "hold", no_lock)
    wins, losses = race(database, number)
    assert (len(wins), losses) != (1, ["already_done"] * 31)


def test_publishing_numbers_freezes_and_prints(database: Database) -> None:
    number = making.published(database)
    with acting(database, "grants_officer", commit=False) as work:
        call = work.db.get_one(Call, number)
        assert re.fullmatch(r"AAP-2026-00001-[A-Z]", call.reference or "")
        papers = documents.papers_of(work, call)
        assert [(p.kind, p.reference) for p in papers] == [
            ("call_notice", call.reference),
            ("call_poster", f"{call.reference}/AFF"),
            ("call_radio", f"{call.reference}/RAD"),
        ]
        assert all(documents.is_true(p) for p in papers)


def test_the_refused_publication_leaves_no_number_and_no_paper(database: Database) -> None:
    from sqlalchemy import text

    number = making.sent(database)
    with database.session(readonly=False) as session:
        session.execute(text("UPDATE budget_line SET committed_minor = 1 WHERE code = 'F1-AAP26'"))
        session.commit()
    with acting(database, "programme_head") as work, pytest.raises(Refused) as refused:
        service.publish(work, work.db.get_one(Call, number))
    assert [r.code for r in refused.value.refusals] == ["credits_missing"]
    with database.session(readonly=True) as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 0
        assert (
            session.scalar(select(func.count()).select_from(GivenNumber).where(GivenNumber.prefix == "AAP"))
            == 0
        )


def printed(database: Database, kind: str, number: int) -> tuple[str, bytes, dict[str, Any]]:
    with acting(database, "grants_officer", commit=False) as work:
        paper = next(p for p in documents.papers_of(work, work.db.get_one(Call, number)) if p.kind == kind)
        content = documents.bytes_of(work, paper)
        return words(content), content, dict(paper.facts)


MENTIONS = (
    "AVIS D'APPEL À PROPOSITIONS", "N° AAP-2026-00001-", "Métiers et filières des groupements de femmes et de jeunes",
    "Coopération de Norlande (fictive)", "F1-AAP26", "L'enveloppe est de 45 000 000 F CFA", "exercice 2026",
    "au moins 40 % (18 000 000 F CFA) pour les groupements de femmes", "au moins 25 % (11 250 000 F CFA)",
    "Objectifs servis", "(100 %)", "(50 %)",
    "Mali : région de Gao (cercles : Ansongo, Gao) ; région de Ménaka", "découpage 2021",
    "Burkina Faso", "Niger", "Peuvent déposer : groupements de femmes", "au moins 15 membres", "au moins 1 an d'existence",
    "un seul dossier", "Ne peuvent pas déposer", "plus de 180 jours",
    "1 500 000 F CFA (plancher)", "8 000 000 F CFA (plafond)", "au moins 10 % du coût", "10 mois au plus",
    "Aucune part en numéraire n'est demandée aux personnes déplacées", "Dépenses refusées : achat de terrain ; amendes et pénalités",
    "Demande signée", "à partir de 1 000 000 F CFA", "coopératives immatriculées", "travaux et jardins",
    "Grille de notation", "Viabilité économique et débouchés — 40 points, minimum 12", "Excellent, vérifié sur place",
    "Note minimale du total : 60/100", "À égalité de note : inclusion, cohésion sociale, ne pas nuire puis ordre de dépôt",
    "Le dossier de candidature est gratuit", "Bureaux de l'Autorité à Gao, Dori et Tillabéri", "2 exemplaires", "du lundi au vendredi",
    "14 décembre 2026, 16 h 00 TU (17 h 00 à Niamey)", "jusqu'au 4 décembre 2026", "le 7 décembre 2026 : tableaux d'affichage",
    "28 janvier 2027", "6 février 2027", "dans les 15 jours qui suivent la réception de la lettre", "Secrétaire exécutif",
    "Plaintes : Cellule des plaintes", "Signaler un fait de corruption : Auditeur interne", "Données personnelles",
    "L'Autorité se réserve le droit de ne pas donner suite", "Le Secrétaire exécutif, ordonnateur", "authorising_officer 1",
    "Empreinte de contrôle", "Fait à Ouagadougou, le 22 novembre 2026",
)  # fmt: skip


def test_the_notice_has_every_mandatory_mention(database: Database) -> None:
    text, content, facts = printed(database, "call_notice", making.published(database))
    assert [m for m in MENTIONS if m not in text] == []
    pages = PdfReader(io.BytesIO(content)).pages
    first = next(
        n
        for n, page in enumerate(pages)
        if "Grille de notation" in page.extract_text() and "Annexe" in page.extract_text()
    )
    assert first == 2  # two pages, then the grid (documents.md 1)
    assert "sceau" not in text.lower() and "scellé" not in text.lower()
    assert facts["criteria"][0]["levels"][5] == "Excellent, vérifié sur place"


def test_the_grid_of_the_notice_is_the_grid_of_the_record(database: Database) -> None:
    number = making.published(database)
    _text, _content, facts = printed(database, "call_notice", number)
    with acting(database, "grants_officer", commit=False) as work:
        grid = [
            (c.label, c.weight, c.floor, c.levels)
            for c in queries.criteria(work, work.db.get_one(Call, number))
        ]
    assert grid == [(c["label"], c["weight"], c["floor"], c["levels"]) for c in facts["criteria"]]


def test_a_long_notice_still_holds_on_two_pages(database: Database) -> None:
    _text, _content, facts = printed(database, "call_notice", making.published(database))
    facts |= {
        "reference": "AAP-2026-00001-X",
        "fingerprint": "0" * 64,
        "summary": "Une phrase assez longue pour remplir. " * 12,
        "excluded": ["un cas assez long de demandeur qui ne peut pas déposer cette année"] * 5,
    }
    pages = PdfReader(io.BytesIO(pdf.notice_pdf(facts))).pages
    assert "Annexe" in pages[2].extract_text()


def test_the_poster_is_one_page_in_large_letters(database: Database) -> None:
    text, content, _facts = printed(database, "call_poster", making.published(database))
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    for mention in (
        "Métiers et filières",
        "14 décembre 2026, 16 h 00 TU (17 h 00 à Niamey)",
        "gratuit",
        "1 500 000 F CFA",
        "groupements de femmes",
        "Auditeur interne",
    ):
        assert mention in text


def test_the_communique_never_passes_1200_characters(database: Database) -> None:
    text, content, facts = printed(database, "call_radio", making.published(database))
    assert len(PdfReader(io.BytesIO(content)).pages) == 1 and "Attestation de diffusion" in text
    said = pdf.radio_text(facts)
    assert len(said) <= 1200
    for mention in (
        "Métiers et filières",
        "gratuit",
        "16\u00a0h\u00a000 TU",
        "un million cinq cent mille francs CFA",
    ):
        assert mention in said
    long = {
        **facts,
        "filing_place": "Un lieu fort long. " * 40,
        "contact": "Un contact fort long, " * 12,
        "corruption": "x " * 300,
    }
    said = pdf.radio_text(long)
    assert len(said) <= 1200 and "gratuit" in said and "16\u00a0h\u00a000 TU" in said


def correction(**more: Any) -> CorrectionForm:
    values: dict[str, Any] = {
        "closes_at": making.CLOSES + timedelta(days=7),
        "pieces_by": date(2027, 1, 2),
        "reason": "Inondation de la route de Gao à Ansongo du 20 au 24 novembre.",
    }
    return CorrectionForm(**{**values, **more})


def test_a_corrective_notice_puts_the_deadline_off_before_it(database: Database) -> None:
    number = making.published(database)
    with acting(database, "programme_head") as work:
        made = service.amend(work, work.db.get_one(Call, number), correction())
        assert made.number == 1 and set(made.changes) == {"closes_at", "pieces_by"}
    text, _content, _facts = printed(database, "call_correction", number)
    for mention in (
        "AVIS RECTIFICATIF N° 1",
        "/R1",
        "14 décembre 2026, 16 h 00 TU (17 h 00 à Niamey)",
        "21 décembre 2026, 16 h 00 TU",
        "Inondation",
    ):
        assert mention in text
    with acting(database, "programme_head", 2) as work:
        assert (
            service.amend(
                work, work.db.get_one(Call, number), correction(closes_at=making.CLOSES + timedelta(days=9))
            ).number
            == 2
        )
    with acting(database, "grants_officer", commit=False) as work:
        call = work.db.get_one(Call, number)
        assert call.closes_at == making.CLOSES + timedelta(days=9) and call.appeal_days == 15
        event = work.db.scalars(select(AuditEvent).where(AuditEvent.event == "call:amended").limit(1)).one()
        assert event.reason and event.data["closes_at"][0].startswith("2026-12-14T16:00")


def test_a_corrective_notice_is_refused_at_the_deadline_earlier_and_to_others(database: Database) -> None:
    number = making.published(database)
    for moment, code in (
        (making.CLOSES, "too_late_to_correct"),
        (making.CLOSES + timedelta(days=3), "too_late_to_correct"),
    ):
        with (
            acting(database, "programme_head", clock=making.at(moment)) as work,
            pytest.raises(Refused) as refused,
        ):
            service.amend(work, work.db.get_one(Call, number), correction())
        assert [r.code for r in refused.value.refusals] == [code]
    just_before = making.at(making.CLOSES - timedelta(seconds=1))
    with acting(database, "programme_head", clock=just_before, commit=False) as work:
        service.amend(work, work.db.get_one(Call, number), correction())  # control
        work.undo()
    with acting(database, "programme_head") as work, pytest.raises(Invalid) as bad:
        service.amend(
            work, work.db.get_one(Call, number), correction(closes_at=making.CLOSES - timedelta(days=1))
        )
    assert bad.value.errors[0].field == "closes_at"
    with acting(database, "grants_officer") as work, pytest.raises(Forbidden):
        service.amend(work, work.db.get_one(Call, number), correction())


def test_questions_end_with_their_own_deadline_and_are_answered_once(database: Database) -> None:
    number = making.published(database)
    form = QuestionForm(text="Un groupement de quatorze membres peut-il déposer ?")
    with acting(database, "assessor") as work:
        asked = service.ask(work, work.db.get_one(Call, number), form).id
    with acting(database, "grants_officer") as work:
        service.answer(
            work, work.db.get_one(Question, asked), AnswerForm(answer="Non : quinze membres au moins.")
        )
    with acting(database, "grants_officer", 2) as work, pytest.raises(Refused) as refused:
        service.answer(work, work.db.get_one(Question, asked), AnswerForm(answer="Oui, finalement."))
    assert [r.code for r in refused.value.refusals] == ["already_answered"]
    with (
        acting(database, "assessor", clock=making.at(making.CLOSES.replace(day=5))) as work,
        pytest.raises(Refused) as refused,
    ):
        service.ask(work, work.db.get_one(Call, number), form)
    assert [r.code for r in refused.value.refusals] == ["questions_closed"]
    with acting(database, "assessor", clock=making.at(making.CLOSES.replace(day=4, hour=23))) as work:
        service.ask(work, work.db.get_one(Call, number), form)


def test_a_machine_that_asks_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from portfolio.calls.service import living

    monkeypatch.setattr(living, "QUESTIONS_AN_HOUR", 3)
    number = making.published(database)
    form = QuestionForm(text="La même question, encore et encore ?")
    with acting(database, "assessor") as work:
        for _n in range(3):
            service.ask(work, work.db.get_one(Call, number), form)
    with acting(database, "assessor") as work, pytest.raises(Refused) as refused:
        service.ask(work, work.db.get_one(Call, number), form)
    assert [r.code for r in refused.value.refusals] == ["too_many_questions"]


def test_the_result_waits_for_the_deadline_and_its_reason(database: Database) -> None:
    number = making.published(database)
    form = FinaliseForm(outcome="no_candidate", reason="Aucun dossier n'atteint la note minimale.")
    with acting(database, "programme_head") as work, pytest.raises(Refused) as refused:
        service.finalise(work, work.db.get_one(Call, number), form)
    assert [r.code for r in refused.value.refusals] == ["still_open"]
    with acting(database, "programme_head", clock=making.at(making.CLOSES)) as work:
        call = service.finalise(work, work.db.get_one(Call, number), form)
        assert (call.status, call.outcome) == ("finalised", "no_candidate")


def test_a_call_is_cancelled_with_its_reason_and_stays_readable(database: Database) -> None:
    number = making.published(database)
    with acting(database, "programme_head") as work, pytest.raises(Invalid):
        service.cancel(work, work.db.get_one(Call, number), "")
    with acting(database, "programme_head") as work:
        service.cancel(work, work.db.get_one(Call, number), "Le bailleur a retiré ses crédits.")
    with acting(database, "assessor", commit=False) as work:
        assert queries.published_one(work, number).status == "cancelled"


def test_the_register_is_closed_once(database: Database) -> None:
    number = making.published(database)
    for minutes in (1, 9):
        with acting(
            database, "intake_agent", clock=making.at(making.CLOSES + timedelta(minutes=minutes))
        ) as work:
            service.close_register(work, work.db.get_one(Call, number))
    with acting(database, "assessor", commit=False) as work:
        assert work.db.get_one(Call, number).register_closed_at == making.CLOSES + timedelta(minutes=1)
        many = select(func.count()).select_from(AuditEvent).where(AuditEvent.event == "call:register_closed")
        assert work.db.scalar(many) == 1


def test_sending_late_is_refused(database: Database) -> None:
    number = making.draft(database)
    with (
        acting(database, "grants_officer", clock=making.at(making.CLOSES)) as work,
        pytest.raises(Refused) as refused,
    ):
        service.send(work, work.db.get_one(Call, number))
    assert "deadline_past" in {r.code for r in refused.value.refusals}
    assert NOON < making.CLOSES
