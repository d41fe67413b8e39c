"""The décision portant attribution: prepared from the minutes, signed by the ordonnateur after the visa; signing decides the files (R2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from portfolio.accounts.queries import visa_way_out
from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards.forms import DecisionForm
from portfolio.awards.models import Award, Commitment, Decision
from portfolio.awards.pdf import decision_pdf
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Session
from portfolio.committees.pdf.annexes import why_text
from portfolio.documents import service as documents
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.money import amount as worded
from portfolio.numbering import service as numbering
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.rulebook.lifecycles.awards import DECISION
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

OUTCOMES = {
    "favourable": "awarded",
    "revised": "awarded",
    "waiting_list": "waitlisted",
    "adjourned": "adjourned",
    "unfavourable": "not_selected",
}
VERBS = {
    "awarded": "award",
    "waitlisted": "put_on_waiting_list",
    "adjourned": "adjourn",
    "not_selected": "decline",
}


def decision_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Minutes final, every sum committed, and no other decision on the same minutes."""
    if session.subject_type != "call" or session.status != "final":
        yield Refusal(
            "minutes_not_final",
            _("The minutes of this session are not final."),
            way_out=_("Wait until every member present has signed them."),
        )
        return
    known = queries.decision_for(work, session.id)
    if known is not None:
        yield Refusal(
            "already_prepared",
            _("Decision %(reference)s is already prepared on these minutes.")
            % {"reference": known.reference},
            way_out=_("Abandon the draft first if it must be made again."),
        )
    given = [i for i in committees.items(work, session) if i.proposal in committees.GIVEN]
    live = queries.commitments_of(work, [i.subject_id for i in given])
    lacking = [i.subject_ref for i in given if i.subject_id not in live]
    if lacking:
        yield Refusal(
            "not_committed",
            _("The commitment is missing for: %(files)s.") % {"files": ", ".join(lacking[:5])},
            way_out=_("Prepare the commitments of this session first."),
            who=who_may("commitment:prepare"),
        )


def prepare_decision(work: Work, call: Call, session: Session, form: DecisionForm | None = None) -> Decision:
    """The draft: the annexed table is the committee's proposals, nothing is typed again."""
    session = work.hold(session)
    work.require("decision:prepare", call)
    refuse(decision_obstacles(work, session))
    items = [i for i in committees.items(work, session) if i.status == "proposed"]
    live = queries.commitments_of(work, [i.subject_id for i in items])
    rows: list[dict[str, Any]] = []
    for item in items:
        outcome = OUTCOMES[item.proposal or ""]
        commitment = live.get(item.subject_id) if outcome == "awarded" else None
        rows.append(
            {
                "application_id": item.subject_id,
                "outcome": outcome,
                "rank": item.rank,
                "waiting_rank": item.waiting_rank,
                "score_tenths": committees.sittings.row_of(session, item).get("score_tenths"),
                "amount_minor": commitment.amount_minor if commitment else 0,
                "budget_line_id": commitment.budget_line_id if commitment else None,
                "reason": item.reason,
                "conditions": item.conditions,
            }
        )
    for other in session.facts.get("unranked", []):
        rows.append(
            {
                "application_id": other["application_id"],
                "outcome": "not_selected",
                "rank": None,
                "waiting_rank": None,
                "score_tenths": other["score_tenths"],
                "amount_minor": 0,
                "budget_line_id": None,
                "reason": why_text(other["why"]),
                "conditions": "",
            }
        )
    return draft(work, call, session.id, "award", rows, form.preamble if form else None)


def draft(
    work: Work,
    call: Call,
    session_id: int | None,
    kind: str,
    rows: list[dict[str, Any]],
    preamble: str | None = None,
) -> Decision:
    """Store a draft decision and its annexed table; the total is the sum of the rows."""
    decision = Decision(
        reference=work.number("decision", "decision"),
        call_id=call.id,
        session_id=session_id,
        kind=kind,
        total_minor=sum(row["amount_minor"] for row in rows),
        amount_currency=call.amount_currency,
        preamble=preamble or "",
        prepared_by_id=work.actor.id,
        prepared_at=work.now,
    )
    data = {"total_minor": decision.total_minor, "files": len(rows)}
    work.create(decision, "decision:prepared", permission="decision:prepare", data=data)
    for row in rows:
        application = work.db.get_one(Application, row["application_id"])
        work.db.add(
            Award(
                decision_id=decision.id,
                call_id=call.id,
                group_id=application.group_id,
                country=application.country,
                amount_currency=application.amount_currency,
                **row,
            )
        )
    work.db.flush()
    return decision


