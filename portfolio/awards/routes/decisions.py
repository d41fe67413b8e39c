"""Decisions: what follows a committee for one call, the draft, the signature, the list to post."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from portfolio.awards import queries, service
from portfolio.awards.forms import DecisionForm, PrepareNoticesForm, ReasonForm, UnreserveForm
from portfolio.awards.models import Decision, Reservation
from portfolio.awards.pdf import decision_pdf, posted_list_pdf
from portfolio.awards.queries.words import KINDS, award_words
from portfolio.awards.service.notifying import prepare_obstacles as notices_obstacles
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Session
from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, FieldError, Invalid
from portfolio.kit.i18n import N_, ngettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.awards import COMMITMENT, DECISION
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("awards")


def typed(bad: Bad | None) -> dict[str, Any]:
    """`v(name, stored)` is what was typed or what is stored, `e(name)` the error beside the field."""

    def value(name: str, stored: object = "") -> object:
        return bad.value(name, stored) if bad and bad.typed else stored

    def error(name: str) -> str | None:
        return bad.error(name) if bad else None

    return {"v": value, "e": error}


def statuses(cycle: Any) -> Any:
    """The statuses of a lifecycle as the options of a filter."""
    from portfolio.web.render import label_of

    return lambda _work: [(s.code, label_of(cycle, s.code)) for s in cycle.states]


def calls_options(work: Work) -> list[tuple[str, str]]:
    """The calls that the actor may see, as the options of a filter."""
    rows = work.db.execute(
        select(Call.id, Call.code)
        .where(work.within("call:view", Call), Call.status.in_(("published", "finalised")))
        .order_by(Call.closes_at.desc())
        .limit(60)
    )
    return [(str(number), code) for number, code in rows]


DECISIONS = Listing(
    name="decisions",
    title=N_("Decisions"),
    route="awards.index",
    id_column=Decision.id,
    statement=lambda work: (
        select(
            Decision.id,
            Decision.reference,
            Decision.kind,
            Call.code,
            Decision.total_minor,
            Decision.prepared_at,
            Decision.signed_at,
            Decision.status,
        )
        .join(Call, Call.id == Decision.call_id)
        .where(work.within("decision:view", Decision))
    ),
    columns=(
        Column("reference", N_("Number"), "link", sort=Decision.reference, href="/awards/{id}"),
        Column("kind", N_("Kind"), words=lambda code: _(KINDS[code])),
        Column("call", N_("Call"), sort=Call.code),
        Column("total", N_("Total (F CFA)"), "money", sort=Decision.total_minor, total=True),
        Column("prepared", N_("Prepared on"), "moment", sort=Decision.prepared_at),
        Column("signed", N_("Signed on"), "moment"),
        Column("status", N_("Status"), "status", cycle=DECISION),
    ),
    filters=(
        Choice("status", N_("Status"), statuses(DECISION), Decision.status),
        Choice("call", N_("Call"), calls_options, Decision.call_id),
    ),
    default_sort="-prepared",
    empty_title=N_("No decision yet"),
    empty_text=N_("A decision is prepared from the final minutes of a session: open the call."),
    template="awards/index.html",
)


@router.get("", name="awards.index")
@allow("decision:view")
def index(work: W, query: Query) -> Response:
    """Decisions, the last ones first."""
    return DECISIONS.respond(work, query)


def call_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """After the committee: credits, commitments, decision, letters and the waiting list of one call."""
    call = work.fetch(Call, id, "call:view")
    found = queries.call_facts(work, call)
    steps = []
    for session in found["sessions"]:
        steps.append(
            {
                "session": session,
                "reserve": list(service.reserve_obstacles(work, session)),
                "commit": list(service.prepare_obstacles(work, session)),
                "decide": list(service.decision_obstacles(work, session)),
            }
        )
    return page(
        work,
        "awards/call.html",
        bad=bad,
        title=_("Awards of %(call)s") % {"call": call.code},
        crumbs=[(call.code, url("calls.show", id=call.id)), (_("Awards"), None)],
        steps=steps,
        cycle=DECISION,
        session_cycle=SESSION,
        notices_blocked=list(notices_obstacles(work, call)),
        promotion_blocked=list(service.promote_obstacles(work, call)) if found["waiting"] else [],
        **found,
        **award_words(),
        **typed(bad),
    )


@router.get("/calls/{id}", name="awards.call")
@allow("decision:view")
def call(work: W, id: int) -> Response:
    """One call after its committee."""
    return call_page(work, id)


def _session(work: Work, id: int, session: int) -> tuple[Call, Session]:
    call = work.fetch(Call, id, "call:view")
    found = committees.get(work, session)
    if (found.subject_type, found.subject_id) != ("call", call.id):
        from portfolio.kit.errors import NotFound

        raise NotFound
    return call, found


@router.post("/calls/{id}/sessions/{session}/reserve", name="awards.reserve")
@allow("commitment:prepare")
@on_refusal(call_page)
def reserve(work: W, id: int, session: int) -> Response:
    """Reserve the credits of the proposals."""
    _call, found = _session(work, id, session)
    made = service.reserve_from_session(work, found)
    words = ngettext("Credits reserved for %(num)s file.", "Credits reserved for %(num)s files.", len(made))
    return done(work, url("awards.call", id=id), words % {"num": len(made)})


@router.post("/calls/{id}/sessions/{session}/commit", name="awards.commit")
@allow("commitment:prepare")
@on_refusal(call_page)
def commit(work: W, id: int, session: int) -> Response:
    """Prepare the commitments."""
    _call, found = _session(work, id, session)
    made = service.prepare_commitments(work, found)
    words = ngettext("%(num)s commitment prepared.", "%(num)s commitments prepared.", len(made))
    return done(work, url("awards.call", id=id), words % {"num": len(made)})


@router.post("/calls/{id}/unreserve", name="awards.unreserve")
@allow("commitment:prepare")
@on_refusal(call_page)
def unreserve(work: W, raw: Raw, id: int) -> Response:
    """Lift one reservation: its credits are free again."""
    call, form = work.fetch(Call, id, "call:view"), UnreserveForm.read(raw)
    held = work.db.get(Reservation, form.reservation)
    if held is None or held.call_id != call.id:
        raise Invalid([FieldError("reservation", _("Choose one of the answers proposed."))])
    service.unreserve(work, held, form.reason)
    return done(work, url("awards.call", id=id), _("The reservation is lifted: its credits are free again."))


@router.post("/calls/{id}/sessions/{session}/decide", name="awards.prepare")
@allow("decision:prepare")
@on_refusal(call_page)
def prepare(work: W, raw: Raw, id: int, session: int) -> Response:
    """Prepare the decision from the minutes."""
    found, sitting = _session(work, id, session)
    decision = service.prepare_decision(work, found, sitting, DecisionForm.read(raw))
    return done(
        work, url("awards.show", id=decision.id), _("The decision is prepared: read it before it is signed.")
    )


@router.post("/calls/{id}/promote", name="awards.promote")
@allow("decision:prepare")
@on_refusal(call_page)
def promote(work: W, id: int) -> Response:
    """Promote the first of the waiting list."""
    decision = service.promote(work, work.fetch(Call, id, "call:view"))
    return done(
        work, url("awards.show", id=decision.id), _("The promotion is prepared: visa, then signature.")
    )


@router.post("/calls/{id}/notices", name="awards.prepare_notices")
@allow("notice:prepare")
@on_refusal(call_page)
def prepare_notices(work: W, raw: Raw, id: int) -> Response:
    """Prepare every letter that is not prepared yet."""
    made = service.prepare_notices(work, work.fetch(Call, id, "call:view"), PrepareNoticesForm.read(raw))
    words = ngettext("%(num)s letter prepared.", "%(num)s letters prepared.", len(made))
    return done(work, url("awards.notices", call=id), words % {"num": len(made)})


def decision_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A decision with its table, its visas and its minutes."""
    decision = queries.get(work, id)
    found = queries.decision_facts(work, decision)
    papers = [
        {"name": p.title, "url": f"/documents/papers/{p.id}", "kind": p.reference, "when": p.issued_at.date()}
        for p in documents.papers_of(work, decision)
    ]
    return page(
        work,
        "awards/show.html",
        bad=bad,
        title=_("Decision %(reference)s") % {"reference": decision.reference},
        crumbs=[
            (_("Decisions"), url("awards.index")),
            (found["call"].code, url("awards.call", id=found["call"].id)),
            (decision.reference, None),
        ],
        cycle=DECISION,
        commitment_cycle=COMMITMENT,
        steps=status_steps(DECISION, decision.status),
        moves=moves(
            work, DECISION, decision, f"/awards/{decision.id}", obstacles={"sign": service.sign_obstacles}
        ),
        papers=papers,
        **found,
        **award_words(),
        **typed(bad),
    )


