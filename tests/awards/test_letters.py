"""Letters, promotion, papers and the whole call of the demo."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards import service as awards
from portfolio.awards.forms import PrepareNoticesForm, ReceiveForm
from portfolio.awards.models import Award, Commitment, Decision, Notice, Reservation
from portfolio.awards.pdf import batch_pdf, commitment_pdf, decision_pdf, notice_pdf, posted_list_pdf
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.kit.db import Database
from portfolio.kit.errors import Invalid, Refused
from portfolio.places.models import ForceMajeure
from tests.awards.scene import balance, codes, commit, line, prepare, reserve, sign, statuses, visa_all
from tests.scoring import world as w
from tests.support.counting import counted


def read(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def decided(world: w.World) -> int:
    reserve(world)
    commit(world)
    visa_all(world)
    number = prepare(world)
    sign(world, number)
    return number


def test_letters_are_checked_by_a_second_person_and_the_appeal_runs_from_receipt(small: w.World) -> None:
    with small.act("secretary") as work, pytest.raises(Refused) as refused:
        awards.prepare_notices(work, small.get(work, Call, small.call))
    assert codes(refused) == {"no_decision"}
    decided(small)
    with small.act("secretary") as work, pytest.raises(Invalid):
        form = PrepareNoticesForm(reply_by=date(2026, 12, 1))
        awards.prepare_notices(work, small.get(work, Call, small.call), form)
    with small.act("officer") as work:
        made = awards.prepare_notices(work, small.get(work, Call, small.call))
        assert sorted(n.kind for n in made) == ["adjourned", "awarded", "waitlisted"]
        assert awards.prepare_notices(work, small.get(work, Call, small.call)) == []
    with small.act("officer") as work:
        notices = list(work.db.scalars(select(Notice).order_by(Notice.id)))
        results = awards.bulk(work, "check", notices)
        assert not any(r.done for r in results), "the one who prepares does not check"
    with small.act("head") as work:
        notices = list(work.db.scalars(select(Notice).order_by(Notice.id)))
        assert all(r.done for r in awards.bulk(work, "check", notices))
    with small.act("officer") as work:
        notices = list(work.db.scalars(select(Notice).order_by(Notice.id)))
        assert all(r.done for r in awards.bulk(work, "send", notices))
    small.at(datetime(2026, 12, 9, 9, 0, tzinfo=UTC))
    with small.act("officer") as work:
        notice = work.db.scalars(select(Notice).where(Notice.kind == "waitlisted")).one()
        for wrong in (date(2026, 12, 10), date(2026, 12, 1)):
            with pytest.raises(Invalid):
                form = ReceiveForm(received_on=wrong, received_person="La présidente", received_channel="hand")
                awards.receive(work, notice, form)
        form = ReceiveForm(received_on=date(2026, 12, 8), received_person="La présidente", received_channel="hand")
        awards.receive(work, notice, form)
        facts = queries.notice_facts(work, notice)
        assert facts["appeal_until"] == date(2026, 12, 23), "fifteen days from receipt, not from sending"
        until, place = notice.reply_by, work.db.get_one(Application, notice.application_id).place_id
        assert until is not None and facts["reply_until"] == until
        work.db.add(ForceMajeure(place_id=place, starts_on=date(2026, 12, 5), ends_on=date(2026, 12, 12), act="Décision n° 7", reason="Route coupée",
                                 declared_at=work.now))  # fmt: skip
    small.at(datetime(2026, 12, 20, 9, 0, tzinfo=UTC))
    with small.act("officer", readonly=True) as work:
        facts = queries.notice_facts(work, work.db.get_one(Notice, notice.id))
        assert (facts["appeal_until"], facts["reply_until"]) == (date(2026, 12, 28), until + timedelta(days=5)), "R18: from the receipt to the reopening"
        assert queries.notice_paper(work, work.db.get_one(Notice, notice.id))["reply_by"] == (until + timedelta(days=5)).isoformat()
    with small.act("head", readonly=True) as work:
        assert len(list(work.db.scalars(select(Paper).where(Paper.kind == "notice")))) == 3


def test_promotion_follows_the_list_and_the_credits(small: w.World) -> None:
    decided(small)
    with small.database.session(readonly=False) as db:
        from sqlalchemy import update

        from portfolio.calls.models import CallLine

        db.execute(update(CallLine).values(amount_minor=8_000_000))
        db.commit()
    with small.act("head") as work, pytest.raises(Refused) as refused:
        awards.promote(work, small.get(work, Call, small.call))
    assert codes(refused) == {"credits_not_freed"}
    assert refused.value.refusals[0].missing_minor == 2_950_000 - 940_000
    with small.act("head") as work:
        commitment = work.db.scalars(select(Commitment)).one()
        awards.release(work, commitment, "Désistement du groupement, lettre du 3 décembre")
    assert line(small).committed_minor == 0
    with small.act("head") as work:
        decision = awards.promote(work, small.get(work, Call, small.call))
        number = decision.id
        assert decision.kind == "promotion" and decision.total_minor == 2_950_000
    with small.act("head") as work, pytest.raises(Refused) as refused:
        awards.promote(work, small.get(work, Call, small.call))
    assert codes(refused) == {"promotion_pending"}
    visa_all(small)
    sign(small, number)
    assert statuses(small)["A-003"] == "awarded"
    with small.act("head", readonly=True) as work:
        application = small.get(work, Application, small.files["A-003"])
        award = queries.award_of(work, application)
        assert award and award.outcome == "awarded" and award.amount_minor == 2_950_000
        assert queries.commitment_of(work, application)


def test_a_set_aside_sum_is_given_back(small: w.World) -> None:
    reserve(small)
    with small.act("head") as work:
        reservation = work.db.scalars(
            select(Reservation).where(Reservation.application_id == small.files["A-016"])
        ).one()
        awards.unreserve(work, reservation, "Doublon confirmé : le dossier est écarté")
    assert line(small).reserved_minor == 3_850_000
    assert balance(small, "903") == 3_850_000


def test_an_exhausted_line_refuses_with_the_francs_missing(small: w.World) -> None:
    from sqlalchemy import update

    from portfolio.calls.models import CallLine

    with small.database.session(readonly=False) as db:
        db.execute(update(CallLine).values(amount_minor=6_000_000))
        db.commit()
    with pytest.raises(Refused) as refused:
        reserve(small)
    assert refused.value.refusals[0].missing_minor == 1_060_000
    assert line(small).reserved_minor == 0, "all or nothing"


def test_the_papers_read_back(small: w.World) -> None:
    number = decided(small)
    with small.act("officer") as work:
        awards.prepare_notices(work, small.get(work, Call, small.call))
    with small.act("head", readonly=True) as work:
        decision = small.get(work, Decision, number)
        text = read(decision_pdf(queries.decision_paper(work, decision)))
        for words in (
            "DÉCISION PORTANT ATTRIBUTION DE SUBVENTIONS",
            "Vu le procès-verbal n° PV-2026-",
            "visée par le contrôleur financier",
            "trois millions huit cent cinquante mille francs CFA (3 850 000 F CFA)",
            "Article premier",
            "F1-AAP26",
            "Ampliations",
            "Liste d'attente",
        ):
            assert words in text, words
        sheet = read(commitment_pdf(queries.commitment_paper(work, work.db.scalars(select(Commitment)).one())))
        for words in ("FICHE D'ENGAGEMENT", "Crédits votés", "45 000 000", "41 150 000", "Visa : Visé", "trois millions huit cent cinquante mille"):
            assert words in sheet, words
        notices = {n.kind: queries.notice_paper(work, n) for n in work.db.scalars(select(Notice))}
        award = read(notice_pdf(notices["awarded"]))
        for words in ("ne vaut pas autorisation de dépense", "Attestation de compte au nom du groupement", "ACCEPTATION", "ACCUSÉ DE RÉCEPTION"):
            assert words in award, words
        waiting = read(notice_pdf(notices["waitlisted"]))
        assert "au rang 1" in waiting and "jours à compter de la réception" in waiting
        assert "ajourné" in read(notice_pdf(notices["adjourned"]))
        for kind, facts in notices.items():
            others = [f["applicant"] for k, f in notices.items() if k != kind]
            assert not any(name in read(notice_pdf(facts)) for name in others), "nobody else's name"
            assert len(PdfReader(io.BytesIO(notice_pdf(facts))).pages) == 1
        call = small.get(work, Call, small.call)
        batch = read(batch_pdf(list(notices.values()), queries.dispatch_paper(work, call, list(work.db.scalars(select(Notice))))))
        assert "LISTE D'ENVOI" in batch
        named = read(posted_list_pdf(queries.posted_list_paper(work, decision, names=True)))
        numbers = read(posted_list_pdf(queries.posted_list_paper(work, decision, names=False)))
        assert "Anniya-Bella" in named and "Anniya-Bella" not in numbers
        assert "RD-0001" in numbers and "CERTIFICAT D'AFFICHAGE" in numbers


def test_a_letter_of_refusal_gives_the_reasons_and_only_the_own_mark() -> None:
    facts = {
        "letterhead": {"lines": ["AUTORITÉ"], "service": "S", "place": "Gao"}, "on": "2026-12-04", "controller": True,
        "head": "Le Secrétaire exécutif",
        "reference": "NOT-2026-00001-K", "kind": "not_selected", "file": "DOS-1", "title": "Moulin", "call": "AAP", "call_title": "T",
        "applicant": "Groupement", "commune": "Téra", "village": "", "country": "NE", "president": "", "currency": "XOF", "requested_minor": 1,
        "amount_minor": 0, "revised": False, "decision": "DEC-1", "decision_on": "2026-12-04", "conditions": [], "waiting_rank": None,
        "reply_by": None,
        "reason": "5 sur 15 en cohésion sociale, seuil 7", "score_tenths": 710, "score_floor": 60, "appeal_days": 15, "contact": "", "complaints": "",
        "criteria": [{"label": "Cohésion sociale", "weight": 15, "floor": 7, "points_tenths": 50, "below": True}],
    }  # fmt: skip
    text = read(notice_pdf(facts))
    for words in ("non retenu", "71,0 sur 100", "Cohésion sociale", "5,0", "7 (non atteint)", "dans les 15 jours"):
        assert words in text, words


def test_the_whole_call_of_the_demo(database: Database) -> None:
    world = w.build(database)
    w.assign_demo(world)
    w.score_all(world)
    w.convened(world)
    w.sitting(world)
    w.deliberate(world)
    w.finished(world)
    world.at(datetime(2026, 12, 4, 9, 0, tzinfo=UTC))
    reserve(world)
    assert line(world).reserved_minor == 43_625_000
    commit(world)
    assert (line(world).reserved_minor, line(world).committed_minor) == (3_210_000, 40_415_000)
    visa_all(world)
    sign(world, prepare(world))
    with world.act("head", readonly=True) as work:
        decision = work.db.scalars(select(Decision)).one()
        assert decision.total_minor == 40_415_000
        outcomes = [a.outcome for a in work.db.scalars(select(Award))]
        assert {o: outcomes.count(o) for o in set(outcomes)} == {"awarded": 11, "waitlisted": 4, "adjourned": 1, "not_selected": 1}
        assert [a.waiting_rank for a, _app in queries.waiting_list(work, world.get(work, Call, world.call))] == [1, 2, 3, 4]
        assert "Cohésion sociale" in work.db.scalars(select(Award.reason).where(Award.outcome == "not_selected")).one()
        with counted(world.database) as seen:
            queries.decision_facts(work, decision)
        assert len(seen) <= 6


def test_what_is_reserved_is_annexed_to_the_minutes(small: w.World) -> None:
    """R1: the état de réservation says the sums, file by file and line by line, and that nothing is owed; made once, when they are blocked."""
    reserve(small)
    with small.act("officer", readonly=True) as work:
        [paper] = work.db.scalars(select(Paper).where(Paper.kind == "reservation_state"))
        held = list(work.db.scalars(select(Reservation)))
        facts = paper.facts
        assert paper.reference == f"{facts['minutes']}-ER" and facts["total_minor"] == sum(r.amount_minor for r in held) > 0
        assert sum(u["present_minor"] for u in facts["lines"]) == facts["total_minor"] and len(facts["rows"]) == len(held)
        words = read(documents.bytes_of(work, paper))
    assert "Annexe du PV" in words and "ne vaut ni engagement ni attribution" in words and "Arrêté le présent état à la somme de" in words
    reserve(small)
    with small.act("officer", readonly=True) as work:
        assert len(list(work.db.scalars(select(Paper).where(Paper.kind == "reservation_state")))) == 1, "nothing new is blocked, nothing new is printed"
