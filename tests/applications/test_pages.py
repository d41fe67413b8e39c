"""The screens: what each answers to whom, with good input and bad, and how many queries a list costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portfolio.app import create_app
from portfolio.applications import queries, service
from portfolio.documents import queries as documents
from portfolio.kit.db import Database
from tests import factories
from tests.applications.scenes import PDF, complete, deposit, draft, filed, scene, work_as
from tests.client import client
from tests.support.counting import counted

BAD = (
    "", " ", "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "<script>alert(1)</script>", "' OR 1=1 --",
    "-1", "1e9", "9" * 40, "1.250.000", "NaN", "01/01/0001", "31/02/2026", "é" * 6000, "\u202eabc", "{{7*7}}", "../../etc/passwd",
)  # fmt: skip


@pytest.fixture
def here(database: Database):
    return scene(database)


def test_the_pages_of_a_draft(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    browser = client(here.around, here.applicant)
    assert "Ouvrir un dossier" in browser.get("/applications/mine").text or "DOS-2026" in browser.get("/applications/mine").text
    assert browser.get(f"/applications/{number}/edit").status_code == 200
    for part in ("group", "project", "people", "activities", "budget", "contribution", "pieces"):
        answer = browser.get(f"/applications/{number}/edit/{part}")
        assert answer.status_code == 200, part
        assert "Enregistrer et continuer" in answer.text or part == "pieces"
    assert browser.get(f"/applications/{number}/edit/nothing").status_code == 404


def test_a_page_is_saved_and_goes_on_to_the_next(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    browser = client(here.around, here.applicant)
    fields = {"version": "0", "lines-0-label": "Fours", "lines-0-unit": "unité", "lines-0-quantity": "3",
              "lines-0-price": "1 000 000 F CFA", "lines-0-source": "S", "lines-1-label": "Terrain",
              "lines-1-quantity": "1", "lines-1-price": "400000", "lines-1-source": "V", "go": "on"}
    answer = browser.submit(f"/applications/{number}/edit/budget", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/applications/{number}/edit/contribution")
    with work_as(here.around, here.applicant, readonly=True) as work:
        application = queries.get(work, number)
        assert (application.requested_minor, application.own_kind_minor) == (3_000_000, 400_000)
        assert application.saved_at == here.clock.moment
    shown = browser.get(f"/applications/{number}/edit/budget").text
    assert "1\u202f000\u202f000" in shown and "11,7" in shown  # 400 000 / 3 400 000


def test_what_is_half_typed_is_kept(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    browser = client(here.around, here.applicant)
    answer = browser.submit(f"/applications/{number}/edit/budget", {"version": "0", "lines-0-label": "Fours", "lines-0-source": ""})
    assert answer.status_code == 303
    shown = browser.get(f"/applications/{number}/edit/budget").text
    assert 'value="Fours"' in shown
    assert "En cours" in browser.get(f"/applications/{number}/edit").text


def test_a_wrong_amount_is_said_beside_its_field_and_kept(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    browser = client(here.around, here.applicant)
    answer = browser.submit(f"/applications/{number}/edit/budget", {
        "version": "0", "lines-0-label": "Fours", "lines-0-price": "1.250.000", "lines-0-quantity": "3", "lines-0-source": "S"})
    assert answer.status_code == 422
    assert 'id="e-lines-0-price"' in answer.text and 'value="1.250.000"' in answer.text and 'value="Fours"' in answer.text
    assert "Erreur" in answer.text


def test_autosave_answers_one_line_and_the_next_edition(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    browser = client(here.around, here.applicant)
    answer = browser.submit(f"/applications/{number}/autosave/project", {"version": "0", "title": "Fumage"}, htmx=True)
    assert answer.status_code == 200
    assert "nregistré à 12 h 00" in answer.text
    assert 'name="version" value="1"' in answer.text
    with work_as(here.around, here.applicant, readonly=True) as work:
        assert queries.get(work, number).title == "Fumage"


def test_two_screens_keep_both_texts(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    one, other = client(here.around, here.applicant), client(here.around, here.officer)
    address = f"/applications/{number}/edit/project"
    assert one.submit(address, {"version": "0", "title": "Fumage de poisson"}).status_code == 303
    answer = other.submit(address, {"version": "0", "title": "Séchage de poisson"})
    assert answer.status_code == 409
    assert "Fumage de poisson" in answer.text and 'value="Séchage de poisson"' in answer.text
    assert 'name="version" value="1"' in answer.text  # saving again keeps the second text
    assert other.submit(address, {"version": "1", "title": "Séchage de poisson"}).status_code == 303
    # the same words sent again (the answer was lost with the line) are no clash
    assert other.submit(address, {"version": "1", "title": "Séchage de poisson"}).status_code == 303
    # another page saved meanwhile is no clash
    assert one.submit(f"/applications/{number}/edit/people", {"version": "0", "women": "12"}).status_code == 303


def test_checking_and_filing_through_the_screens(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = complete(work, here, draft(work, here)).id
    browser = client(here.around, here.applicant)
    shown = browser.get(f"/applications/{number}/check").text
    assert "Fumage et séchage de poisson" in shown and "Demande signée" in shown
    answer = browser.submit(f"/applications/{number}/submit", {})
    assert answer.status_code == 422 and "Cochez la case" in answer.text
    answer = browser.submit(f"/applications/{number}/submit", {"certified": "on"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/applications/{number}/filed")
    shown = browser.get(f"/applications/{number}/filed").text
    paper = re.search(r"/documents/papers/\d+", shown)
    assert paper and browser.get(paper[0]).headers["content-type"] == "application/pdf"
    assert browser.get(f"/applications/{number}").status_code == 200
    assert browser.submit(f"/applications/{number}/edit/project", {"version": "1", "title": "x"}).status_code == 409


def test_a_replayed_submission_files_once(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = complete(work, here, draft(work, here)).id
    browser = client(here.around, here.applicant)
    answers = [browser.submit(f"/applications/{number}/submit", {"certified": "on"}, key="same") for _n in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    with work_as(here.around, here.agent, readonly=True) as work:
        assert queries.receipt(work, queries.get(work, number)).number == 1


def test_a_paper_is_attached_and_a_program_is_refused(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    browser = client(here.around, here.applicant)
    address = f"/applications/{number}/pieces/member_list"
    answer = browser.submit(address, {}, files={"file": ("liste.pdf", PDF.content, "application/pdf")})
    assert answer.status_code == 303
    answer = browser.submit(address, {}, files={"file": ("liste.exe", b"MZ...", "application/pdf")})
    assert answer.status_code == 422 and 'id="f-file-member_list-err"' in answer.text
    assert browser.submit(address, {}).status_code == 422
    assert browser.submit(f"/applications/{number}/pieces/none", {}, files={"file": ("l.pdf", PDF.content)}).status_code == 422


def test_the_list_of_members_opens_for_who_works_with_them_and_for_nobody_else(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = complete(work, here, draft(work, here)).id
    own = client(here.around, here.applicant)
    for code in ("member_list", "signed_request"):
        assert own.submit(f"/applications/{number}/pieces/{code}", {}, files={"file": ("papier.pdf", PDF.content, "application/pdf")}).status_code == 303
    with work_as(here.around, here.applicant) as work:
        service.submit(work, queries.get(work, number))
    with work_as(here.around, here.officer, readonly=True) as work:
        named, plain = (next(d.id for d in documents.of(work, queries.get(work, number)) if d.kind == f"piece:{code}")
                        for code in ("member_list", "signed_request"))
    auditor = factories.add_person(here.around.database, "external_auditor")
    for who, opens in ((here.applicant, True), (here.officer, True), (auditor, False)):
        browser = client(here.around, who)
        assert browser.get(f"/documents/{plain}").status_code == 200, who
        assert browser.get(f"/documents/{named}").status_code == (200 if opens else 404), who
        shown = browser.get(f"/applications/{number}").text
        assert (f'href="/documents/{named}"' in shown) == opens and f'href="/documents/{plain}"' in shown, who
        assert "Liste des membres signée" in shown, who


def test_another_group_sees_nothing(here) -> None:
    with work_as(here.around, here.officer) as work:
        other = draft(work, here, 1).id
    browser = client(here.around, here.applicant)
    for address in (f"/applications/{other}", f"/applications/{other}/edit", f"/applications/{other}/edit/budget", f"/applications/{other}/check"):
        assert browser.get(address).status_code == 404, address
    assert browser.submit(f"/applications/{other}/edit/project", {"version": "0", "title": "x"}).status_code == 404
    assert browser.get("/applications").status_code == 403
    assert browser.get("/applications/deposit").status_code == 403


def test_the_counter_through_the_screens(here) -> None:
    browser = client(here.around, here.agent)
    shown = browser.get("/applications/deposit?q=wafakoye+3").text
    assert "Groupement Wafakoye 3" in shown
    assert "Groupement Wafakoye 3" in browser.get(f"/applications/deposit/groups?q=wafakoye+3&call={here.call}").text
    fields = {"call_id": str(here.call), "group_id": str(here.groups[3]), "q": "wafakoye 3", "depositor": "Ramatou Hamani",
              "depositor_capacity": "présidente", "depositor_phone": "90 11 22 33", "requested": "3 300 000",
              "pieces": ["signed_request", "member_list"], "envelopes": "1", "place": "Gao"}
    answer = browser.submit("/applications/deposit", fields)
    assert answer.status_code == 303 and answer.headers["location"].endswith("/filed")
    shown = browser.get(answer.headers["location"]).text
    assert "n° 1" in shown and "/documents/papers/" in shown
    # the place is remembered, the group is marked
    again = browser.get(f"/applications/deposit?call={here.call}&q=wafakoye+3").text
    assert 'value="Gao"' in again and "a déjà" in again
    answer = browser.submit("/applications/deposit", fields)
    assert answer.status_code == 409 and 'value="Ramatou Hamani"' in answer.text
    answer = browser.submit("/applications/deposit", {**fields, "group_id": "", "new_name": "Anfani"})
    assert answer.status_code == 422 and 'id="f-new_category-err"' in answer.text and 'value="Anfani"' in answer.text


def test_the_register_through_the_screens(here) -> None:
    with work_as(here.around, here.agent) as work:
        service.register_paper(work, deposit(here, 1))
    browser = client(here.around, here.agent)
    assert "Groupement Wafakoye 1" in browser.get(f"/applications/register/{here.call}").text
    close, witness = (f"/applications/register/{here.call}/{verb}" for verb in ("close", "witness"))
    assert browser.submit(close, {"place": "Gao"}).status_code == 409
    here.clock.moment += timedelta(days=25)
    browser, second = client(here.around, here.agent), client(here.around, here.second_agent)
    assert browser.submit(close, {"place": ""}).status_code == 422
    assert browser.submit(close, {"place": "Gao"}).status_code == 303
    assert browser.submit(witness).status_code == 409
    assert second.submit(witness).status_code == 303
    assert "/documents/papers/" in browser.get(f"/applications/register/{here.call}").text


def test_following_needs_the_number_and_the_code(here) -> None:
    with work_as(here.around, here.agent) as work:
        receipt = service.register_paper(work, deposit(here, 1))
    visitor = client(here.around)
    good = visitor.get(f"/applications/follow?number={receipt.reference.lower()}&code={receipt.follow_up_code}")
    assert "Déposé" in good.text and receipt.reference in good.text
    bad = visitor.get(f"/applications/follow?number={receipt.reference}&code=AAAA-AAAA")
    assert bad.status_code == 200 and "Aucun dossier" in bad.text and "Ordre" not in bad.text
    assert visitor.get("/applications/follow").status_code == 200


def test_the_record_and_what_is_done_from_it(here) -> None:
    number = filed(here)
    officer = client(here.around, here.officer)
    shown = officer.get(f"/applications/{number}").text
    for words in ("Fumage et séchage de poisson", "Récépissé de dépôt", "Historique du dossier", "Code de suivi"):
        assert words in shown, words
    answer = officer.submit(f"/applications/{number}/contacts", {"channel": "phone", "person": "La présidente", "result": ""})
    assert answer.status_code == 422 and 'value="La présidente"' in answer.text
    answer = officer.submit(f"/applications/{number}/contacts", {"channel": "phone", "person": "La présidente", "result": "Rappellera."})
    assert answer.status_code == 303
    assert "Rappellera." in officer.get(f"/applications/{number}").text
    own = client(here.around, here.applicant)
    shown = own.get(f"/applications/{number}").text
    assert "Rappellera." not in shown and "Historique du dossier" not in shown
    assert own.submit(f"/applications/{number}/withdraw", {"reason": "court"}).status_code == 422
    assert own.submit(f"/applications/{number}/withdraw", {"reason": "Le terrain n'est plus libre."}).status_code == 303


def test_files_are_put_in_the_charge_of_an_officer(here) -> None:
    numbers = [filed(here, n) for n in range(3)]
    browser = client(here.around, here.officer)
    ids = [str(n) for n in numbers]
    shown = browser.submit("/applications/bulk", {"verb": "take", "ids": ids})
    assert shown.status_code == 200 and shown.text.count('name="ids"') == 3
    assert browser.submit("/applications/bulk", {"confirmed": "on", "ids": ids, "officer_id": "999"}).status_code == 422
    done = browser.submit("/applications/bulk", {"confirmed": "on", "ids": ids, "officer_id": str(here.officer)})
    assert done.status_code == 200 and done.text.count("Fait") >= 3
    listed = browser.get(f"/applications?officer={here.officer}").text
    assert listed.count("DOS-2026") >= 3


@pytest.mark.both_engines
def test_the_list_filters_searches_and_pages(database: Database) -> None:
    here = scene(database, groups=60)
    for n in range(55):
        with work_as(here.around, here.agent) as work:
            service.register_paper(work, deposit(here, n))
    browser = client(here.around, here.officer)
    first = browser.get("/applications").text
    assert first.count("/applications/") > 50 and "1–50" in first and "sur 55" in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = browser.get("/applications" + following[1].replace("&amp;", "&")).text
    numbers = [set(re.findall(r"DOS-2026-\d{5}-\w", page)) for page in (first, second)]
    assert not numbers[0] & numbers[1] and len(numbers[0] | numbers[1]) == 55
    assert len(set(re.findall(r"DOS-2026-\d{5}-\w", browser.get("/applications?country=ML").text))) == 27
    for typed in ("wafakoye 33", "WÀFAKOYE 33", "wafakoye  33"):
        assert set(re.findall(r"DOS-2026-\d{5}-\w", browser.get("/applications", params={"q": typed}).text)), typed
    assert "DOS-2026" not in browser.get("/applications?q=xyzzy").text
    assert set(re.findall(r"DOS-2026-\d{5}-\w", browser.get("/applications?q=of").text)) == set()
    assert browser.get("/applications?status=awarded").status_code == 200
    assert browser.get("/applications?after=%FF&sort=nothing&status=nothing&since=yesterday&call=x").status_code == 200
    sheet = browser.get("/applications?country=ML&format=csv")
    assert sheet.status_code == 200 and sheet.text.count("DOS-2026") == 27


def test_the_list_costs_three_queries(here) -> None:
    for n in range(3):
        filed(here, n)
    browser = client(here.around, here.officer)
    browser.get("/applications")
    with counted(here.database) as told:
        assert browser.get("/applications").status_code == 200
    lists = [s for s in told if "application" in s and "SELECT" in s]
    assert len(lists) <= 3, lists
    assert len(told) <= 4, told


def test_a_search_costs_one_query_more(here) -> None:
    filed(here, 1)
    browser = client(here.around, here.officer)
    browser.get("/applications")
    with counted(here.database) as told:
        assert "DOS-2026" in browser.get("/applications?q=wafakoye").text
    assert len(told) <= 5, told


@pytest.mark.parametrize("value", BAD)
def test_bad_input_is_never_a_fault(here, value: str) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    app = create_app(here.around)
    own, agent, officer = (client(here.around, p, app=app) for p in (here.applicant, here.agent, here.officer))
    pages = {
        "group": ("contact_name", "contact_phone", "general_assembly_on", "previous_grants", "exact", "version"),
        "project": ("title", "summary", "commune_id"),
        "people": ("women", "indirect", "chosen"),
        "activities": ("rows-0-label", "rows-0-first", "rows-999-who", "results"),
        "budget": ("lines-0-label", "lines-0-quantity", "lines-0-price", "lines-0-source", "unknown"),
        "contribution": ("months", "start_on"),
        "pieces": ("remarks",),
    }
    for part, names in pages.items():
        for verb in ("edit", "autosave"):
            answer = own.submit(f"/applications/{number}/{verb}/{part}", dict.fromkeys(names, value))
            assert answer.status_code in (200, 303, 409, 422), (part, answer.status_code)
    names = ("call_id", "group_id", "q", "new_name", "new_category", "new_place_id", "depositor", "depositor_capacity",
             "depositor_phone", "requested", "pieces", "envelopes", "place")
    assert agent.submit("/applications/deposit", dict.fromkeys(names, value)).status_code in (409, 422)
    value = value[:200]  # an address is shorter than a form
    assert agent.get("/applications/deposit", params={"q": value, "call": value}).status_code == 200
    assert agent.get("/applications/deposit/groups", params={"q": value, "call": value}).status_code == 200
    for address, fields in (
        (f"/applications/{number}/withdraw", ("reason",)),
        (f"/applications/{number}/contacts", ("channel", "person", "result")),
        (f"/applications/{number}/submit", ("certified", "other")),
        ("/applications/start", ("call_id", "group_id")),
        (f"/applications/register/{here.call}/close", ("place", "observations")),
        ("/applications/bulk", ("ids", "officer_id", "confirmed", "verb")),
    ):
        answer = officer.submit(address, dict.fromkeys(fields, value))
        assert answer.status_code in (200, 303, 403, 404, 409, 422), (address, answer.status_code)
    filters = ("q", "status", "call", "country", "category", "channel", "officer", "due", "since", "until", "after", "before", "sort")
    assert officer.get("/applications", params=dict.fromkeys(filters, value)).status_code == 200
    assert client(here.around, app=app).get("/applications/follow", params={"number": value, "code": value}).status_code in (200, 422)


def test_lone_surrogates_and_nul_do_not_reach_the_database(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    own = client(here.around, here.applicant)
    answer = own.submit(f"/applications/{number}/edit/project", {"version": "0", "title": "a\x00b"})
    assert answer.status_code == 422
