"""Findings: stated by an auditor, answered by the audited, maintained or lifted, and settled to the franc."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from portfolio.agreements.models import Agreement
from portfolio.justifications.models import Recovery
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.missions import queries
from portfolio.missions.forms import AnswerForm, FindingForm, JudgeForm, OrderForm, ReasonForm, SplitForm
from portfolio.missions.models import Finding, Mission
from portfolio.missions.service.team import not_of_team, of_team
from portfolio.rulebook.findings import in_force
from portfolio.rulebook.lifecycles.missions import FINDING
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

DRAFTS = ("opened", "fieldwork")
ANSWERS = ("provisional",)
JUDGED = ("contradictory",)
FOLLOWED = ("contradictory", "final")


def team_obstacles(work: Work, finding: Finding) -> Iterator[Refusal]:
    """Only the auditors of its mission."""
    yield from of_team(work, finding.mission_id)


def _phase(work: Work, mission_id: int, statuses: tuple[str, ...], words: str) -> Iterator[Refusal]:
    if work.db.get_one(Mission, mission_id).status not in statuses:
        yield Refusal("wrong_phase", words, url=f"/missions/{mission_id}")


def _values(work: Work, form: FindingForm, mission: Mission) -> dict[str, Any]:
    errors = []
    if form.category not in {row.code for row in in_force(work.today)}:
        errors.append(FieldError("category", _("Choose a row of the catalogue.")))
    about = queries.resolve(work, form.about or "")
    if about is None:
        errors.append(
            FieldError(
                "about",
                _(
                    "Nothing has this number. Type that of an agreement, a payment, a voucher (report/number), an order to repay, "
                    "a sample, or an entry of the ledger."
                ),
            )
        )
    if errors:
        raise Invalid(errors)
    assert about is not None
    grant, country = about.agreement_id, about.country
    if grant is None and mission.agreement_id is not None:
        grant = mission.agreement_id
        country = work.db.get_one(Agreement, grant).country
    asked = form.questioned or 0
    return {
        "category": form.category,
        "severity": form.severity,
        "title": form.title,
        "account": form.account,
        "questioned_minor": asked,
        "pending_minor": asked,
        "about_kind": about.kind,
        "about_id": about.id,
        "about_reference": about.reference,
        "agreement_id": grant,
        "country": country,
    }


def state(work: Work, mission: Mission, form: FindingForm) -> Finding:
    """State a finding; until the provisional report only the auditors of the mission read it."""
    mission = work.hold(mission)
    refuse(of_team(work, mission.id))
    refuse(_phase(work, mission.id, DRAFTS, _("The report is issued: no finding is added to it.")))
    number = (
        work.db.scalar(select(func.max(Finding.number)).where(Finding.mission_id == mission.id)) or 0
    ) + 1
    made = Finding(
        mission_id=mission.id,
        number=number,
        reference=f"{mission.reference}/{number}",
        stated_by_id=work.actor.id,
        stated_at=work.now,
        **_values(work, form, mission),
    )
    data = {
        "mission": mission.reference,
        "severity": made.severity,
        "questioned_minor": made.questioned_minor,
    }
    return work.create(made, "finding:stated", permission="finding:state", data=data)


def edit(work: Work, finding: Finding, form: FindingForm) -> None:
    """Correct a finding that is not told yet."""
    finding = work.hold(finding)
    refuse(of_team(work, finding.mission_id))
    refuse(
        _phase(work, finding.mission_id, DRAFTS, _("The report is issued: what it says no longer changes."))
    )
    if finding.status != "stated":
        raise Refused(Refusal("wrong_status", _("This finding is withdrawn: it no longer changes.")))
    values = _values(work, form, work.db.get_one(Mission, finding.mission_id))
    work.edit(finding, "finding:edited", permission="finding:state", version=form.version, **values)


def answer_finding_obstacles(work: Work, finding: Finding) -> Iterator[Refusal]:
    """Between the provisional report and the answers, by somebody who is no auditor of the mission."""
    yield from not_of_team(work, finding.mission_id)
    yield from _phase(
        work,
        finding.mission_id,
        ANSWERS,
        _("Answers are taken between the provisional report and its delay."),
    )


def answer_finding(work: Work, finding: Finding, form: AnswerForm) -> None:
    """Answer, and say what the audited agree to have paid back."""
    finding = work.hold(finding)
    refuse(answer_finding_obstacles(work, finding))
    agreed = form.agreed or 0
    if agreed > finding.questioned_minor:
        words = _("At most %(most)s: what the finding questions.") % {
            "most": amount(finding.questioned_minor)
        }
        raise Invalid([FieldError("agreed", words)])
    work.advance(FINDING, finding, "answer", answer=form.answer, agreed_minor=agreed)


def _judged(work: Work, finding: Finding) -> Iterator[Refusal]:
    yield from of_team(work, finding.mission_id)
    words = _("A finding is judged once the answers are there, or their delay is over.")
    yield from _phase(work, finding.mission_id, JUDGED, words)


def maintain(work: Work, finding: Finding, form: JudgeForm) -> None:
    """Maintain it, and say why the answer does not lift it."""
    finding = work.hold(finding)
    refuse(_judged(work, finding))
    work.advance(FINDING, finding, "maintain", conclusion=form.position)


def lift(work: Work, finding: Finding, form: ReasonForm) -> None:
    """Lift it: withdrawn before the report, or answered well; all that it questioned is then accepted."""
    finding = work.hold(finding)
    refuse(of_team(work, finding.mission_id))
    draft = finding.status == "stated" and work.db.get_one(Mission, finding.mission_id).status in DRAFTS
    if not draft:
        refuse(_judged(work, finding))
    work.advance(
        FINDING,
        finding,
        "lift",
        reason=form.reason,
        conclusion=form.reason,
        accepted_minor=finding.questioned_minor,
        pending_minor=0,
    )


def link_order(work: Work, finding: Finding, form: OrderForm) -> None:
    """Say by which order to repay the money comes back: one of the same grant."""
    finding = work.hold(finding)
    if finding.status != "maintained":
        raise Refused(
            Refusal("wrong_status", _("Only a finding that is maintained and not settled asks money back."))
        )
    order = work.db.get(Recovery, form.recovery_id)
    if order is None or order.agreement_id != finding.agreement_id or order.status == "cancelled":
        raise Invalid([FieldError("recovery_id", _("Choose one of the answers proposed."))])
    if (finding.refunded_minor or finding.impaired_minor) and finding.recovery_id != order.id:
        words = _("Money is already settled through the order linked: take it off the settlement first.")
        raise Refused(Refusal("order_used", words))
    data = {"recovery": order.reference}
    work.edit(finding, "finding:refund_ordered", permission="recovery:prepare", recovery_id=order.id)
    work.record("finding:refund_ordered", order, data={"finding": finding.reference} | data)


def _room(work: Work, finding: Finding, order: Recovery) -> tuple[int, int]:
    """What came back, and what was given up, on an order and that no other finding counts; in minor units."""
    used = work.db.execute(
        select(
            func.coalesce(func.sum(Finding.refunded_minor), 0),
            func.coalesce(func.sum(Finding.impaired_minor), 0),
        ).where(Finding.recovery_id == order.id, Finding.id != finding.id)
    ).one()
    return order.collected_minor - int(used[0]), order.written_off_minor - int(used[1])


def split(work: Work, finding: Finding, form: SplitForm) -> None:
    """Share the questioned amount: accepted on further evidence, refunded, given up by an act; the rest stays pending.

    What is said refunded came back on the order to repay linked, and no other finding counts it."""
    finding = work.hold(finding)
    refuse(of_team(work, finding.mission_id))
    refuse(_phase(work, finding.mission_id, FOLLOWED, _("Amounts are settled once the answers are judged.")))
    if finding.status != "maintained":
        raise Refused(
            Refusal("wrong_status", _("Only a finding that is maintained and not settled is shared."))
        )
    accepted, refunded, impaired = form.accepted or 0, form.refunded or 0, form.impaired or 0
    pending = finding.questioned_minor - accepted - refunded - impaired
    if pending < 0:
        words = _("The parts exceed the amount questioned by %(over)s.") % {"over": amount(-pending)}
        raise Invalid([FieldError("accepted", words)])
    order = work.hold(work.db.get_one(Recovery, finding.recovery_id)) if finding.recovery_id else None
    back, given_up = _room(work, finding, order) if order is not None else (0, 0)
    errors = []
    if refunded > back:
        words = _("The order to repay linked shows %(back)s come back: no more can be said refunded.")
        errors.append(FieldError("refunded", words % {"back": amount(max(0, back))}))
    act = form.impaired_act or ""
    if impaired > given_up and not act:
        words = _("Name the act by which it is given up, or link an order to repay that was written off.")
        errors.append(FieldError("impaired_act", words))
    if errors:
        raise Invalid(errors)
    work.edit(
        finding,
        "finding:split",
        permission="finding:state",
        reason=form.settlement,
        accepted_minor=accepted,
        refunded_minor=refunded,
        impaired_minor=impaired,
        pending_minor=pending,
        impaired_act=act,
        settlement=form.settlement,
    )


def settle_obstacles(work: Work, finding: Finding) -> Iterator[Refusal]:
    """Nothing pending, everything recommended verified, in a mission whose final report is issued."""
    yield from of_team(work, finding.mission_id)
    yield from _phase(work, finding.mission_id, ("final",), _("A finding is settled after the final report."))
    if finding.pending_minor:
        yield Refusal(
            "amount_pending",
            _("%(francs)s are still pending.") % {"francs": amount(finding.pending_minor)},
            way_out=_("Record the evidence, the refund or the act by which each franc is settled."),
            missing_minor=finding.pending_minor,
        )
    going = [
        a.reference
        for a in queries.recommendations_of(work, finding)
        if a.status not in ("verified", "dropped")
    ]
    if going:
        yield Refusal(
            "recommendation_open",
            _("Recommendations not verified: %(names)s.") % {"names": ", ".join(going)},
            way_out=_("Have them carried out, then verify them on evidence."),
            who=who_may("recommendation:do"),
        )


def settle(work: Work, finding: Finding) -> None:
    """Settle it: it no longer holds the closure of its grant."""
    finding = work.hold(finding)
    refuse(settle_obstacles(work, finding))
    work.advance(FINDING, finding, "settle")
