"""Four tranches of the demo, to the franc: percentages, what is lacking, what is cleared, what comes back (demo.md 5.5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.documents.service import Incoming
from portfolio.funds import queries as funds
from portfolio.justifications import queries, service
from portfolio.justifications.forms import (
    AcceptForm,
    CollectForm,
    ProposeWriteOffForm,
    RecoveryForm,
    WriteOffForm,
)
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.ledger.queries import check, net
from tests.agreements.standing import pdf_bytes
from tests.justifications.grants import J, Office, decide, expense, grant, report, validated

pytestmark = pytest.mark.both_engines


def progress(place: Office, tranche: int) -> queries.Progress:
    with place.as_("accountant", readonly=True) as work:
        return queries.of_tranche(work, work.db.get_one(Tranche, tranche))


def whole(place: Office) -> None:
    """Chain, balances and every guard of the funds agree."""
    with place.database.session(readonly=True) as session:
        assert check(session) is None
        assert funds.drift(session) == []


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as found:
        act()
    return [r.code for r in found.value.refusals]


def test_mp01_t2_sixty_percent_and_267_000_lacking(place: Office) -> None:
    made = grant(place)
    t2 = made.tranches[1]
    r = report(
        place, t2,
        expense(made, 900_000, "Béliers", -122, kind="livestock_sale", number=5),
        expense(made, 600_000, "Béliers", -121, kind="livestock_sale", number=6),
        expense(made, 168_000, "Aliment", -118, voucher_number="n° 131", supplier="Ets Wafa Intrants", number=7),
        expense(made, 25_000, None, -117, supplier="transporteur", number=8),
    )  # fmt: skip
    decide(place, r, {5: "accept", 6: "query", 7: "accept", 8: "refuse"})
    now = progress(place, t2)
    assert (now.accepted, now.percent, now.not_presented, now.lacking(75)) == (1_068_000, "60,0\u00a0%", 87_000, 267_000)
    assert now.cleared == 0
    validated(place, r)
    with place.as_("accountant", readonly=True) as work:
        tranche = work.db.get_one(Tranche, t2)
        assert (tranche.cleared_minor, tranche.status) == (1_068_000, "paid")
        assert net(work.db, ["409"], tranche=tranche.code) == 712_000
        assert net(work.db, ["657"], tranche=tranche.code) == 1_068_000
        assert [u.lacking for u in queries.unlocks(work, tranche, now)] == [267_000]
        blocked = agreements.blockers(work, work.db.get_one(Tranche, made.tranches[2]))
        assert 267_000 in [b.missing_minor for b in blocked]
    whole(place)
    # The numbers come: the held paper is accepted, a second person clears it, tranche 3 opens.
    with place.as_("grants_officer") as work:
        paper = work.db.query(Expense).filter_by(justification_id=r, number=6).one()
        service.accept(work, paper, AcceptForm())
    with place.as_("programme_head") as work:
        service.clear(work, work.db.get_one(Justification, r))
    with place.as_("accountant", readonly=True) as work:
        tranche = work.db.get_one(Tranche, t2)
        assert tranche.cleared_minor == 1_668_000 == net(work.db, ["657"], tranche=tranche.code)
        assert not [b for b in agreements.blockers(work, work.db.get_one(Tranche, made.tranches[2])) if b.missing_minor]
    whole(place)


def test_mp01_t1_wholly_justified_is_cleared(place: Office) -> None:
    made = grant(place)
    r = report(
        place, made.tranches[0],
        expense(made, 1_480_000, "Béliers", -268, kind="livestock_sale"),
        expense(made, 210_000, "Aliment", -266, voucher_number="118"),
        expense(made, 50_000, "Suivi vétérinaire", -260),
        expense(made, 40_000, "Suivi vétérinaire", -259, voucher_number="0077"),
    )  # fmt: skip
    decide(place, r, dict.fromkeys((1, 2, 3, 4), "accept"))
    assert progress(place, made.tranches[0]).percent == "100,0\u00a0%"
    validated(place, r)
    with place.as_("accountant", readonly=True) as work:
        assert work.db.get_one(Tranche, made.tranches[0]).status == "cleared"
        assert net(work.db, ["409"], tranche=work.db.get_one(Tranche, made.tranches[0]).code) == 0
    assert refused(lambda: report(place, made.tranches[0])) == ["already_cleared"]
    whole(place)


def test_mp03_38_8_percent_and_the_paper_before_the_signature(place: Office) -> None:
    made = grant(place, tranches=(1_468_000, 1_000_000), paid=1,
                 budget=(("Hangar", 850_000), ("Kit", 420_000), ("Mil", 600_000), ("Emballages", 598_000)),
                 conditions=((2, "justified_previous", 75),), signed_on=J.date().replace(month=7, day=20))  # fmt: skip
    r = report(
        place, made.tranches[0],
        expense(made, 850_000, "Hangar", -96, voucher_number="12"),
        expense(made, 420_000, "Kit", -95, voucher_number="2045"),
        expense(made, 150_000, "Mil", -90, kind="purchase_note"),
        expense(made, 48_000, "Emballages", -131, voucher_number="88", supplier="Imprimerie Delta"),
    )  # fmt: skip
    with place.as_("grants_officer", readonly=True) as work:
        found = work.db.get_one(Justification, r)
        flags = {row.expense.number: [f.code for f in row.flags] for row in
                 queries.rows(work, found, work.db.get_one(Agreement, made.agreement))}
    assert "before_signature" in flags[4] and "before_signature" not in flags[1]
    with place.as_("grants_officer", commit=False) as work:
        paper = work.db.query(Expense).filter_by(justification_id=r, number=4).one()
        with pytest.raises(Invalid):
            service.accept(work, paper, AcceptForm())
    decide(place, r, {1: "query", 2: "accept", 3: "accept", 4: "refuse"})
    assert progress(place, made.tranches[0]).percent == "38,8\u00a0%"
    assert progress(place, made.tranches[0]).accepted == 570_000


def test_mp07_same_invoice_in_two_grants_then_half_repaid(place: Office) -> None:
    """Case 7: blocked until cleared; refused; an order to repay of 575 000, collected in two quittances."""
    other = grant(place, tranches=(1_000_000,), paid=1, budget=(("Motos", 1_000_000),), conditions=())
    made = grant(place, tranches=(2_360_000,), paid=1, budget=(("Motos", 2_300_000), ("Casques", 60_000)), conditions=())
    seller = {"supplier": "Garage moderne de Gao", "kind": "invoice", "no_number_reason": None}
    first = report(place, other.tranches[0],
                   expense(other, 575_000, "Motos", -140, voucher_number="0119", **{**seller, "supplier": "GARAGE  MODERNE DE GAO"}))
    decide(place, first, {1: "accept"})
    r = report(place, made.tranches[0],
               *(expense(made, 575_000, "Motos", -140, voucher_number=f"n° 0{n}", **seller) for n in (117, 118, 119, 120)),
               expense(made, 60_000, "Casques", -139, voucher_number="0121", **seller))
    decide(place, r, {1: "accept", 2: "accept", 4: "accept", 5: "accept"})
    with place.as_("grants_officer", commit=False) as work:
        paper = work.db.query(Expense).filter_by(justification_id=r, number=3).one()
        assert refused(lambda: service.accept(work, paper, AcceptForm())) == ["same_invoice"]
    decide(place, r, {3: "refuse"})
    assert progress(place, made.tranches[0]).percent == "75,6\u00a0%"
    validated(place, r)
    with place.as_("grants_officer") as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        proposed = queries.proposed(work, tranche, queries.of_tranche(work, tranche))
        assert proposed == 575_000
        form = RecoveryForm(tranche_id=tranche.id, amount=proposed, reason="Facture n° 0119 déjà présentée", ground="unspent", due_on=J.date())
        order = service.prepare_recovery(work, tranche, form).id
        assert refused(lambda: service.prepare_recovery(work, tranche, form.model_copy(update={"amount": 1}))) == ["above_advance"]
    with place.as_("authorising_officer") as work:
        service.issue_recovery(work, work.db.get_one(Recovery, order))
        assert work.db.get_one(Tranche, made.tranches[0]).status == "cleared"
    with place.as_("accountant") as work:
        money = CollectForm(amount=300_000, treasury_account_id=place.bank, received_on=J.date(), payer="Trésorière")
        service.collect(work, work.db.get_one(Recovery, order), money)
    whole(place)
    with place.as_("accountant", commit=False) as work:
        found = work.db.get_one(Recovery, order)
        assert (queries.owed(found), found.status) == (275_000, "issued")
        assert net(work.db, ["463"], agreement=work.db.get_one(Agreement, made.agreement).reference) == 275_000
        too_much = money.model_copy(update={"amount": 275_001})
        assert refused(lambda: service.collect(work, found, too_much)) == ["above_owed"]
    with place.as_("accountant") as work:
        service.collect(work, work.db.get_one(Recovery, order), money.model_copy(update={"amount": 275_000}))
        assert work.db.get_one(Recovery, order).status == "settled"
    with place.as_("accountant", readonly=True) as work:
        assert net(work.db, ["463"]) == 0
        references = [r.reference for r, _a in queries.receipts_of(work, work.db.get_one(Recovery, order))]
        assert len(set(references)) == 2
    whole(place)


def test_a_write_off_needs_an_act_and_leaves_nothing_owed(place: Office) -> None:
    made = grant(place, tranches=(500_000,), paid=1, conditions=())
    with place.as_("grants_officer") as work:
        order = service.prepare_recovery(work, work.db.get_one(Tranche, made.tranches[0]), RecoveryForm(
            tranche_id=made.tranches[0], amount=500_000, reason="Dépense pour autre chose", ground="unspent", due_on=J.date())).id
        assert work.may("recovery:issue") is False
    with place.as_("authorising_officer") as work:
        service.issue_recovery(work, work.db.get_one(Recovery, order))
    form = WriteOffForm(reason="Groupe dissous par arrêté")
    with place.as_("authorising_officer") as work:
        assert refused(lambda: service.write_off(work, work.db.get_one(Recovery, order), form)) == ["no_act"]
    act = ProposeWriteOffForm(act="Décision n° 12", act_on=J.date(), scan=Incoming("acte.pdf", pdf_bytes()))
    with place.as_("accountant") as work:
        found = work.db.get_one(Recovery, order)
        with pytest.raises(Invalid):
            service.propose_write_off(work, found, act.model_copy(update={"scan": None}))
    with place.as_("accountant") as work:
        service.propose_write_off(work, work.db.get_one(Recovery, order), act)
    with place.database.session(readonly=False) as session:
        session.execute(Recovery.__table__.update().values(write_off_proposed_by_id=place.people["authorising_officer"]))
        session.commit()
    with place.as_("authorising_officer") as work:
        assert refused(lambda: service.write_off(work, work.db.get_one(Recovery, order), form)) == ["four_eyes"]
    with place.database.session(readonly=False) as session:
        session.execute(Recovery.__table__.update().values(write_off_proposed_by_id=place.people["accountant"]))
        session.commit()
    with place.as_("authorising_officer") as work:
        service.write_off(work, work.db.get_one(Recovery, order), form)
    with place.as_("accountant", readonly=True) as work:
        found = work.db.get_one(Recovery, order)
        assert (found.status, found.written_off_minor, queries.owed(found)) == ("written_off", 500_000, 0)
        assert net(work.db, ["463"]) == 0 and net(work.db, ["659"]) == 500_000
    whole(place)


def test_two_people_stand_behind_every_clearing(place: Office) -> None:
    made = grant(place)
    r = report(place, made.tranches[0], expense(made, 100_000, "Béliers", -200))
    decide(place, r, {1: "accept"})
    with place.as_("grants_officer") as work:
        service.review(work, work.db.get_one(Justification, r))
    with place.as_("grants_officer", commit=False) as work, pytest.raises((Forbidden, Refused)):
        service.validate(work, work.db.get_one(Justification, r))
    # Whoever holds both roles is still one person.
    from portfolio.accounts.models import RoleAssignment

    with place.database.session(readonly=False) as session:
        session.add(RoleAssignment(person_id=place.people["grants_officer"], role="programme_head", scope_kind="all",
                                   scope_code="", starts_on=J.date().replace(year=2020), confirmed_at=J))
        session.commit()
    with place.as_("grants_officer", commit=False) as work:
        assert refused(lambda: service.validate(work, work.db.get_one(Justification, r))) == ["four_eyes"]
    validated_by_other = place.people["programme_head"]
    with place.as_("programme_head") as work:
        service.validate(work, work.db.get_one(Justification, r))
        assert work.db.get_one(Justification, r).validated_by_id == validated_by_other


def test_more_accepted_than_advanced_is_refused_with_the_francs(place: Office) -> None:
    made = grant(place, tranches=(500_000,), paid=1, conditions=())
    r = report(place, made.tranches[0], expense(made, 520_000, "Béliers", -200))
    decide(place, r, {1: "accept"})
    with place.as_("grants_officer") as work:
        service.review(work, work.db.get_one(Justification, r))
    with place.as_("programme_head", commit=False) as work, pytest.raises(Refused) as found:
        service.validate(work, work.db.get_one(Justification, r))
    assert [(x.code, x.missing_minor) for x in found.value.refusals] == [("above_advance", 20_000)]
    with place.as_("programme_head") as work:
        service.resume_review(work, work.db.get_one(Justification, r), "Une partie dépasse l'avance reçue")
    with place.as_("grants_officer") as work:
        paper = work.db.query(Expense).filter_by(justification_id=r).one()
        service.reconsider(work, paper, "La partie au-delà de l'avance est à la charge du groupe")
        service.accept(work, paper, AcceptForm(accepted=500_000, reason="Le reste est payé par l'apport du groupe"))
    validated(place, r)
    with place.as_("accountant", readonly=True) as work:
        assert work.db.get_one(Tranche, made.tranches[0]).status == "cleared"
    whole(place)
