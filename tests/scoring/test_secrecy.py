"""R9: nothing of a score shows before all sheets of the file are locked. Every page of the product is asked for, by every role."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from portfolio.app import create_app
from portfolio.applications.models import Application
from portfolio.audit.models import AuditEvent
from portfolio.kit.db import Database
from portfolio.kit.urls import _PATHS
from portfolio.scoring import queries
from portfolio.scoring import service as scoring
from portfolio.scoring.forms import ReasonForm
from portfolio.scoring.models import Mark, ScoreSheet
from tests.client import client
from tests.scoring import world as w

SECRET = "zebu-turquoise"
PLACE = re.compile(r"{(\w+)(?::\w+)?}")


def addresses(world: w.World) -> Iterator[str]:
    """Every address of the product, its numbers filled with what exists: the call, the file half assessed, its sheets."""
    with world.database.session(readonly=True) as db:
        found = db.scalars(select(ScoreSheet.id).where(ScoreSheet.application_id == world.files["A-014"]))
        sheets = [str(n) for n in found]
    for path in dict.fromkeys(_PATHS.values()):
        if not PLACE.search(path):
            yield path
            continue
        numbers = sheets if "sheets" in path else [str(world.files["A-014"] if "files" in path or "applications" in path else world.call)]
        for number in numbers:
            yield PLACE.sub(lambda m, n=number: "identity" if m[1] in ("part", "section", "code") else n, path)


@pytest.fixture
def half(database: Database) -> w.World:
    """One file with two sheets locked and the third filled but open; every justification carries the secret."""
    world = w.build(database, codes=("A-014", "A-003"))
    w.assign_demo(world)
    by_code = {f.code: f for f in w.demo_files.files_of(w.CODE)}
    sheets = by_code["A-014"].sheets
    for sheet in sheets[:2]:
        w.fill(world, "A-014", sheet.assessor)
    w.fill(world, "A-014", sheets[2].assessor, lock=False)
    with world.database.session(readonly=False) as db:
        for mark in db.scalars(select(Mark)):
            mark.justification = f"{SECRET} {mark.id}"
        db.commit()
    return world


ROLES = ("officer", "head", "secretary", "m3", "ordonnateur", "auditor", "intake", "admin")
NEAR = ("/scoring", "/applications", "/committees", "/screening", "/desk", "/search", "/journal", "/waiting")
"""Where a score could show: asked for by every role. The other addresses by two of them in turn, by all when PORTFOLIO_WHOLE=1."""


def test_no_page_shows_anything_before_the_last_lock(half: w.World) -> None:
    app = create_app(half.around)
    places = list(dict.fromkeys(addresses(half)))
    assert len(places) > 60
    seen = 0
    whole = os.environ.get("PORTFOLIO_WHOLE") == "1"
    for turn, who in enumerate(ROLES):
        browser = client(half.around, half.people[who], app=app)
        for at, place in enumerate(places):
            if not whole and place != "/" and not place.startswith(NEAR) and at % 4 != turn % 4:
                continue
            response = browser.get(place, follow_redirects=False)
            assert SECRET not in response.text, f"{who} reads a justification on {place}"
            assert response.status_code != 500, f"{who}: {place}"
            seen += response.status_code == 200
        # partial means or totals: the two locked sheets give 86 and 90, or their mean
        for page in (f"/scoring/calls/{half.call}", f"/scoring/calls/{half.call}/ranking", f"/scoring/files/{half.files['A-014']}"):
            text = browser.get(page).text
            assert not re.search(r"\b(86|88|89|90)(,\d)? ?/ ?100", text), f"{who} reads a total on {page}"
    assert seen > 100, "pages were really drawn"


def test_the_trail_holds_no_mark(half: w.World) -> None:
    with half.database.session(readonly=True) as db:
        events = db.scalars(select(AuditEvent).where(AuditEvent.subject_type.in_(("score_sheet", "mark")))).all()
        assert {e.event for e in events} >= {"score_sheet:saved", "score_sheet:locked"}
        for event in events:
            assert set(event.data) <= {"assessor_id", "extra", "filled", "kind"}, event.event


def test_an_assessor_sees_only_their_own_sheet(half: w.World) -> None:
    with half.database.session(readonly=True) as db:
        sheets = {s.assessor_id: s.id for s in db.scalars(select(ScoreSheet)).all() if s.application_id == half.files["A-014"]}
    codes = {number: code for code, number in half.people.items()}
    owner, other = list(sheets)[:2]
    browser = client(half.around, half.people[codes[owner]])
    assert SECRET in browser.get(f"/scoring/sheets/{sheets[owner]}").text
    assert browser.get(f"/scoring/sheets/{sheets[other]}").status_code == 404
    assert browser.get(f"/scoring/files/{half.files['A-014']}").status_code == 403


def test_once_all_are_locked_whoever_may_reads_and_a_reopening_hides_again(half: w.World) -> None:
    by_code = {f.code: f for f in w.demo_files.files_of(w.CODE)}
    w.fill(half, "A-014", by_code["A-014"].sheets[2].assessor)
    reader = client(half.around, half.people["secretary"])
    page = f"/scoring/files/{half.files['A-014']}"
    assert SECRET in reader.get(page).text
    assert client(half.around, half.people["intake"]).get(page).status_code == 403
    with half.act("head") as work:
        sheet = work.db.scalars(select(ScoreSheet).where(ScoreSheet.application_id == half.files["A-014"])).first()
        assert sheet
        scoring.reopen(work, sheet, ReasonForm(reason="Erreur de grille signalée").reason)
    assert SECRET not in reader.get(page).text
    with half.act("secretary", readonly=True) as work:
        assert queries.result(work, half.get(work, Application, half.files["A-014"])) is None


def test_whoever_declared_a_link_is_barred_in_the_query(half: w.World) -> None:
    from portfolio.committees import service as committees
    from portfolio.committees.forms import DeclareForm

    by_code = {f.code: f for f in w.demo_files.files_of(w.CODE)}
    w.fill(half, "A-014", by_code["A-014"].sheets[2].assessor)
    page = f"/scoring/files/{half.files['A-014']}"
    reader = client(half.around, half.people["m3"])
    assert reader.get(page).status_code == 404, "nothing before the declaration"
    with half.act("m3") as work:
        committees.declare_interest(work, "application", half.files["A-014"], DeclareForm(linked="no"))
    assert SECRET in reader.get(page).text
    with half.act("m3") as work:
        committees.declare_interest(work, "application", half.files["A-014"], DeclareForm(linked="yes", nature="Mon cousin préside"))
    assert reader.get(page).status_code == 404
    ranking = reader.get(f"/scoring/calls/{half.call}/ranking").text
    seen = re.sub(r"<[^>]+>", " ", ranking[ranking.index("<main") : ranking.index("</main>")])
    assert "A-014" in seen and "88" not in seen, "read as a person reads: a key of a form may hold any figures"
