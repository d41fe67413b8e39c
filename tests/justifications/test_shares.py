"""One paper shared out to the franc: accepted, held, refused, with a reason each; what is accepted is cleared while the rest waits (K2)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portfolio.accounts.models import RoleAssignment
from portfolio.agreements.models import Tranche
from portfolio.desk.service import ledger as books
from portfolio.desk.verify import findings
from portfolio.justifications import queries, service
from portfolio.justifications.forms import AcceptForm, RecoveryForm, VerdictForm
from portfolio.justifications.models import Expense, ExpenseClearing, Justification, Recovery
from portfolio.kit.errors import Invalid, Refused
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.queries import net
from tests.client import client
from tests.justifications.grants import Grant, J, Office, expense, grant, report, validated

ASKED, NO = "Numéros de boucle à fournir", "Transport qui n'est pas prévu au budget"


def one(work: Any, number: int, n: int = 1) -> Expense:
    return work.db.scalars(select(Expense).where(Expense.justification_id == number, Expense.number == n)).one()


def shares(work: Any, number: int, n: int = 1) -> tuple[str, int, int, int, int]:
    e = one(work, number, n)
    return e.status, e.accepted_minor, e.queried_minor, e.refused_minor, e.cleared_minor


def split(place: Office, number: int, accepted: int, queried: int, refused: int, role: str = "grants_officer", n: int = 1) -> None:
    form = VerdictForm(accepted=accepted, queried=queried, refused=refused, queried_reason=ASKED, refused_reason=NO)
    with place.as_(role) as work:
        service.decide(work, one(work, number, n), form)


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as found:
        act()
    return [r.code for r in found.value.refusals]


def fields(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Invalid) as found:
        act()
    return {e.field: e.message for e in found.value.errors}


def whole(place: Office) -> None:
    with place.database.session(readonly=True) as session:
        assert findings(session) == []


def also(place: Office, person: str, role: str) -> None:
    """One person who holds a second role: the person is still one."""
    with place.database.session(readonly=False) as session:
        session.add(RoleAssignment(person_id=place.people[person], role=role, scope_kind="all", scope_code="",
                                   starts_on=J.date().replace(year=2020), confirmed_at=J))
        session.commit()


def posting(place: Office, event: str, nth: int = 0) -> int:
    with place.database.session(readonly=True) as session:
        found = session.scalars(select(LedgerEntry.posting).where(LedgerEntry.event == event).distinct().order_by(LedgerEntry.posting))
        return int(list(found)[nth])


def filed(place: Office) -> tuple[Grant, int]:
    """A tranche of 100 000 with one paper of 100 000."""
    made = grant(place, tranches=(100_000,), paid=1, conditions=())
    return made, report(place, made.tranches[0], expense(made, 100_000, "Béliers", -200))


@pytest.mark.both_engines
def test_what_is_accepted_is_cleared_while_the_rest_waits(place: Office) -> None:
    made, number = filed(place)
    split(place, number, 60_000, 25_000, 15_000)
    with place.as_("accountant", readonly=True) as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        now = queries.of_tranche(work, tranche)
        assert (now.accepted, now.queried, now.refused, now.waiting, now.not_presented) == (60_000, 25_000, 15_000, 0, 0)
        assert now.percent == "60,0\u00a0%" and queries.proposed(work, tranche, now) == 15_000
    validated(place, number)
    with place.as_("accountant", readonly=True) as work:
        assert shares(work, number) == ("queried", 60_000, 25_000, 15_000, 60_000)
        assert net(work.db, ["657"], tranche=work.db.get_one(Tranche, made.tranches[0]).code) == 60_000
    whole(place)
    # The numbers come for 20 000; 5 000 are never explained. What was cleared does not move.
    place.at(J + timedelta(hours=1))
    split(place, number, 80_000, 0, 20_000, "second_officer")
    with place.as_("accountant", readonly=True) as work:
        assert shares(work, number) == ("accepted", 80_000, 0, 20_000, 60_000)
        assert (one(work, number).queried_reason, one(work, number).refused_reason) == ("", NO)
    with place.as_("programme_head") as work:
        service.clear(work, work.db.get_one(Justification, number))
    with place.as_("accountant", readonly=True) as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        assert tranche.cleared_minor == 80_000 == net(work.db, ["657"], tranche=tranche.code)
        assert [c.amount_minor for c in work.db.scalars(select(ExpenseClearing).order_by(ExpenseClearing.id))] == [60_000, 20_000]
    whole(place)
    # Each clearing act is reversed alone, the first one too.
    with place.as_("accountant") as work:
        books.reverse(work, posting(place, "expense:cleared"), "Première part apurée par erreur")
    with place.as_("accountant", readonly=True) as work:
        assert shares(work, number) == ("accepted", 80_000, 0, 20_000, 20_000)
        assert one(work, number).cleared_by_id == place.people["programme_head"]
    whole(place)
    with place.as_("programme_head") as work:
        service.clear(work, work.db.get_one(Justification, number))
    with place.as_("accountant", readonly=True) as work:
        assert shares(work, number)[-1] == 80_000
    whole(place)
    # What is refused is ordered back, and the advance is settled to the franc.
    with place.as_("grants_officer") as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        order = service.prepare_recovery(work, tranche, RecoveryForm(
            tranche_id=tranche.id, amount=20_000, reason="Part rejetée de la pièce", ground="unspent", due_on=J.date()))
        assert order.for_refused_minor == 20_000
        claim = order.id
    with place.as_("authorising_officer") as work:
        service.issue_recovery(work, work.db.get_one(Recovery, claim))
        assert work.db.get_one(Tranche, made.tranches[0]).status == "cleared"
    whole(place)


@pytest.mark.both_engines
def test_nothing_cleared_is_lowered_and_no_verdict_changes_unseen(place: Office) -> None:
    made, number = filed(place)
    split(place, number, 60_000, 25_000, 15_000)
    with place.as_("grants_officer", commit=False) as work:
        paper = one(work, number)
        again = VerdictForm(accepted=60_000, queried=25_000, refused=15_000)
        assert codes(lambda: service.decide(work, paper, again)) == ["same_verdict"]
        for lower in ((59_999, 25_001, 15_000), (60_000, 25_001, 14_999), (100_000, 0, 0)):
            form = VerdictForm(accepted=lower[0], queried=lower[1], refused=lower[2], queried_reason=ASKED, refused_reason=NO)
            assert codes(lambda f=form: service.decide(work, paper, f)) == ["verdict_stands"]
    validated(place, number)
    with place.as_("grants_officer", commit=False) as work:
        form = VerdictForm(accepted=59_999, queried=25_001, refused=15_000, queried_reason=ASKED)
        assert codes(lambda: service.decide(work, one(work, number), form)) == ["already_cleared"]
    # Taken back: all but what is cleared is held again, and decided anew.
    with place.as_("grants_officer") as work:
        service.reconsider(work, one(work, number), "Le groupe apporte une preuve pour la part rejetée")
        assert shares(work, number) == ("queried", 60_000, 40_000, 0, 60_000)
        assert codes(lambda: service.reconsider(work, one(work, number), "Encore une fois, pour voir")) == ["already_cleared"]
    split(place, number, 60_000, 0, 40_000)
    with place.as_("grants_officer") as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        service.prepare_recovery(work, tranche, RecoveryForm(
            tranche_id=tranche.id, amount=30_000, reason="Part rejetée de la pièce", ground="unspent", due_on=J.date()))
    with place.as_("grants_officer") as work:
        service.reconsider(work, one(work, number), "Une part n'est pas encore réclamée")
        assert shares(work, number) == ("queried", 60_000, 10_000, 30_000, 60_000), "what an order asks back stays refused"
    # The database says the same of whoever goes past the product.
    for wrong in ("queried_minor = 0", "accepted_minor = accepted_minor - 1", "status = 'accepted'", "cleared_minor = accepted_minor + 1",
                  "queried_minor = queried_minor + 1, refused_minor = refused_minor - 2"):
        with place.database.session(readonly=False) as session, pytest.raises(IntegrityError):
            session.execute(text(f"UPDATE expense SET {wrong} WHERE justification_id = {number}"))
    whole(place)


@pytest.mark.both_engines
def test_the_parts_make_the_amount_and_have_a_reason_each(place: Office) -> None:
    _made, number = filed(place)
    with place.as_("grants_officer", commit=False) as work:
        def told(**given: Any) -> dict[str, str]:
            return fields(lambda: service.decide(work, one(work, number), VerdictForm(**given)))

        assert "40\u202f000" in told(accepted=60_000)["accepted"]
        assert "1\u202f000" in told(accepted=60_000, queried=26_000, refused=15_000)["accepted"]
        assert set(told(accepted=60_000, queried=25_000)) == {"queried_reason", "refused_reason"}
        assert set(told(accepted=60_000, queried=25_000, queried_reason="court", refused_reason=NO)) == {"queried_reason"}
        assert set(told(queried=100_000, accepted=0, queried_reason=" ")) == {"queried_reason"}
        assert set(told(refused=100_000, accepted=0)) == {"refused_reason"}
        assert set(fields(lambda: service.decide(
            work, one(work, number), VerdictForm(accepted=60_000, queried=25_000), "", "Un seul motif pour deux parts"))) == {"queried_reason"}
    with place.as_("grants_officer") as work:  # one amount left empty takes the rest
        service.decide(work, one(work, number), VerdictForm(accepted=60_000, queried=25_000, queried_reason=ASKED, refused_reason=NO))
        assert shares(work, number) == ("queried", 60_000, 25_000, 15_000, 0)
        paper = one(work, number)
        assert (paper.accepted_reason, paper.queried_reason, paper.refused_reason) == ("", ASKED, NO)
        service.accept(work, paper, AcceptForm())
        assert shares(work, number) == ("accepted", 85_000, 0, 15_000, 0), "what was held, not what was refused"


@pytest.mark.both_engines
def test_two_people_stand_behind_every_part(place: Office) -> None:
    _made, number = filed(place)
    also(place, "programme_head", "grants_officer")
    also(place, "second_officer", "programme_head")
    split(place, number, 30_000, 70_000, 0, "second_officer")
    split(place, number, 60_000, 40_000, 0, "grants_officer")
    with place.as_("grants_officer") as work:
        service.review(work, work.db.get_one(Justification, number))
    with place.as_("second_officer", commit=False) as work:  # accepted the first part, though another decided last
        assert codes(lambda: service.validate(work, work.db.get_one(Justification, number))) == ["four_eyes"]
    with place.as_("programme_head") as work:
        service.validate(work, work.db.get_one(Justification, number))
    with place.as_("programme_head", commit=False) as work:  # cleared a part: does not decide the rest
        for act in (lambda: service.accept(work, one(work, number), AcceptForm()),
                    lambda: service.refuse_expense(work, one(work, number), NO)):
            assert codes(act) == ["four_eyes"]
    split(place, number, 100_000, 0, 0, "second_officer")
    whole(place)


def test_papers_that_compensate_each_other_are_found(place: Office) -> None:
    made = grant(place, tranches=(100_000,), paid=1, conditions=())
    number = report(place, made.tranches[0], expense(made, 60_000, "Béliers", -200), expense(made, 40_000, "Béliers", -200))
    for n, minor in ((1, 60_000), (2, 40_000)):
        split(place, number, minor - 1_000, 1_000, 0, n=n)
    validated(place, number)
    whole(place)
    with place.database.session(readonly=False) as session:
        session.execute(text("UPDATE expense SET cleared_minor = cleared_minor - 5 WHERE number = 1"))
        session.execute(text("UPDATE expense SET cleared_minor = cleared_minor + 5, accepted_minor = accepted_minor + 5, "
                             "queried_minor = queried_minor - 5 WHERE number = 2"))
        assert len(findings(session)) == 2, "the report's total is still that of the ledger, its papers are not"
        session.rollback()


def test_the_paper_and_the_grid_share_out_and_keep_what_was_typed(place: Office) -> None:
    made = grant(place, tranches=(200_000,), paid=1, conditions=())
    number = report(place, made.tranches[0], *(expense(made, 50_000, "Béliers", -200) for _ in range(4)))
    with place.as_("grants_officer", readonly=True) as work:
        ids = [e.id for e in queries.expenses(work, work.db.get_one(Justification, number))]
    officer = client(place.around, place.people["grants_officer"])
    page = f"/justifications/expenses/{ids[0]}"
    assert 'id="f-queried_reason"' in officer.get(page).text
    typed = {"accepted": "30 000", "queried": "12 000", "refused": "9 000", "queried_reason": ASKED, "refused_reason": NO}
    for change, where in (({}, "accepted"), ({"refused": "-1"}, "refused"), ({"accepted": "trente"}, "accepted"),
                          ({"refused": "", "refused_reason": ""}, "refused_reason"), ({"refused": "", "queried_reason": "oui"}, "queried_reason"),
                          ({"accepted": "", "queried": "", "refused": ""}, "accepted"), ({"line_id": "99999"}, "line_id")):
        answer = officer.submit(f"{page}/accept", {**typed, **change})
        assert answer.status_code == 422 and f'id="f-{where}-err"' in answer.text, change
        assert f'value="{({**typed, **change})["accepted"]}"' in answer.text
    assert officer.submit(f"{page}/accept", {**typed, "refused": ""}).status_code == 303
    assert officer.submit(f"{page}/accept", {**typed, "refused": "8 000"}).status_code == 409, "the same verdict twice"
    grid = f"/justifications/{number}/verdicts"
    rows = {"lines-0-id": str(ids[1]), "lines-0-accepted": "20 000", "lines-0-queried": "10 000", "lines-0-reason": NO,
            "lines-1-id": str(ids[2]), "lines-1-verdict": "query", "lines-1-reason": ASKED,
            "lines-2-id": str(ids[3]), "lines-2-verdict": "accept", "lines-2-accepted": "45 000", "lines-2-reason": NO}
    wrong = officer.submit(grid, rows)
    assert wrong.status_code == 422 and 'aria-describedby="f-lines-0-err"' in wrong.text and 'value="20 000"' in wrong.text
    assert officer.submit(grid, {**rows, "lines-0-queried_reason": ASKED}).status_code == 303
    with place.as_("grants_officer", readonly=True) as work:
        assert [shares(work, number, n)[:4] for n in (1, 2, 3, 4)] == [
            ("queried", 30_000, 12_000, 8_000), ("queried", 20_000, 10_000, 20_000), ("queried", 0, 50_000, 0), ("accepted", 45_000, 0, 5_000)]
        here = queries.of_report(work, work.db.get_one(Justification, number))
        assert (here.accepted, here.queried, here.refused) == (95_000, 72_000, 33_000)
    listed = officer.get("/justifications").text
    assert all(f"{k}\u202f000" in listed for k in (95, 72, 33))
    shown = unescape(officer.get(f"/justifications/{number}").text)
    assert ASKED in shown and NO in shown and "72\u202f000" in shown
    pdf = PdfReader(io.BytesIO(officer.get(f"/justifications/{number}/draft.pdf").content))
    words = " ".join(" ".join(p.extract_text() for p in pdf.pages).split()).replace("\u202f", " ").replace("\u00a0", " ")
    for told in ("95 000", "72 000", "33 000", "En suspens : Numéros", "Rejeté : Transport"):
        assert told in words, told
