"""The auditor's samples: bounded by an entry, drawn again by anybody, kept for ever, printed; and who may."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from portfolio.audit.models import AuditEvent
from portfolio.desk.forms import SampleForm
from portfolio.desk.models import Sample
from portfolio.desk.queries import samples as queries
from portfolio.desk.service import ledger as books
from portfolio.desk.service import samples as service
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import posting
from tests.justifications.grants import Grant, J, Office, decide, expense, grant, pay, report, validated

TRANCHES = (150_000, 250_000, 400_000, 90_000, 1_200_000, 60_000, 700_000, 300_000)


def made_of(place: Office) -> Grant:
    """A grant whose seven first tranches are paid; the eighth is not."""
    return grant(place, tranches=TRANCHES, paid=7, conditions=(), budget=(("Forage", sum(TRANCHES)),))


def drawn(place: Office, role: str = "external_auditor", **asked: Any) -> Sample:
    given: dict[str, Any] = {"population": "payments", "method": "random", "size": 3, "seed": "20261123", **asked}
    with place.as_(role) as work:
        sample = service.draw(work, SampleForm(**given))
        work.db.flush()
        work.db.expunge(sample)
        return sample


def again(place: Office, number: int) -> queries.Redrawn:
    with place.as_("internal_auditor", readonly=True) as work:
        return queries.redrawn(work, queries.get(work, number))


def references(sample: Sample) -> list[str]:
    return [row["reference"] for row in sample.rows]


@pytest.mark.both_engines
def test_the_same_seed_draws_the_same_rows_and_what_comes_after_does_not_enter(place: Office) -> None:
    made = made_of(place)
    first = drawn(place)
    assert (first.population_count, first.population_minor) == (7, sum(TRANCHES[:7]))
    assert first.drawn_minor == sum(row["amount_minor"] for row in first.rows) and first.drawn_count == 3
    assert references(drawn(place, role="accountant")) == references(first), "whoever draws, whenever"
    others = {tuple(references(drawn(place, seed=f"graine {n}"))) for n in range(4)}
    assert len(others | {tuple(references(first))}) > 1, "another seed, another sample"
    with place.database.session(readonly=True) as session:
        assert (first.head_seq, first.head_hash) == (ledger.head(session).seq, ledger.head(session).hash)
    pay(place, made, made.tranches[7], J.date())
    assert again(place, first.id).same and again(place, first.id).count == 7, "the eighth payment is after the head"
    later = drawn(place)
    assert (later.population_count, later.population_minor) == (8, sum(TRANCHES))
    with place.as_("accountant") as work:
        books.reverse(work, posting(place, "disbursement:paid"), "Virement revenu de la banque, impayé")
    assert again(place, first.id).same and again(place, later.id).same, "a payment reversed later is of the population of before"
    assert drawn(place).population_count == 7, "and of none drawn after"


@pytest.mark.both_engines
def test_a_sample_kept_is_never_changed(place: Office) -> None:
    made_of(place)
    sample = drawn(place, method="monetary", size=4)
    for words in ("UPDATE audit_sample SET seed = 'autre'", "DELETE FROM audit_sample"):
        with place.database.session(readonly=False) as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(words))
    with place.database.session(readonly=True) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.event == "sample:drawn")).one()
        assert event.data["rows"] == references(sample) and event.data["seed"] == "20261123"
        paper = session.scalars(select(Paper).where(Paper.kind == "audit_sample")).one()
        assert paper.reference == sample.reference and documents.is_true(paper)
        assert documents.witness(paper.facts) == (sample.head_seq, sample.head_hash)
    assert sum(row["times"] for row in sample.rows) == 4
    assert max(TRANCHES) in [row["amount_minor"] for row in sample.rows], "above the interval: surely drawn"


@pytest.mark.both_engines
def test_a_sample_put_straight_is_told_when_it_is_drawn_again(place: Office) -> None:
    """Negative controls: a row written beside the draw, a fingerprint of another ledger, a voucher cleared and reversed since."""
    made = made_of(place)
    good = drawn(place)
    with place.database.session(readonly=False) as session:
        values = {c.name: getattr(good, c.name) for c in Sample.__table__.columns if c.name != "id"}
        session.add(Sample(**{**values, "reference": "ECH-FAUX", "rows": list(reversed(good.rows))}))
        session.add(Sample(**{**values, "reference": "ECH-TETE", "head_hash": "0" * 64}))
        session.commit()
        wrong, other = (session.scalars(select(Sample.id).where(Sample.reference == name)).one() for name in ("ECH-FAUX", "ECH-TETE"))
    assert not again(place, wrong).rows_same and again(place, wrong).population_same
    assert not again(place, other).head_holds and again(place, other).rows_same
    number = report(place, made.tranches[4], *(expense(made, 200_000 + n, "Forage", -200) for n in range(4)))
    decide(place, number, dict.fromkeys(range(1, 5), "accept"))
    validated(place, number)
    papers = drawn(place, population="vouchers", size=2, method="systematic")
    assert (papers.population_count, papers.population_minor) == (4, 800_006)
    assert all(r.startswith("JUS-") and "/" in r for r in references(papers)) and again(place, papers.id).same
    with place.as_("accountant") as work:
        books.reverse(work, posting(place, "expense:cleared"), "Apurement passé sur la mauvaise tranche")
    found = again(place, papers.id)
    assert found.head_holds and not found.population_same and found.count == 0
    with pytest.raises(Refused):
        drawn(place, population="vouchers")


@pytest.mark.both_engines
def test_a_population_is_of_its_fund_and_of_its_period(place: Office) -> None:
    made_of(place)
    first = J.date() - timedelta(days=280)
    assert drawn(place, from_on=first, to_on=first, size=1).population_minor == TRANCHES[0]
    assert drawn(place, from_on=first + timedelta(days=1)).population_count == 6
    assert drawn(place, fund="F1").population_count == 7
    for wrong in ({"fund": "F9"}, {"size": 8}, {"from_on": J.date(), "to_on": first}):
        with pytest.raises(Invalid):
            drawn(place, **wrong)
    with pytest.raises(Refused, match="nothing_to_draw"):
        drawn(place, from_on=J.date())
    with pytest.raises(Refused, match="nothing_to_draw"):
        drawn(place, population="deliveries", size=1)
    grant(place, tranches=(450_000,), paid=1, conditions=(), budget=(("Moulin", 450_000),), name="Union Faso", modality="direct")
    assert drawn(place, population="deliveries", size=1).population_minor == 450_000, "goods alone, to be seen on the spot"
    with place.database.session(readonly=True) as session:
        assert session.scalar(select(func.count(Sample.id))) == 4, "what is refused leaves no number behind"


@pytest.mark.both_engines
def test_the_pages_of_samples(place: Office) -> None:
    made_of(place)
    browser = client(place.around, place.people["external_auditor"])
    typed = {"population": "payments", "fund": "", "from_on": "", "to_on": "", "method": "monetary", "size": "5", "seed": ""}
    assert "Aucun échantillon" in browser.get("/ledger/samples").text
    answer = browser.submit("/ledger/samples", typed)
    assert answer.status_code == 303
    address = answer.headers["location"]
    shown = browser.get(address).text
    with place.database.session(readonly=True) as session:
        sample = session.scalars(select(Sample)).one()
        assert sample.seed and sample.seed in shown and sample.head_hash in shown
    for row in sample.rows:
        assert f'href="/disbursements/{row["id"]}"' in shown and f'/ledger/dossiers/payment/{row["id"]}' in shown
    assert "Tirage refait" in browser.get(f"{address}/again").text
    table = list(csv.DictReader(io.StringIO(browser.get(f"{address}?format=csv").content.decode("utf-8-sig")), delimiter=";"))
    assert [r["Fiche"] for r in table] == references(sample) and sum(int(r["Montant"]) for r in table) == sample.drawn_minor
    assert {r["Vu"] for r in table} == {""}
    assert browser.get(f"{address}?format=xlsx").content[:2] == b"PK"
    listed = browser.get("/ledger/samples")
    assert sample.reference in listed.text
    assert len(browser.get("/ledger/samples?format=csv").content.decode().splitlines()) == 2
    for name, value, words in (
        ("size", "0", "de 1 à 500"),
        ("size", "beaucoup", "nombre entier"),
        ("size", "8", "La population tient 7 lignes"),
        ("fund", "F9", "Choisissez"),
        ("population", "tout", "Choisissez"),
        ("method", "au doigt mouillé", "Choisissez"),
        ("from_on", "31/02/2026", "n’existe pas"),
        ("seed", "x" * 81, "80 caractères"),
    ):
        answer = browser.submit("/ledger/samples", {**typed, name: value})
        assert answer.status_code == 422 and words in answer.text, (name, value)
    answer = browser.submit("/ledger/samples", {**typed, "from_on": "01/11/2026"})
    assert answer.status_code == 409 and "Élargissez les dates" in answer.text and 'value="01/11/2026"' in answer.text
    assert browser.get("/ledger/samples/999").status_code == 404
    for role in ("grants_officer", "programme_head", "authorising_officer", "financial_controller"):
        other = client(place.around, place.people[role])
        assert other.get("/ledger/samples").status_code == 403
        assert other.get(address).status_code == 403 and other.submit("/ledger/samples", typed).status_code == 403
    with place.as_("grants_officer") as work, pytest.raises(Forbidden):
        service.draw(work, SampleForm(population="payments", method="random", size=1))
    with place.as_("grants_officer", readonly=True) as work, pytest.raises(Forbidden):
        documents.get_paper(work, work.db.scalars(select(Paper.id).where(Paper.kind == "audit_sample")).one())
