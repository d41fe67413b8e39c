"""The pages of reports, papers and orders to repay, over HTTP: the right thing, the wrong thing, and no 500."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import event

from portfolio.agreements.models import Tranche
from portfolio.documents.service import Incoming
from portfolio.justifications import service
from portfolio.justifications.forms import ProposeWriteOffForm, RecoveryForm
from portfolio.justifications.models import Expense, Justification, Recovery
from tests.agreements.standing import pdf_bytes
from tests.client import client
from tests.justifications.grants import Grant, J, Office, decide, expense, grant, report, validated

ROW = {"spent_on": "15/04/2026", "kind": "receipt", "supplier": "Marché d'Ansongo", "no_number_reason": "sans facturier",
       "line_id": "", "method": "cash", "amount": "25 000"}


def rows(*changes: dict[str, str], **more: str) -> dict[str, str]:
    """The fields of a grid, with blank rows behind as the page sends them."""
    fields = {}
    for at, change in enumerate([*changes, dict.fromkeys(ROW, "")]):
        for name, value in {**(ROW if change.get("supplier") != "" else {}), **change}.items():
            fields[f"lines-{at}-{name}"] = value
    return {**fields, **more}


def draft(place: Office, made: Grant) -> int:
    from portfolio.justifications.forms import ReportForm

    with place.as_("grants_officer") as work:
        form = ReportForm(from_on=J.date().replace(month=2), to_on=J.date(), gap_note="Solde gardé en caisse")
        return service.create(work, work.db.get_one(Tranche, made.tranches[1]), form).id


def test_a_report_from_the_first_page_to_the_paper(place: Office) -> None:
    made = grant(place)
    officer = client(place.around, place.people["grants_officer"])
    assert "CONV-2026-00001-K" in officer.get("/justifications/new").text
    page = officer.get(f"/justifications/new?tranche={made.tranches[1]}")
    assert page.status_code == 200
    answer = officer.submit("/justifications", {
        "tranche_id": str(made.tranches[1]), "from_on": "01/02/2026", "to_on": "22/11/2026", "opening_cash": "",
        "bank_balance": "155 000", "gap_note": "", "own_cash": "0", "own_kind": "0"})
    assert answer.status_code == 303, answer.text
    grid = answer.headers["location"]
    assert officer.get(grid).status_code == 200
    lines = made.lines
    sent = officer.submit(grid, rows(
        {"amount": "900 000", "line_id": str(lines["Béliers"]), "kind": "livestock_sale", "number": "5"},
        {"amount": "600 000", "line_id": str(lines["Béliers"]), "kind": "livestock_sale", "number": "6"},
        {"amount": "168 000", "line_id": str(lines["Aliment"]), "kind": "invoice", "voucher_number": "131", "no_number_reason": "",
         "number": "7"},
        {"amount": "25 000", "number": "8"}))
    assert sent.status_code == 303, sent.text
    number = int(grid.split("/")[2])
    shown = officer.get(f"/justifications/{number}")
    assert "1\u202f693\u202f000" in shown.text and "Marché d&#39;Ansongo" in shown.text
    blocked = officer.submit(f"/justifications/{number}/submit")
    assert blocked.status_code == 409 and "caisse" in blocked.text.lower()
    assert officer.submit(f"/justifications/{number}/edit", {
        "version": "1", "from_on": "01/02/2026", "to_on": "22/11/2026", "opening_cash": "0", "bank_balance": "155 000",
        "gap_note": "Transport payé en plus", "own_cash": "0", "own_kind": "0"}).status_code == 303
    assert officer.submit(f"/justifications/{number}/submit").status_code == 303
    with place.as_("grants_officer", readonly=True) as work:
        ids = {e.number: e.id for e in work.db.query(Expense).filter_by(justification_id=number)}
    # One wrong row refuses the whole examination, and the text stays.
    verdicts = {f"lines-{at}-{k}": v for at, (n, verdict, reason) in enumerate(
        [(5, "accept", ""), (6, "query", "Numéros de boucle à fournir"), (7, "accept", ""), (8, "refuse", "non")])
        for k, v in {"id": str(ids[n]), "verdict": verdict, "accepted": "", "line_id": "", "reason": reason}.items()}
    wrong = officer.submit(f"/justifications/{number}/verdicts", {**verdicts, "lines-3-reason": ""})
    assert wrong.status_code == 422 and "Numéros de boucle" in wrong.text
    verdicts["lines-3-reason"] = "Transport non prévu au budget"
    answer = officer.submit(f"/justifications/{number}/verdicts", verdicts)
    assert answer.status_code == 303, answer.text
    page = officer.get(f"/justifications/{number}").text
    assert "60,0\u00a0%" in page and re.search("267\u202f000", page)
    assert officer.submit(f"/justifications/{number}/review").status_code == 303
    head = client(place.around, place.people["programme_head"])
    assert head.submit(f"/justifications/{number}/validate").status_code == 303
    page = head.get(f"/justifications/{number}")
    assert "/documents/papers/" in page.text
    pdf = head.get(f"/justifications/{number}/draft.pdf")
    assert pdf.content.startswith(b"%PDF")
    paper = re.search(r"/documents/papers/\d+", page.text)
    assert paper and head.get(paper[0]).content.startswith(b"%PDF")
    for id in ids.values():
        assert head.get(f"/justifications/expenses/{id}").status_code == 200
    assert "JUS-2026" in head.get("/justifications").text
    assert head.get("/justifications?format=xlsx").status_code == 200
    assert officer.get(f"/agreements/{made.agreement}").status_code in (200, 404)


BAD_ROWS: list[tuple[dict[str, str], str]] = [
    ({"amount": "0"}, "lines-0-amount"),
    ({"amount": "-5"}, "lines-0-amount"),
    ({"amount": "1.5e3"}, "lines-0-amount"),
    ({"amount": "٣٤٥"}, "lines-0-amount"),
    ({"amount": "9" * 40}, "lines-0-amount"),
    ({"spent_on": "31/02/2026"}, "lines-0-spent_on"),
    ({"spent_on": "15/04/2099"}, "lines-0-spent_on"),
    ({"spent_on": "demain"}, "lines-0-spent_on"),
    ({"kind": "cheque"}, "lines-0-kind"),
    ({"kind": ""}, "lines-0-kind"),
    ({"supplier": "x" * 500}, "lines-0-supplier"),
    ({"supplier": "\x00"}, "lines-0-supplier"),
    ({"no_number_reason": ""}, "lines-0-no_number_reason"),
    ({"line_id": "999999"}, "lines-0-line_id"),
    ({"line_id": "'; DROP TABLE expense"}, "lines-0-line_id"),
    ({"number": "0"}, "lines-0-number"),
    ({"number": "99999999999"}, "lines-0-number"),
    ({"method": "bitcoin"}, "lines-0-method"),
]


def test_bad_rows_say_what_to_do_and_keep_what_was_typed(place: Office) -> None:
    made = grant(place)
    number = draft(place, made)
    officer = client(place.around, place.people["grants_officer"])
    for change, where in BAD_ROWS:
        answer = officer.submit(f"/justifications/{number}/expenses", rows(change, {"supplier": "Second fournisseur"}))
        assert answer.status_code == 422, (change, answer.status_code)
        assert f'id="f-{where}-err"' in answer.text, change
        assert "Second fournisseur" in answer.text
    doubled = officer.submit(f"/justifications/{number}/expenses", rows({"number": "4"}, {"number": "4"}))
    assert doubled.status_code == 422
    with place.as_("grants_officer", readonly=True) as work:
        assert work.db.query(Expense).count() == 0
    for path, fields in (("expenses", {"lines-0-hack": "1"}), ("expenses", {"x": "1"}), ("verdicts", {"lines-0-id": "1"})):
        assert officer.submit(f"/justifications/{number}/{path}", fields).status_code in (404, 409, 422)


def test_rows_are_corrected_renumbered_and_taken_out(place: Office) -> None:
    made = grant(place)
    number = draft(place, made)
    officer = client(place.around, place.people["grants_officer"])
    assert officer.submit(f"/justifications/{number}/expenses", rows({"number": "1"}, {"number": "2"}, {"number": "3"})).status_code == 303
    with place.as_("grants_officer", readonly=True) as work:
        ids = [e.id for e in work.db.query(Expense).order_by(Expense.number)]
    sent = officer.submit(f"/justifications/{number}/expenses", rows(
        {"number": "2", "id": str(ids[0])}, {"number": "1", "id": str(ids[1]), "amount": "77 000"},
        {"number": "3", "id": str(ids[2]), "drop": "1"}))
    assert sent.status_code == 303, sent.text
    with place.as_("grants_officer", readonly=True) as work:
        kept = {e.id: (e.number, e.amount_minor) for e in work.db.query(Expense)}
    assert kept == {ids[0]: (2, 25_000), ids[1]: (1, 77_000)}


def test_photographs_go_to_their_papers_by_their_number(place: Office) -> None:
    from tests.documents.makers import png

    made = grant(place)
    number = draft(place, made)
    officer = client(place.around, place.people["grants_officer"])
    officer.submit(f"/justifications/{number}/expenses", rows({"number": "12"}))
    files = [("files", ("12-recu.png", png(), "image/png")), ("files", ("village.png", png(), "image/png"))]
    answer = officer.submit(f"/justifications/{number}/photos", files=files)
    assert answer.status_code == 303, answer.text
    with place.as_("grants_officer", readonly=True) as work:
        from portfolio.documents.models import Document

        owners = sorted((d.subject_type, d.filename) for d in work.db.query(Document))
    assert owners == [("expense", "12-recu.png"), ("justification", "village.png")]


def test_an_order_to_repay_over_http(place: Office) -> None:
    made = grant(place, tranches=(500_000,), paid=1, conditions=())
    officer = client(place.around, place.people["grants_officer"])
    assert officer.get(f"/justifications/recoveries/new?tranche={made.tranches[0]}").status_code == 200
    fields = {"tranche_id": str(made.tranches[0]), "amount": "500 000", "reason": "Fonds employés à autre chose",
              "article": "Article 12", "ground": "unspent", "notice_id": "", "due_on": "31/12/2026"}
    for change in ({"amount": "500 001"}, {"due_on": "01/01/2026"}, {"reason": "non"}, {"amount": "abc"}):
        assert officer.submit("/justifications/recoveries", {**fields, **change}).status_code in (409, 422)
    made_order = officer.submit("/justifications/recoveries", fields)
    assert made_order.status_code == 303
    page = made_order.headers["location"]
    director, comptable = (client(place.around, place.people[r]) for r in ("authorising_officer", "accountant"))
    assert director.get(f"{page}/draft.pdf").content.startswith(b"%PDF")
    assert director.submit(f"{page}/issue").status_code == 303
    money = {"amount": "200 000", "treasury_account_id": str(place.bank), "received_on": "22/11/2026", "payer": "Trésorière"}
    assert comptable.submit(f"{page}/collect", {**money, "bank_reference": ""}).status_code == 303
    for change in ({"amount": "300 001"}, {"treasury_account_id": "77"}, {"received_on": "22/11/2027"}, {"payer": ""}):
        assert comptable.submit(f"{page}/collect", {**money, **change}).status_code in (409, 422)
    assert "300\u202f000" in comptable.get(page).text
    assert comptable.submit(f"{page}/print").status_code == 303
    assert director.submit(f"{page}/write_off", {"reason": "Groupe dissous par arrêté"}).status_code == 409
    given = {"act": "Décision n° 4", "act_on": "20/11/2026"}
    assert comptable.submit(f"{page}/propose_write_off", given).status_code == 422
    with place.as_("accountant") as work:
        scan = Incoming("acte.pdf", pdf_bytes())
        form = ProposeWriteOffForm(act="Décision n° 4", act_on=date(2026, 11, 20), scan=scan)
        service.propose_write_off(work, work.db.query(Recovery).one(), form)
    assert director.submit(f"{page}/write_off", {"reason": "Groupe dissous par arrêté"}).status_code == 303
    assert "OR-2026" in comptable.get("/justifications/recoveries?status=written_off").text
    with place.as_("accountant", readonly=True) as work:
        order = work.db.query(Recovery).one()
        assert (order.collected_minor, order.written_off_minor) == (200_000, 300_000)


def test_other_peoples_records_are_not_found(place: Office) -> None:
    made = grant(place)
    number = report(place, made.tranches[0], expense(made, 1_000, "Béliers", -200))
    stranger = client(place.around, place.people["applicant"])
    visitor = client(place.around)
    for path in (f"/justifications/{number}", "/justifications", "/justifications/recoveries"):
        assert stranger.get(path).status_code in (403, 404)
        assert visitor.get(path, follow_redirects=False).status_code == 303
    officer = client(place.around, place.people["grants_officer"])
    for path in ("/justifications/999", "/justifications/expenses/999", "/justifications/recoveries/999",
                 "/justifications/recoveries/new?tranche=999", "/justifications/99999999999999999999"):
        assert officer.get(path).status_code in (404, 422), path


def test_the_same_number_of_queries_for_one_paper_and_for_twelve(place: Office) -> None:
    counts = []
    for n in (1, 12):
        made = grant(place, name=f"Groupement {n}")
        number = report(place, made.tranches[0], *(expense(made, 1_000 + k, "Béliers", -200) for k in range(n)))
        officer = client(place.around, place.people["grants_officer"])
        officer.get(f"/justifications/{number}")
        seen: list[str] = []

        def note(_c: Any, _cu: Any, statement: str, *_rest: Any, kept: list[str] = seen) -> None:
            kept.append(statement)

        event.listen(place.database.engine, "before_cursor_execute", note)
        assert officer.get(f"/justifications/{number}").status_code == 200
        event.remove(place.database.engine, "before_cursor_execute", note)
        counts.append(len([s for s in seen if s.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1]
    assert counts[0] <= 26


def test_returning_and_resuming_keep_the_reason(place: Office) -> None:
    made = grant(place)
    number = report(place, made.tranches[0], expense(made, 1_000, "Béliers", -200))
    officer = client(place.around, place.people["grants_officer"])
    assert officer.submit(f"/justifications/{number}/return", {"reason": "court"}).status_code == 422
    assert officer.submit(f"/justifications/{number}/return", {"reason": "Il manque deux signatures"}).status_code == 303
    assert officer.submit(f"/justifications/{number}/submit").status_code == 303
    decide(place, number, {1: "accept"})
    validated(place, number)
    with place.as_("grants_officer", readonly=True) as work:
        assert work.db.get_one(Justification, number).status == "validated"
    assert "Il manque deux signatures" in officer.get(f"/justifications/{number}").text


__all__ = ["RecoveryForm"]
