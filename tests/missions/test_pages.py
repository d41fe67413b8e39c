"""The same over HTTP: forms as people type them, what is wrong beside its field, lists and their files, the paper, the page of the grant."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from pypdf import PdfReader
from sqlalchemy import text

from portfolio.app import create_app
from portfolio.desk.queries import control, follow
from portfolio.missions.models import Mission, Recommendation
from tests.agreements.standing import pdf_bytes
from tests.client import Client, client
from tests.justifications.grants import J, Office
from tests.missions.scene import AUDITOR, HEAD, OFFICER, SECOND, final, opened, told


def browsers(place: Office, *roles: str) -> dict[str, Client]:
    app = create_app(place.around)
    return {role: client(place.around, place.people[role], app=app) for role in roles}


def plain(words: str) -> str:
    return re.sub(r"[\u202f\u00a0]", " ", words)


def printed(browser: Client, address: str) -> str:
    return plain("\n".join(p.extract_text() for p in PdfReader(io.BytesIO(browser.get(address).content)).pages))


def test_a_mission_by_its_forms(place: Office) -> None:
    audit = opened(place)
    by = browsers(place, AUDITOR, SECOND, OFFICER, HEAD)
    auditor, officer = by[AUDITOR], by[OFFICER]
    bad = auditor.submit("/missions/new", {"kind": "donor", "title": "Audit Zz", "scope": "fund", "from_on": "2026-01-01", "to_on": "2025-01-01"})
    assert bad.status_code == 422 and "Audit Zz" in bad.text and "périmètre que vous avez choisi" in bad.text
    made = auditor.submit("/missions/new", {
        "kind": "donor", "title": "Audit annuel du fonds", "scope": "fund", "fund_id": str(place.fund), "firm": "Cabinet Sahel",
        "from_on": "2026-01-01", "to_on": "2026-11-22", "auditors": [str(place.people[SECOND])]})
    assert made.status_code == 303 and "Cabinet Sahel" in auditor.get(made.headers["location"]).text
    page = f"/missions/{audit.mission}"
    assert auditor.submit(f"{page}/findings/new", {"category": "x", "severity": "high", "title": "Zztitre", "account": "Vu."}).status_code == 422
    stated = auditor.submit(f"{page}/findings/new", {
        "category": "no_voucher", "severity": "high", "title": "Achats sans facture", "account": "Vu sur place.", "questioned": "120 000",
        "about": audit.reference})
    finding = stated.headers["location"]
    assert "120 000" in plain(auditor.get(finding).text) and officer.get(finding).status_code == 404
    assert "se lisent une fois émis" in officer.get(page).text and f"{page}/draft.pdf" in auditor.get(page).text
    assert officer.get(f"{page}/draft.pdf").status_code in (403, 404)
    assert "PROJET" in printed(auditor, f"{page}/draft.pdf")
    recommend = {"action": "Réunir les certificats d'achat.", "responsible_id": str(place.people[OFFICER]), "due_on": "2026-12-31"}
    assert auditor.submit(f"{finding}/recommend", recommend | {"responsible_id": str(place.people[SECOND])}).status_code == 422
    assert auditor.submit(f"{finding}/recommend", recommend).status_code == 303
    assert auditor.submit(f"{page}/communicate", {"answers_due_on": "2020-01-01"}).status_code == 422
    assert auditor.submit(f"{page}/communicate", {}).status_code == 303
    assert auditor.submit(f"{finding}/answer", {"answer": "Je me réponds à moi-même."}).status_code == 403
    assert officer.submit(f"{finding}/answer", {"answer": "Les certificats suivent.", "agreed": "50 000"}).status_code == 303
    assert by[HEAD].submit(f"{page}/answer").status_code == 303
    assert by[SECOND].submit(f"{finding}/maintain", {"position": "Toujours absents."}).status_code == 303
    assert auditor.submit(f"{page}/finalise").status_code == 303
    shown = plain(officer.get(finding).text)
    assert "acceptent de faire reverser 50 000 F CFA" in shown and "Préparer un ordre de reversement" in shown
    wrong = auditor.submit(f"{finding}/split", {"accepted": "120 001", "settlement": "Sur pièces reçues."})
    assert wrong.status_code == 422 and "dépassent de 1 F CFA" in plain(wrong.text) and "120 001" in wrong.text
    assert auditor.submit(f"{finding}/split", {"accepted": "120 000", "settlement": "Sur pièces reçues."}).status_code == 303
    action = re.search(r"/missions/recommendations/\d+", officer.get(finding).text)[0]
    assert officer.submit(f"{action}/do", {"evidence": "Certificats classés."}).status_code == 422
    sent = officer.submit(f"{action}/do", {"evidence": "Certificats classés."}, files={"proof": ("c.pdf", pdf_bytes(), "application/pdf")})
    assert sent.status_code == 303 and "c.pdf" in auditor.get(action).text
    assert by[SECOND].submit(f"{action}/verify").status_code == 303
    assert auditor.submit(f"{finding}/settle").status_code == 303 and auditor.submit(f"{page}/close").status_code == 303


def test_lists_filter_count_and_leave_as_files(place: Office) -> None:
    audit = final(place)
    place.at(J + timedelta(days=61))
    by = browsers(place, AUDITOR, OFFICER, HEAD)
    officer = by[OFFICER]
    with place.as_(AUDITOR, readonly=True) as work:
        number, action = audit.of(work, Mission).reference, audit.of(work, Recommendation).reference
    assert number in officer.get("/missions?status=final&kind=internal").text
    assert number not in officer.get("/missions?status=closed").text
    assert "120 000" in plain(officer.get("/missions/findings?severity=high&open=yes&category=no_voucher").text)
    assert f"{number}/1" not in officer.get("/missions/findings?severity=low").text
    assert action in officer.get("/missions/recommendations?late=yes&mine=yes").text
    assert action not in by[HEAD].get("/missions/recommendations?mine=yes").text
    csv = officer.get("/missions/findings?format=csv").content.decode("utf-8-sig")
    assert "120000" in csv and "Dépense sans pièce justificative" in csv
    assert officer.get("/missions/recommendations?format=xlsx").content[:2] == b"PK"
    with place.as_(AUDITOR, readonly=True) as work:
        late = control.counts(work)["audit_late"]
        assert (late.count, late.amount_minor) == (1, 120_000)
    with place.as_(OFFICER, readonly=True) as work:
        assert follow.counts(work)["recommendations"].count == 1
    with place.as_(HEAD, readonly=True) as work:
        assert follow.counts(work)["recommendations"].count == 0


def test_the_papers_print_findings_answers_and_follow_up(place: Office) -> None:
    audit = final(place)
    by = browsers(place, AUDITOR, OFFICER)
    page = by[AUDITOR].get(f"/missions/{audit.mission}").text
    provisional, report = re.findall(r"/documents/papers/(\d+)(?=\")", page)[:2]
    first, second = (printed(by[OFFICER], f"/documents/papers/{n}") for n in (provisional, report))
    assert "Rapport d'audit provisoire" in first and "Procédure contradictoire" in first and "Les certificats seront réunis" not in first
    assert "Les certificats seront réunis" in second and "Les pièces manquent toujours" in second and "cent vingt mille francs CFA" in second
    place.at(J + timedelta(days=61))
    by = browsers(place, OFFICER)  # a connection ends meanwhile
    again = by[OFFICER].submit(f"/missions/{audit.mission}/print")
    words = printed(by[OFFICER], again.headers["location"])
    assert "SRA-2027-00001" in words or "SRA-2026-00001" in words
    assert "en retard à la date du présent relevé : 1.1" in words.replace("\n", " ") and "À exécuter" in words
    place.at(J)
    draft = told(place)
    assert by[OFFICER].submit(f"/missions/{draft.mission}/print").status_code == 409


def test_who_is_bound_to_another_country_reads_neither_finding_nor_paper(place: Office) -> None:
    from tests import factories

    audit = final(place)
    place.people["far"] = factories.add_person(place.database, "grants_officer", scope=("country", "NE"))
    by = browsers(place, "far", OFFICER)
    assert by["far"].get(f"/missions/findings/{audit.finding}").status_code == 404
    assert by["far"].get(f"/missions/recommendations/{audit.action}").status_code == 404
    page = by["far"].get(f"/missions/{audit.mission}")
    assert page.status_code == 200 and "/documents/papers/" not in page.text and "Achats sans facture" not in page.text
    paper = re.search(r"/documents/papers/\d+", by[OFFICER].get(f"/missions/{audit.mission}").text)[0]
    assert by[OFFICER].get(paper).status_code == 200 and by["far"].get(paper).status_code == 404
    assert by["far"].submit(f"/missions/{audit.mission}/print").status_code == 404


def test_the_page_of_the_grant_says_what_holds_it(place: Office) -> None:
    audit = final(place)
    officer = browsers(place, OFFICER)[OFFICER]
    shown = officer.get(f"/agreements/{audit.grant.agreement}").text
    assert "Constats d’audit" in shown and "Clôture retenue" in shown
    with place.database.session(readonly=False) as session:
        session.execute(text("UPDATE finding SET severity = 'low'"))
        session.commit()
    shown = officer.get(f"/agreements/{audit.grant.agreement}").text
    assert "Achats sans facture" in shown and "Clôture retenue" not in shown