def sign_obstacles(work: Work, decision: Decision) -> Iterator[Refusal]:
    """The visa given on every commitment where there is a controller, the sums equal, the dates in order, no file gone meanwhile."""
    rows = queries.awards_of(work, decision)
    awarded = [a for a in rows if a.outcome == "awarded"]
    live = queries.commitments_of(work, [a.application_id for a in awarded])
    accepted = ("visaed", "visaed_with_reserve")
    if queries.has_controller(work):
        waiting = [c.reference for c in live.values() if c.status not in accepted]
        if waiting:
            way_out, who = visa_way_out(work, _("The décision is signed after the visa."))
            yield Refusal(
                "visa_missing",
                _("The controller's visa is missing on: %(commitments)s.")
                % {"commitments": ", ".join(sorted(waiting)[:5])},
                way_out=way_out,
                who=who,
            )
    held = sum(c.amount_minor - c.released_minor for c in live.values())
    total = sum(a.amount_minor for a in awarded)
    if len(live) < len(awarded) or held != total or total != decision.total_minor:
        yield Refusal(
            "sums_differ",
            _("The commitments hold %(held)s and the decision says %(total)s.")
            % {"held": worded(held), "total": worded(decision.total_minor)},
            way_out=_("Abandon this draft and prepare it again."),
            missing_minor=max(0, decision.total_minor - held),
        )
    session = work.db.get(Session, decision.session_id) if decision.session_id else None
    yield from _dates(work, decision, session, list(live.values()))
    files = {
        row.id: row
        for row in work.db.query(Application).where(Application.id.in_([a.application_id for a in rows]))
    }
    gone = [
        files[a.application_id].reference
        for a in rows
        if APPLICATION.find(
            "promote" if decision.kind == "promotion" else VERBS[a.outcome],
            files[a.application_id].status,
        )
        is None
        and files[a.application_id].status != a.outcome
    ]
    if gone:
        yield Refusal(
            "files_changed",
            _("These files are not where the minutes left them: %(files)s.") % {"files": ", ".join(gone[:5])},
            way_out=_("Abandon this draft and prepare it again."),
        )


def _dates(
    work: Work, decision: Decision, session: Session | None, live: list[Commitment]
) -> Iterator[Refusal]:
    """PV final ≤ engagement ≤ visa ≤ décision: the order that an auditor follows."""
    steps: list[datetime | None] = [session.finalised_at if session and decision.kind == "award" else None]
    for commitment in live:
        chain = [*steps, commitment.prepared_at, commitment.visaed_at, work.now]
        dates = [d for d in chain if d is not None]
        if dates != sorted(dates):
            yield Refusal(
                "dates_out_of_order",
                _(
                    "The dates of commitment %(reference)s do not follow the order: minutes, commitment, visa, decision."
                )
                % {"reference": commitment.reference},
            )


def sign_decision(work: Work, decision: Decision) -> None:
    """The ordonnateur signs: every file of the table takes its outcome, and payments may rest on this act (R2)."""
    decision = work.hold(decision)
    if decision.status == "draft":
        refuse(sign_obstacles(work, decision))
        _number_of_its_year(work, decision)
    work.advance(DECISION, decision, "sign", measures={"amount": decision.total_minor})
    for award in queries.awards_of(work, decision):
        application = work.hold(work.db.get_one(Application, award.application_id))
        if application.status == award.outcome:
            continue
        verb = "promote" if decision.kind == "promotion" else VERBS[award.outcome]
        work.advance(
            APPLICATION, application, verb, permission_on=decision, data={"decision": decision.reference}
        )
    documents.issue(
        work,
        kind="decision",
        reference=decision.reference,
        title=_("Award decision"),
        subject=decision,
        facts=queries.decision_paper(work, decision),
        draw=decision_pdf,
    )


def _number_of_its_year(work: Work, decision: Decision) -> None:
    """A decision drafted on 31 December and signed in January takes a number of January; the draft's is voided, with the reason (F2)."""
    former = decision.reference
    if numbering.year_of(former) == work.today.year:
        return
    work.edit(
        decision,
        "decision:renumbered",
        permission="decision:sign",
        reference=work.number("decision", "decision"),
    )
    with speaking("fr"):  # the register is French whatever the screen speaks
        words = _("Draft of %(year)d, signed in %(signed)d under no. %(number)s.")
        said = words % {
            "year": numbering.year_of(former),
            "signed": work.today.year,
            "number": decision.reference,
        }
    numbering.void(work.db, former, said)


def abandon(work: Work, decision: Decision, reason: str) -> None:
    """Give a draft up; its number stays in the register with the reason (F2)."""
    decision = work.hold(decision)
    if decision.status == "signed":
        raise Refused(
            Refusal(
                "already_signed",
                _("This decision is signed: it is corrected by another decision, never removed."),
            )
        )
    work.advance(DECISION, decision, "abandon", reason=reason)
