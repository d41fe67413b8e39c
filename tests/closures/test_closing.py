"""A grant closes when every franc is accounted for, by two people, and its certificate says so (M4, document 20)."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import text, update

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.service import cancel_tranche, start_closing
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment
from portfolio.closures import queries, service
from portfolio.closures.forms import ClosureForm
from portfolio.closures.models import Closure
from portfolio.desk.verify import verify
from portfolio.funds.models import BudgetLine
from portfolio.groups.models import RedFlag
from portfolio.justifications import service as reports
from portfolio.justifications.forms import CollectForm, RecoveryForm
from portfolio.justifications.models import Justification, Recovery
from portfolio.kit.errors import Forbidden, Refused
from portfolio.procurement.models import GoodsReceipt, Procedure
from tests.client import client
from tests.justifications.grants import Grant, J, Office, decide, expense, grant, report, row, validated


def case_10(place: Office, *, repaid: bool = True) -> Grant:
    """MP02 of the demo: 37 500 left, repaid against a quittance, then closed to the franc; a last tranche is cancelled."""
    made = grant(place, tranches=(800_000, 200_000), paid=1, budget=(("Chèvres", 1_000_000),), conditions=(),
                 ends_on=date(2026, 10, 31))
    number = report(place, made.tranches[0], expense(made, 762_500, "Chèvres", -200))
    decide(place, number, {1: "accept"})
    validated(place, number)
    with place.as_("grants_officer") as work:
        order = reports.prepare_recovery(work, work.db.get_one(Tranche, made.tranches[0]), RecoveryForm(
            tranche_id=made.tranches[0], amount=37_500, reason="Reliquat non dépensé", ground="unspent", due_on=J.date())).id
    with place.as_("authorising_officer") as work:
        reports.issue_recovery(work, work.db.get_one(Recovery, order))
    if repaid:
        with place.as_("accountant") as work:
            reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
                amount=37_500, treasury_account_id=place.bank, received_on=J.date(), payer="Présidente"))
    with place.as_("programme_head") as work:
        start_closing(work, work.db.get_one(Agreement, made.agreement))
    with place.as_("authorising_officer") as work:
        cancel_tranche(work, work.db.get_one(Tranche, made.tranches[1]), "Travaux finis sans elle")
    return made


def codes(act) -> set[str]:
    with pytest.raises(Refused) as found:
        act()
    return {r.code for r in found.value.refusals}


@pytest.mark.both_engines
def test_case_10_closes_to_the_franc(place: Office) -> None:
    made = case_10(place)
    with place.as_("grants_officer") as work:
        closure = service.prepare(work, work.db.get_one(Agreement, made.agreement), ClosureForm(keep_until=date(2036, 12, 31))).id
    with place.as_("programme_head", commit=False) as work, pytest.raises(Forbidden):
        service.attest(work, work.db.get_one(Closure, closure))
    with place.as_("authorising_officer", commit=False) as work:
        assert codes(lambda: service.attest(work, work.db.get_one(Closure, closure))) == {"account_not_cleared"}
    with place.as_("accountant") as work:
        service.clear_account(work, work.db.get_one(Closure, closure))
    with place.as_("authorising_officer") as work:
        paper = service.attest(work, work.db.get_one(Closure, closure))
        number = paper.id
    with place.as_("accountant", readonly=True) as work:
        found = work.db.get_one(Closure, closure)
        assert (found.committed_minor, found.paid_minor, found.justified_minor, found.repaid_minor, found.released_minor) == (
            1_000_000, 800_000, 762_500, 37_500, 200_000)
        agreement = work.db.get_one(Agreement, made.agreement)
        assert agreement.status == "closed"
        assert work.db.get_one(Application, agreement.application_id).grant_closed_at is not None, "its group may ask again"
        assert work.db.get_one(Commitment, made.commitment).released_minor == 200_000
        assert work.db.get_one(BudgetLine, place.line).committed_minor == 800_000
        figures = queries.figures(work, work.db.get_one(Agreement, made.agreement))
        assert (figures.unexplained, figures.released) == (0, 200_000)
        assert verify(work.db) == []
    director = client(place.around, place.people["authorising_officer"])
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(director.get(f"/documents/papers/{number}").content)).pages)
    plain = re.sub(r"[\u202f\u00a0]", " ", words)
    assert "Payé 800 000 F CFA = justifié 762 500 F CFA + reversé 37 500 F CFA." in plain
    assert "huit cent mille francs CFA" in plain and "quitus" not in plain.lower() and "Compte apuré sous le n° APU-2026-00001" in plain and "contrôles ultérieurs" in plain
    assert director.get(f"/closures/{closure}").status_code == 200
    with place.as_("authorising_officer", commit=False) as work:
        assert codes(lambda: service.attest(work, work.db.get_one(Closure, closure)))


def test_each_open_thing_is_an_obstacle_with_its_way_out(place: Office) -> None:
    made = case_10(place, repaid=False)
    with place.as_("grants_officer", readonly=True) as work:
        found = list(service.obstacles(work, work.db.get_one(Agreement, made.agreement)))
    assert {r.code for r in found} == {"recoveries_open", "unexplained"}
    assert next(r.missing_minor for r in found if r.code == "unexplained") == 37_500
    assert all(r.message and r.way_out for r in found)
    changes = {
        "not_closing": "UPDATE agreement SET status = 'active'",
        "not_ended": "UPDATE agreement SET ends_on = '2030-01-01'",
        "tranches_open": "UPDATE tranche SET status = 'planned' WHERE number = 2",
        "papers_held": "UPDATE expense SET status = 'queried', queried_minor = amount_minor, accepted_minor = 0, refused_minor = 0, cleared_minor = 0",
        "reports_open": "UPDATE justification SET status = 'reviewed', validated_by_id = NULL",
        "payments_open": "UPDATE disbursement SET status = 'sent'",
    }
    for code, change in changes.items():
        with place.as_("grants_officer", commit=False) as work:
            work.db.execute(text(change))
            work.db.expire_all()
            assert code in {r.code for r in service.obstacles(work, work.db.get_one(Agreement, made.agreement))}, code
            work.undo()


def closing_codes(place: Office, made: Grant) -> set[str]:
    with place.as_("grants_officer", readonly=True) as work:
        return {r.code for r in service.obstacles(work, work.db.get_one(Agreement, made.agreement))}


def test_a_purchase_made_for_the_group_is_handed_over_first(place: Office) -> None:
    """The PV de remise: what the Authority bought belongs to the group before the grant closes; what the group bought is its own."""
    made = case_10(place)
    assert closing_codes(place, made) == set()
    with place.database.session(readonly=False) as session:
        own = row(session, Procedure, agreement_id=made.agreement, buyer="group", status="received", reference="PM-1")
        bought = row(session, Procedure, agreement_id=made.agreement, buyer="authority", status="received", reference="PM-2")
        row(session, GoodsReceipt, procedure_id=bought.id, kind="final", reference="PVR-1")
        numbers = (own.id, bought.id)
        session.commit()
    with place.as_("grants_officer", readonly=True) as work:
        (found,) = service.obstacles(work, work.db.get_one(Agreement, made.agreement))
        assert found.code == "not_handed_over" and "PM-2" in found.message and "PM-1" not in found.message and found.way_out
    with place.database.session(readonly=False) as session:
        row(session, GoodsReceipt, procedure_id=numbers[1], kind="handover", reference="PRM-1")
        session.commit()
    assert closing_codes(place, made) == set()


def test_a_grant_closes_on_its_final_report(place: Office) -> None:
    made = case_10(place)
    with place.database.session(readonly=False) as session:
        paid = session.get_one(Tranche, made.tranches[0]).paid_on
        assert paid is not None
        session.execute(update(Justification).values(to_on=paid - timedelta(days=1), from_on=paid - timedelta(days=9)))
        session.commit()
    assert closing_codes(place, made) == {"final_report_missing"}


def test_a_grant_does_not_close_under_an_alert(place: Office) -> None:
    made = case_10(place)
    with place.database.session(readonly=False) as session:
        group = session.get_one(Agreement, made.agreement).group_id
        flag = row(session, RedFlag, group_id=group, kind="exclusion", key="D3", act="Décision n° 3", from_on=J.date(),
                   raised_by_id=place.people["programme_head"]).id
        session.commit()
    with place.as_("grants_officer", readonly=True) as work:
        (found,) = service.obstacles(work, work.db.get_one(Agreement, made.agreement))
        assert found.code == "red_flags_open" and "Décision n° 3" in found.message
    with place.database.session(readonly=False) as session:
        session.execute(update(RedFlag).where(RedFlag.id == flag).values(
            cleared_at=J, clear_reason="Acte rapporté", cleared_by_id=place.people["authorising_officer"]))
        session.commit()
    assert closing_codes(place, made) == set()


def test_a_closure_is_prepared_again_when_its_figures_moved(place: Office) -> None:
    made = case_10(place)
    with place.as_("grants_officer") as work:
        closure = service.prepare(work, work.db.get_one(Agreement, made.agreement), ClosureForm()).id
    with place.database.session(readonly=False) as session:
        session.execute(text("UPDATE closure SET paid_minor = 700000, justified_minor = 662500, released_minor = 300000"))
        session.commit()
    with place.as_("authorising_officer", commit=False) as work:
        assert codes(lambda: service.attest(work, work.db.get_one(Closure, closure))) == {"figures_changed", "account_not_cleared"}
    with place.as_("accountant", commit=False) as work:
        assert codes(lambda: service.clear_account(work, work.db.get_one(Closure, closure))) == {"figures_changed"}
    with place.as_("grants_officer") as work:
        assert service.prepare(work, work.db.get_one(Agreement, made.agreement), ClosureForm()).id == closure
    with place.as_("accountant") as work:
        service.clear_account(work, work.db.get_one(Closure, closure))
    with place.as_("grants_officer") as work:  # taken again, the account is to be cleared again
        assert service.prepare(work, work.db.get_one(Agreement, made.agreement), ClosureForm()).cleared_at is None
    with place.as_("accountant") as work:
        service.clear_account(work, work.db.get_one(Closure, closure))
    with place.as_("authorising_officer") as work:
        service.attest(work, work.db.get_one(Closure, closure))


def test_over_http_with_bad_dates_and_without_rights(place: Office) -> None:
    made = case_10(place)
    officer = client(place.around, place.people["grants_officer"])
    address = f"/closures/prepare/{made.agreement}"
    assert "Chaque franc est expliqué" in officer.get(address).text
    for bad in ({"keep_until": "31/02/2030"}, {"keep_until": "jamais"}, {"note": "x" * 900}, {"hack": "1"}):
        assert officer.submit(address, bad).status_code == 422
    answer = officer.submit(address, {"keep_until": "31/12/2036", "follow_up_on": "", "note": ""})
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    assert officer.get(f"{page}/draft.pdf").content.startswith(b"%PDF")
    assert officer.submit(f"{page}/attest").status_code == 403
    assert officer.submit(f"{page}/clear_account").status_code == 403
    assert client(place.around, place.people["authorising_officer"]).submit(f"{page}/attest").status_code == 409
    assert client(place.around, place.people["accountant"]).submit(f"{page}/clear_account").status_code == 303
    assert client(place.around, place.people["authorising_officer"]).submit(f"{page}/attest").status_code == 303
    assert "ATT-2026" in officer.get("/closures").text
    assert officer.get("/closures/999").status_code == 404
    assert client(place.around, place.people["applicant"]).get(page).status_code in (403, 404)
