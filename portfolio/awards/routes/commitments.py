"""Commitments and the controller's visa."""

from __future__ import annotations

from sqlalchemy import select
from starlette.responses import Response

from portfolio.applications.models import Application
from portfolio.awards import queries, service
from portfolio.awards.forms import ReasonForm
from portfolio.awards.models import Commitment
from portfolio.awards.pdf import commitment_pdf
from portfolio.awards.routes.decisions import calls_options, statuses, typed
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.groups.models import Group
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.awards import COMMITMENT
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("awards")

COMMITMENTS = Listing(
    name="commitments",
    title=N_("Commitments"),
    route="awards.commitments",
    id_column=Commitment.id,
    statement=lambda work: (
        select(
            Commitment.id,
            Commitment.reference,
            Application.reference,
            Group.name,
            Call.code,
            Commitment.amount_minor,
            Commitment.prepared_at,
            Commitment.status,
        )
        .join(Application, Application.id == Commitment.application_id)
        .join(Group, Group.id == Commitment.group_id)
        .join(Call, Call.id == Commitment.call_id)
        .where(work.within("commitment:view", Commitment))
    ),
    columns=(
        Column("reference", N_("Number"), "link", sort=Commitment.reference, href="/awards/commitments/{id}"),
        Column("file", N_("File"), sort=Application.reference),
        Column("group", N_("Applicant"), sort=Group.name),
        Column("call", N_("Call"), sort=Call.code),
        Column("amount", N_("Amount (F CFA)"), "money", sort=Commitment.amount_minor, total=True),
        Column("prepared", N_("Prepared on"), "moment", sort=Commitment.prepared_at),
        Column("status", N_("Visa"), "status", cycle=COMMITMENT),
    ),
    filters=(
        Choice("status", N_("Visa"), statuses(COMMITMENT), Commitment.status),
        Choice("call", N_("Call"), calls_options, Commitment.call_id),
        Search(Group.folded),
    ),
    default_sort="-prepared",
    empty_title=N_("No commitment yet"),
    empty_text=N_("Commitments are prepared from the final minutes of a session: open the call."),
)


@router.get("/commitments", name="awards.commitments")
@allow("commitment:view")
def index(work: W, query: Query) -> Response:
    """Commitments, the last ones first."""
    return COMMITMENTS.respond(work, query)


def commitment_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One commitment as the controller reads it."""
    commitment = queries.get_commitment(work, id)
    found = queries.commitment_facts(work, commitment)
    papers = [
        {"name": p.title, "url": f"/documents/papers/{p.id}", "kind": p.reference, "when": p.issued_at.date()}
        for p in documents.papers_of(work, commitment)
    ]
    return page(
        work,
        "awards/commitment.html",
        bad=bad,
        title=_("Commitment %(reference)s") % {"reference": commitment.reference},
        crumbs=[
            (_("Commitments"), url("awards.commitments")),
            (found["call"].code, url("awards.call", id=found["call"].id)),
            (commitment.reference, None),
        ],
        cycle=COMMITMENT,
        steps=status_steps(COMMITMENT, commitment.status),
        moves=moves(work, COMMITMENT, commitment, f"/awards/commitments/{commitment.id}"),
        papers=papers,
        **found,
        **typed(bad),
    )


@router.get("/commitments/{id}", name="awards.commitment")
@allow("commitment:view")
def show(work: W, id: int) -> Response:
    """One commitment."""
    return commitment_page(work, id)


def _back(work: Work, id: int, message: str) -> Response:
    return done(work, url("awards.commitment", id=id), message)


@router.post("/commitments/{id}/visa", name="awards.visa")
@allow("commitment:visa")
@on_refusal(commitment_page)
def visa(work: W, id: int) -> Response:
    """« Visé »."""
    service.visa(work, queries.get_commitment(work, id))
    return _back(work, id, _("Visa given."))


@router.post("/commitments/{id}/visa_with_reserve", name="awards.visa_with_reserve")
@allow("commitment:visa")
@on_refusal(commitment_page)
def visa_with_reserve(work: W, raw: Raw, id: int) -> Response:
    """« Visé avec réserve »."""
    service.visa_with_reserve(work, queries.get_commitment(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("Visa given with a reservation."))


@router.post("/commitments/{id}/defer", name="awards.defer")
@allow("commitment:visa")
@on_refusal(commitment_page)
def defer(work: W, raw: Raw, id: int) -> Response:
    """« Différé »."""
    service.defer(work, queries.get_commitment(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("Visa deferred."))


@router.post("/commitments/{id}/reject", name="awards.reject")
@allow("commitment:visa")
@on_refusal(commitment_page)
def reject(work: W, raw: Raw, id: int) -> Response:
    """« Rejeté »."""
    service.reject(work, queries.get_commitment(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("Visa refused: the credits are back in the reservation."))


@router.post("/commitments/{id}/release", name="awards.release")
@allow("commitment:prepare")
@on_refusal(commitment_page)
def release(work: W, raw: Raw, id: int) -> Response:
    """Release the credits."""
    service.release(work, queries.get_commitment(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("The credits are released."))


@router.get("/commitments/{id}/sheet.pdf", name="awards.commitment_pdf")
@allow("commitment:view")
def as_pdf(work: W, id: int) -> Response:
    """The fiche d'engagement as it stands."""
    commitment = queries.get_commitment(work, id)
    content = commitment_pdf(queries.commitment_paper(work, commitment))
    return pdf_response(work, content, f"{commitment.reference}.pdf")
