"""An audit mission from its opening to its closing: who states does not answer, who is responsible does not verify, and each questioned franc is
settled in one of four ways (domain M7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portfolio.agreements.models import Agreement, Tranche
from portfolio.audit import queries as audit_trail
from portfolio.closures import service as closures
from portfolio.documents import queries as documents
from portfolio.documents.service import Incoming
from portfolio.justifications import service as reports
from portfolio.justifications.forms import CollectForm, RecoveryForm
from portfolio.justifications.models import Recovery
from portfolio.kit.errors import Forbidden, NotFound, Refused
from portfolio.missions import queries, service
from portfolio.missions.forms import (
    AnswerForm,
    DoneForm,
    JudgeForm,
    OpenForm,
    OrderForm,
    PostponeForm,
    ReasonForm,
    SplitForm,
)
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.rulebook.findings import BY_CODE, CATALOGUE, SETTLED_BY, in_force
from portfolio.rulebook.permissions import GRANTS, ROLES
from tests.agreements.standing import pdf_bytes
from tests.justifications.grants import J, Office, grant
from tests.missions.scene import (
    AUDITOR,
    DIRECTOR,
    HEAD,
    OFFICER,
    QUESTIONED,
    SECOND,
    answered,
    carried_out,
    codes,
    fields,
    final,
    finding_form,
    opened,
    recommend,
    told,
)


def recovered(audit, collected: int) -> int:
    """An order to repay on the grant, signed, with so much come back."""
    place, tranche = audit.place, audit.grant.tranches[0]
    with place.as_(OFFICER) as work:
        order = reports.prepare_recovery(work, work.db.get_one(Tranche, tranche), RecoveryForm(
            tranche_id=tranche, amount=100_000, reason="Constat d'audit accepté", ground="unspent", due_on=J.date() + timedelta(days=9))).id
    with place.as_(DIRECTOR) as work:
        reports.issue_recovery(work, work.db.get_one(Recovery, order))
    if collected:
        with place.as_("accountant") as work:
            reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
                amount=collected, treasury_account_id=place.bank, received_on=J.date(), payer="Présidente"))
    return order


@pytest.mark.both_engines
def test_from_the_opening_to_the_closing(place: Office) -> None:
    audit = final(place)
    with place.as_(AUDITOR, readonly=True) as work:
        mission, found = audit.of(work, Mission), audit.of(work, Finding)
        assert mission.reference.startswith("MAU-2026-00001-") and mission.answers_due_on == J.date() + timedelta(days=30)
        assert (found.reference, found.agreement_id, found.about_kind, found.country) == (
            f"{mission.reference}/1", audit.grant.agreement, "agreement", "ML")
        assert audit.of(work, Recommendation).status == "agreed"
        assert {p.kind for p in documents.papers_of(work, mission)} == {"audit_provisional", "audit_final"}
    with place.as_(AUDITOR, commit=False) as work:
        assert codes(lambda: service.settle(work, audit.of(work, Finding))) == {"amount_pending", "recommendation_open"}
        assert codes(lambda: service.close(work, audit.of(work, Mission))) == {"finding_open", "recommendation_open"}
    order = recovered(audit, 50_000)
    with place.as_(OFFICER) as work:
        service.link_order(work, audit.of(work, Finding), OrderForm(recovery_id=order))
    with place.as_(AUDITOR) as work:
        service.split(work, audit.of(work, Finding), SplitForm(
            accepted=60_000, refunded=50_000, impaired=10_000, impaired_act="Décision n° 12 du 3 mars 2026", settlement="Certificats reçus ; quittance."))
    carried_out(audit)
    with place.as_(SECOND) as work:
        service.verify(work, audit.of(work, Recommendation))
    with place.as_(AUDITOR) as work:
        service.settle(work, audit.of(work, Finding))
    with place.as_(AUDITOR) as work:
        service.close(work, audit.of(work, Mission))
    with place.as_(HEAD, readonly=True) as work:
        found = audit.of(work, Finding)
        assert (found.status, found.accepted_minor, found.refunded_minor, found.impaired_minor, found.pending_minor) == (
            "settled", 60_000, 50_000, 10_000, 0)
        events = {e.event for e in audit_trail.timeline(work.db, ("finding", audit.finding), limit=50)}
        assert {"finding:stated", "finding:answered", "finding:maintained", "finding:refund_ordered", "finding:split",
                "finding:settled"} <= events
        assert audit.of(work, Mission).status == "closed"


@pytest.mark.both_engines
def test_the_database_keeps_the_four_parts_and_the_four_eyes(place: Office) -> None:
    final(place)
    p = place.people
    for table, change in (
        ("finding", "accepted_minor = 1"),
        ("finding", "questioned_minor = 1"),
        ("finding", "pending_minor = -1, accepted_minor = questioned_minor + 1"),
        ("finding", "status = 'settled'"),
        ("finding", f"refunded_minor = {QUESTIONED}, pending_minor = 0"),
        ("finding", f"impaired_minor = {QUESTIONED}, pending_minor = 0"),
        ("finding", f"answered_by_id = {p[AUDITOR]}"),
        ("finding", f"answered_by_id = {p[SECOND]}"),
        ("finding", "severity = 'huge'"),
        ("recommendation", f"responsible_id = {p[AUDITOR]}"),
        ("recommendation", f"status = 'verified', done_at = '2026-01-01', evidence = 'x', verified_by_id = {p[OFFICER]}"),
        ("recommendation", f"status = 'verified', verified_by_id = {p[SECOND]}"),
        ("mission", f"answered_by_id = {p[AUDITOR]}"),
        ("mission", "scope = 'fund'"),
    ):
        with place.database.session(readonly=False) as session, pytest.raises(IntegrityError):
            session.execute(text(f"UPDATE {table} SET {change}"))


def test_who_states_neither_answers_nor_is_responsible(place: Office) -> None:
    """Even somebody who holds both rights: no auditor of the mission speaks for the audited."""
    from portfolio.accounts.models import RoleAssignment

    audit = told(place)
    with place.database.session(readonly=False) as db:
        for name in (AUDITOR, SECOND):
            db.add(RoleAssignment(person_id=place.people[name], role=HEAD, scope_kind="all", scope_code="", starts_on=date(2020, 1, 1),
                                  act_number="Décision n° 1", act_on=date(2019, 12, 1)))
        db.commit()
    for name in (AUDITOR, SECOND):
        with place.as_(name, commit=False) as work:
            found = audit.of(work, Finding)
            with pytest.raises(Refused, match="own_finding"):
                service.answer_finding(work, found, AnswerForm(answer="Je me réponds."))
            with pytest.raises(Refused, match="own_finding"):
                service.answer(work, audit.of(work, Mission))
            assert place.people[name] not in {p.id for p in queries.responsibles(work, found)}
    other = opened(place)
    with place.as_(AUDITOR, commit=False) as work:
        found = service.state(work, other.of(work, Mission), finding_form(other))
        assert fields(lambda: service.propose(work, found, recommend(place, responsible_id=place.people[SECOND]))) == {"responsible_id"}
        assert fields(lambda: service.propose(work, found, recommend(place, due_on=J.date()))) == {"due_on"}
    for role in ROLES:
        assert not ({"finding:state", "recommendation:verify"} & GRANTS[role] and {"finding:answer", "recommendation:do"} & GRANTS[role])


def test_only_the_auditors_of_the_mission_write_in_it(place: Office) -> None:
    audit = answered(place)
    place.people["stranger"] = place.people["external_auditor"]
    with place.as_("stranger", commit=False) as work:
        mission, found = audit.of(work, Mission), audit.of(work, Finding)
        assert codes(lambda: service.state(work, mission, finding_form(audit))) == {"not_of_the_team"}
        assert codes(lambda: service.maintain(work, found, JudgeForm(position="Maintenu sans eux."))) == {"not_of_the_team"}
        assert "not_of_the_team" in codes(lambda: service.finalise(work, mission))
    with place.as_(OFFICER, commit=False) as work, pytest.raises(Forbidden):
        service.open_(work, OpenForm(kind="internal", title="Un audit", scope="period", from_on=J.date(), to_on=J.date()))


def test_a_finding_is_the_auditors_own_until_the_provisional_report(place: Office) -> None:
    audit = opened(place)
    with place.as_(AUDITOR) as work:
        audit.finding = service.state(work, audit.of(work, Mission), finding_form(audit)).id
    with place.as_(SECOND, readonly=True) as work:
        assert queries.get_finding(work, audit.finding)
    for role in (HEAD, OFFICER, "external_auditor"):
        with place.as_(role, readonly=True) as work:
            with pytest.raises(NotFound):
                queries.get_finding(work, audit.finding)
            assert queries.of_agreement(work, work.db.get_one(Agreement, audit.grant.agreement)) == []
    with place.as_(AUDITOR) as work:
        service.edit(work, audit.of(work, Finding), finding_form(audit, questioned=90_000, version=1))
    with place.as_(AUDITOR) as work:
        service.communicate(work, audit.of(work, Mission))
    with place.as_(OFFICER, readonly=True) as work:
        assert queries.get_finding(work, audit.finding).pending_minor == 90_000
    with place.as_(AUDITOR, commit=False) as work:
        assert codes(lambda: service.edit(work, audit.of(work, Finding), finding_form(audit))) == {"wrong_phase"}
        assert codes(lambda: service.state(work, audit.of(work, Mission), finding_form(audit))) == {"wrong_phase"}


def test_the_audited_answer_before_the_report_is_final(place: Office) -> None:
    audit = told(place)
    with place.as_(HEAD, commit=False) as work:
        assert codes(lambda: service.answer(work, audit.of(work, Mission))) == {"finding_not_answered"}
    with place.as_(AUDITOR, commit=False) as work:
        assert codes(lambda: service.maintain(work, audit.of(work, Finding), JudgeForm(position="Trop tôt pour trancher."))) == {"wrong_phase"}
        assert codes(lambda: service.lapse(work, audit.of(work, Mission), ReasonForm(reason="Pas de réponse"))) == {"delay_runs"}
    with place.as_(OFFICER, commit=False) as work:
        assert fields(lambda: service.answer_finding(
            work, audit.of(work, Finding), AnswerForm(answer="Nous acceptons tout.", agreed=QUESTIONED + 1))) == {"agreed"}
    place.at(J + timedelta(days=31))
    with place.as_(AUDITOR) as work:
        service.lapse(work, audit.of(work, Mission), ReasonForm(reason="Aucune réponse en trente jours"))
    with place.as_(AUDITOR, commit=False) as work:
        assert codes(lambda: service.finalise(work, audit.of(work, Mission))) == {"finding_not_judged"}
    with place.as_(AUDITOR) as work:
        service.maintain(work, audit.of(work, Finding), JudgeForm(position="Sans réponse, maintenu."))
    with place.as_(AUDITOR) as work:
        service.finalise(work, audit.of(work, Mission))
    with place.as_(OFFICER, commit=False) as work:
        assert codes(lambda: service.answer_finding(work, audit.of(work, Finding), AnswerForm(answer="Une réponse tardive.")))


def test_a_lifted_finding_questions_nothing_and_its_recommendations_fall(place: Office) -> None:
    audit = answered(place)
    with place.as_(SECOND) as work:
        service.lift(work, audit.of(work, Finding), ReasonForm(reason="Les certificats ont été produits"))
    with place.as_(AUDITOR) as work:
        service.finalise(work, audit.of(work, Mission))
    with place.as_(HEAD, readonly=True) as work:
        found = audit.of(work, Finding)
        assert (found.status, found.accepted_minor, found.pending_minor) == ("lifted", QUESTIONED, 0)
        assert audit.of(work, Recommendation).status == "dropped"
        assert queries.holding(work, work.db.get_one(Agreement, audit.grant.agreement)) == []
    with place.as_(AUDITOR) as work:
        service.close(work, audit.of(work, Mission))


def test_the_parts_make_the_amount_and_a_refund_is_money_that_came_back(place: Office) -> None:
    audit = final(place)
    why = "Sur pièces reçues"
    with place.as_(AUDITOR, commit=False) as work:
        found = audit.of(work, Finding)
        assert fields(lambda: service.split(work, found, SplitForm(accepted=QUESTIONED + 1, settlement=why))) == {"accepted"}
        assert fields(lambda: service.split(work, found, SplitForm(refunded=1, settlement=why))) == {"refunded"}
        assert fields(lambda: service.split(work, found, SplitForm(impaired=1, settlement=why))) == {"impaired_act"}
    order = recovered(audit, 30_000)
    with place.as_(OFFICER) as work:
        service.link_order(work, audit.of(work, Finding), OrderForm(recovery_id=order))
    with place.as_(AUDITOR, commit=False) as work:
        assert fields(lambda: service.split(work, audit.of(work, Finding), SplitForm(refunded=30_001, settlement=why))) == {"refunded"}
    with place.as_(AUDITOR) as work:
        service.split(work, audit.of(work, Finding), SplitForm(refunded=30_000, settlement=why))
    with place.as_(AUDITOR, readonly=True) as work:
        found = audit.of(work, Finding)
        assert sum(getattr(found, f"{part}_minor") for part in SETTLED_BY) == found.questioned_minor == QUESTIONED
    # the same francs do not settle another finding
    with place.as_(AUDITOR, commit=False) as work:
        first = audit.of(work, Finding)
        other = Finding(**{c.name: getattr(first, c.name) for c in Finding.__table__.columns if c.name != "id"}
                        | {"number": 2, "reference": "x", "refunded_minor": 0, "pending_minor": QUESTIONED})
        work.db.add(other)
        work.db.flush()
        assert fields(lambda: service.split(work, other, SplitForm(refunded=1, settlement=why))) == {"refunded"}
    strange = grant(place, name="Groupement Anniya", tranches=(700_000,), paid=1, conditions=(), budget=(("Moulin", 700_000),))
    with place.as_(OFFICER) as work:
        foreign = reports.prepare_recovery(work, work.db.get_one(Tranche, strange.tranches[0]), RecoveryForm(
            tranche_id=strange.tranches[0], amount=9_000, reason="Autre subvention", ground="unspent", due_on=J.date())).id
    with place.as_(OFFICER, commit=False) as work:
        assert fields(lambda: service.link_order(work, audit.of(work, Finding), OrderForm(recovery_id=foreign))) == {"recovery_id"}


def test_a_recommendation_is_carried_out_on_proof_and_verified_by_another(place: Office) -> None:
    audit = final(place)
    done = DoneForm(evidence="Certificats signés, classés.", proof=Incoming("p.pdf", pdf_bytes()))
    with place.as_(HEAD, commit=False) as work:
        assert codes(lambda: service.carry_out(work, audit.of(work, Recommendation), done)) == {"other_responsible"}
    with place.as_(OFFICER, commit=False) as work:
        bare = DoneForm(evidence="Certificats signés, classés.")
        assert fields(lambda: service.carry_out(work, audit.of(work, Recommendation), bare)) == {"proof"}
    carried_out(audit)
    with place.as_(OFFICER, commit=False) as work, pytest.raises(Exception, match="own_action|belongs"):
        service.verify(work, audit.of(work, Recommendation))
    with place.as_(SECOND) as work:
        service.return_(work, audit.of(work, Recommendation), ReasonForm(reason="Deux signatures manquent"))
    with place.as_(OFFICER, readonly=True) as work:
        found = audit.of(work, Recommendation)
        assert (found.status, found.done_by_id) == ("agreed", None)
    carried_out(audit)
    with place.as_("external_auditor") as work:  # any auditor who is not the responsible
        service.verify(work, audit.of(work, Recommendation))
    with place.as_(OFFICER, readonly=True) as work:
        found = audit.of(work, Recommendation)
        assert found.status == "verified" and len(documents.of(work, found)) == 2


def test_a_day_is_moved_by_an_auditor_and_the_first_one_stays(place: Office) -> None:
    audit = final(place)
    later = J.date() + timedelta(days=90)
    with place.as_(OFFICER, commit=False) as work, pytest.raises(Exception, match="own_action"):
        service.postpone(work, audit.of(work, Recommendation), PostponeForm(due_on=later, reason="Je manque de temps"))
    with place.as_(AUDITOR, commit=False) as work:
        sooner = PostponeForm(due_on=J.date() + timedelta(days=5), reason="Plus tôt s'il vous plaît")
        assert fields(lambda: service.postpone(work, audit.of(work, Recommendation), sooner)) == {"due_on"}
    with place.as_(AUDITOR) as work:
        service.postpone(work, audit.of(work, Recommendation), PostponeForm(due_on=later, reason="Saison des pluies"))
    with place.as_(OFFICER, readonly=True) as work:
        found = audit.of(work, Recommendation)
        assert (found.first_due_on, found.due_on) == (J.date() + timedelta(days=60), later)


def test_a_grave_finding_holds_the_closure_and_a_low_one_does_not(place: Office) -> None:
    for severity, holds in (("high", True), ("low", False)):
        audit = told(place, severity=severity)
        with place.as_(OFFICER, readonly=True) as work:
            agreement = work.db.get_one(Agreement, audit.grant.agreement)
            found = [r for r in closures.obstacles(work, agreement) if r.code == "findings_open"]
        assert bool(found) is holds
        if holds:
            assert "MAU-2026-" in found[0].message and found[0].way_out and found[0].who


def test_what_a_finding_points_at(place: Office) -> None:
    audit = opened(place)
    with place.as_(AUDITOR, readonly=True) as work:
        paid = f"OP-2026-{audit.grant.tranches[0]:05d}-K"
        assert (queries.resolve(work, paid).kind, queries.resolve(work, paid).agreement_id) == ("disbursement", audit.grant.agreement)
        assert queries.resolve(work, "n° 1").kind == "ledger" and queries.resolve(work, "999999") is None
        assert queries.resolve(work, audit.reference.lower()).id == audit.grant.agreement
        assert queries.resolve(work, "").kind == "" and queries.resolve(work, "JUS-2026-00009-X/1") is None
        assert queries.resolve(work, "ECH-2026-00001-X") is None and queries.resolve(work, "n'importe quoi /x") is None
    with place.as_(AUDITOR, commit=False) as work:
        assert fields(lambda: service.state(work, audit.of(work, Mission), finding_form(audit, about="OP-1", category="x"))) == {"about", "category"}


def test_a_scope_names_the_one_thing_it_is(place: Office) -> None:
    base = {"kind": "donor", "title": "Audit annuel", "from_on": J.date(), "to_on": J.date() - timedelta(days=1)}
    with place.as_(AUDITOR, commit=False) as work:
        assert fields(lambda: service.open_(work, OpenForm(**base, scope="fund"))) == {"to_on", "fund_id"}
        assert fields(lambda: service.open_(work, OpenForm(**base, scope="call", call_id=999))) == {"to_on", "call_id"}
        assert fields(lambda: service.open_(work, OpenForm(**base, scope="agreement", agreement="CONV-0"))) == {"to_on", "agreement"}
        assert fields(lambda: service.open_(work, OpenForm(**base, scope="exercice"))) == {"to_on", "exercice"}
        whole = base | {"to_on": J.date()}
        assert fields(lambda: service.open_(work, OpenForm(**whole, scope="period", auditors=[place.people[OFFICER]]))) == {"auditors"}
        made = service.open_(work, OpenForm(**whole, scope="fund", fund_id=place.fund, exercice=2026))
        assert (made.fund_id, made.exercice, list(queries.auditors_of(work, made.id))) == (place.fund, None, [place.people[AUDITOR]])


def test_the_catalogue_is_dated_and_sourced() -> None:
    assert len(CATALOGUE) == len(BY_CODE) == 27
    assert all(row.source and row.label for row in CATALOGUE)
    assert in_force(date(2019, 12, 31)) == [] and len(in_force(date(2026, 1, 1))) == 27