@router.get("/{id}", name="awards.show")
@allow("decision:view")
def show(work: W, id: int) -> Response:
    """One decision."""
    return decision_page(work, id)


@router.post("/{id}/sign", name="awards.sign")
@allow("decision:sign")
@on_refusal(decision_page)
def sign(work: W, id: int) -> Response:
    """The ordonnateur signs."""
    service.sign_decision(work, queries.get(work, id))
    return done(work, url("awards.show", id=id), _("The decision is signed: every file has its outcome."))


@router.post("/{id}/abandon", name="awards.abandon")
@allow("decision:prepare")
@on_refusal(decision_page)
def abandon(work: W, raw: Raw, id: int) -> Response:
    """Give a draft up."""
    service.abandon(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(
        work, url("awards.show", id=id), _("The draft is abandoned; its number stays in the register.")
    )


@router.get("/{id}/decision.pdf", name="awards.decision_pdf")
@allow("decision:view")
def as_pdf(work: W, id: int) -> Response:
    """The decision as it stands, « PROJET » until it is signed."""
    decision = queries.get(work, id)
    content = decision_pdf(queries.decision_paper(work, decision))
    return pdf_response(work, content, f"{decision.reference}.pdf")


@router.get("/{id}/list.pdf", name="awards.posted_list")
@allow("decision:view")
def posted_list(work: W, id: int, query: Query) -> Response:
    """The list to post: with names, or with récépissé numbers alone."""
    decision = queries.get(work, id)
    names = query.get("names") == "1"
    facts = queries.posted_list_paper(work, decision, names=names)
    facts = documents.marked("posted_list", facts["reference"], facts)
    return pdf_response(work, posted_list_pdf(facts), f"liste-{decision.reference}.pdf")
