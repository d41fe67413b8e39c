"""The list, the page, preparing and correcting an agreement, « et si… », the paper."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AgreementForm, EditForm, WhatIfForm
from portfolio.agreements.models import Agreement
from portfolio.agreements.pdf import agreement_pdf
from portfolio.agreements.reference import (
    AMENDMENT_WORDS,
    CONDITION_WORDS,
    MODALITY_WORDS,
    SOURCE_WORDS,
)
from portfolio.agreements.routes.listing import LISTING
from portfolio.awards.models import Award
from portfolio.documents import queries as documents
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Bad, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.text import last4
from portfolio.rulebook.lifecycles.agreements import AGREEMENT, AMENDMENT, TRANCHE
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("agreements")


def choices() -> dict[str, Any]:
    """Words of codes, for selects and tables."""
    return {
        "condition_words": CONDITION_WORDS,
        "modality_words": MODALITY_WORDS,
        "source_words": SOURCE_WORDS,
        "amendment_words": AMENDMENT_WORDS,
        "tranche_cycle": TRANCHE,
        "amendment_cycle": AMENDMENT,
        "cycle": AGREEMENT,
        "proof_text": queries.proof_text,
    }


def account_options(accounts: list[GroupAccount]) -> list[tuple[str, str]]:
    """Verified accounts as choices, by their keeper and last four characters."""
    return [("", _("None yet")), *((str(a.id), f"{a.provider} {last4(a.number)}") for a in accounts)]


@router.get("", name="agreements.index")
@allow("agreement:view")
def index(work: W, query: Query) -> Response:
    """The list."""
    return LISTING.respond(work, query)


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page of one agreement."""
    agreement = queries.get(work, id)
    found = queries.agreement_page(work, agreement)
    actions = moves(
        work,
        AGREEMENT,
        agreement,
        url("agreements.show", id=id),
        obstacles={"check": service.check_obstacles, "countersign": service.countersign_obstacles},
        pages={
            "record_group_signature": url("agreements.group_signature", id=id),
            "suspend": url("agreements.suspend_page", id=id),
            "terminate": url("agreements.terminate_page", id=id),
        },
        leave_out=("close",),
    )
    return page(
        work,
        "agreements/show.html",
        bad=bad,
        title=agreement.title,
        crumbs=[(_("Grant agreements"), url("agreements.index")), (agreement.reference, None)],
        steps=status_steps(AGREEMENT, agreement.status),
        moves=actions,
        documents=documents.shown(work, agreement),
        **found,
        **choices(),
    )


@router.get("/{id:int}", name="agreements.show")
@allow("agreement:view")
def show(work: W, id: int) -> Response:
    """One agreement."""
    return show_page(work, id)


def prepare_page(
    work: Work, award: int, usual: str = "three", bad: Bad | None = None, edited: Agreement | None = None
) -> Response:
    """The form that prepares an agreement, or corrects one."""
    found = work.fetch(Award, award, "agreement:view")
    facts = queries.edit_facts(work, found, usual)
    if edited is not None:
        facts |= queries.present(work, edited)
    return page(
        work,
        "agreements/edit.html",
        bad=bad,
        title=_("Correct the agreement") if edited else _("Prepare the agreement"),
        crumbs=[(_("Grant agreements"), url("agreements.index"))],
        edited=edited,
        account_options=account_options(facts["accounts"]),
        **facts,
        **choices(),
    )


@router.get("/new", name="agreements.new")
@allow("agreement:prepare")
def new(work: W, query: Query) -> Response:
    """Prepare the agreement of an award; without one, choose among the awards that wait."""
    award = query.get("award", "")
    if not award.isdigit():
        return page(
            work,
            "agreements/waiting.html",
            title=_("Prepare the agreement"),
            crumbs=[(_("Grant agreements"), url("agreements.index"))],
            rows=queries.awards_waiting(work),
        )
    return prepare_page(work, int(award), query.get("usual", "three"))


@router.post("/new/{award:int}", name="agreements.create")
@allow("agreement:prepare")
@on_refusal(prepare_page)
def create(work: W, raw: Raw, award: int) -> Response:
    """Store it."""
    found = work.fetch(Award, award, "agreement:view")
    agreement = service.create(work, found, AgreementForm.read(raw))
    return done(work, url("agreements.show", id=agreement.id), _("Agreement prepared."))


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The same form, filled with what stands."""
    agreement = queries.get(work, id)
    return prepare_page(work, agreement.award_id, bad=bad, edited=agreement)


@router.get("/{id:int}/edit", name="agreements.edit")
@allow("agreement:prepare")
def edit_form(work: W, id: int) -> Response:
    """Correct an agreement before its checks."""
    return edit_page(work, id)


@router.post("/{id:int}/edit", name="agreements.edit_post")
@allow("agreement:prepare")
@on_refusal(edit_page)
def edit(work: W, raw: Raw, id: int) -> Response:
    """Store the corrections."""
    service.edit(work, queries.get(work, id), EditForm.read(raw))
    return done(work, url("agreements.show", id=id), _("Agreement corrected."))


@router.get("/{id:int}/what-if", name="agreements.what_if")
@allow("agreement:view")
def what_if(work: W, query: Query, id: int) -> Response:
    """« et si… »: a date, expenses accepted by then, and what would still block each tranche."""
    agreement = queries.get(work, id)
    bad, form = None, WhatIfForm()
    try:
        form = WhatIfForm.read(query)
    except Invalid as error:
        bad = Bad.of(error, dict(query.items()))
    return page(
        work,
        "agreements/what_if.html",
        bad=bad,
        status=422 if bad else 200,
        title=_("What if…"),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=id)),
        ],
        agreement=agreement,
        on=form.on or work.today,
        accepted=form.accepted or 0,
        met=set(form.met),
        only=form.tranche,
        rows=queries.simulate(work, agreement, form.on, form.accepted or 0, form.met, form.tranche),
        **choices(),
    )


@router.get("/{id:int}/paper", name="agreements.paper")
@allow("agreement:view")
def paper(work: W, id: int) -> Response:
    """The convention as it stands: « PROJET » until its text is settled; once signed, the paper that was issued."""
    agreement = queries.get(work, id)
    issued = documents.paper(work, "agreement", agreement)
    if issued is not None:
        return pdf_response(work, documents.bytes_of(work, issued), f"{agreement.reference}.pdf")
    with speaking("fr"):
        facts = queries.agreement_facts(work, agreement)
    content = agreement_pdf({**facts, "reference": agreement.reference})
    return pdf_response(work, content, f"{agreement.reference}-projet.pdf")
