"""The assessor's home and sheet: declare, mark by keyboard, save, lock."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.committees.queries.words import mark_text
from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, Invalid
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.scoring import SCORE_SHEET
from portfolio.scoring import queries, service
from portfolio.scoring.forms import DeclineForm, PaperForm, ReasonForm, SheetForm
from portfolio.scoring.models import ScoreSheet
from portfolio.scoring.pdf import sheet_pdf
from portfolio.scoring.queries import papers
from portfolio.scoring.queries.sheets import get_managed
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, fragment, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("scoring")
DECLINED = {
    "conflict": N_("A link ties me to this group"),
    "not_my_field": N_("This is not my field"),
    "too_many": N_("I have too many files"),
}


def typed(bad: Bad | None) -> dict[str, Any]:
    """`v(name, stored)` is what was typed or what is stored, `e(name)` the error beside the field."""

    def value(name: str, stored: object = "") -> object:
        return bad.value(name, stored) if bad and bad.typed else stored

    def error(name: str) -> str | None:
        return bad.error(name) if bad else None

    return {"v": value, "e": error}


@router.get("", name="scoring.index")
@allow("score_sheet:fill")
def index(work: W) -> Response:
    """My sheets: those to declare and to fill first."""
    rows = queries.mine(work)
    return page(
        work,
        "scoring/index.html",
        title=_("My sheets"),
        rows=rows,
        pending=[r for r in rows if r[0].status in ("assigned", "open")],
        cycle=SCORE_SHEET,
    )


def sheet_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A sheet: to declare, to fill, or locked."""
    sheet = queries.get(work, id)
    found = queries.sheet_facts(work, sheet)
    mine: bool = found["is_mine"]
    title = _("Score sheet of %(file)s") % {"file": found["application"].reference}
    crumbs: list[tuple[str, str | None]] = [(_("My sheets"), url("scoring.index"))] if mine else []
    return page(
        work,
        "scoring/sheet.html",
        bad=bad,
        title=title,
        crumbs=[*crumbs, (found["application"].reference, None)],
        cycle=SCORE_SHEET,
        steps=status_steps(SCORE_SHEET, sheet.status),
        fills=(mine or sheet.entered_from_paper_by_id == work.actor.id) and sheet.status == "open",
        from_paper=not mine,
        declined_words=DECLINED,
        mark_text=mark_text,
        **found,
        **typed(bad),
    )


@router.get("/sheets/{id}", name="scoring.sheet")
@allow("score_sheet:view", "score:view", "score_sheet:enter")
def sheet(work: W, id: int) -> Response:
    """One sheet."""
    return sheet_page(work, id)


@router.post("/sheets/{id}/declare_none", name="scoring.declare_none")
@allow("score_sheet:fill")
@on_refusal(sheet_page)
def declare_none(work: W, id: int) -> Response:
    """Declare no interest: the file opens."""
    service.declare_none(work, queries.get(work, id))
    return done(work, url("scoring.sheet", id=id), _("Declaration recorded: the file is open to you."))


@router.post("/sheets/{id}/decline", name="scoring.decline")
@allow("score_sheet:fill")
@on_refusal(sheet_page)
def decline(work: W, raw: Raw, id: int) -> Response:
    """Declare a conflict, or decline for another reason."""
    service.decline(work, queries.get(work, id), DeclineForm.read(raw))
    return done(work, url("scoring.index"), _("You have declined this file."))


@router.post("/sheets/{id}/save", name="scoring.save")
@allow("score_sheet:fill", "score_sheet:enter")
@on_refusal(sheet_page)
def save(work: W, raw: Raw, id: int) -> Response:
    """Save the draft; with the lock button, save and lock."""
    found = queries.get(work, id)
    if found.assessor_id != work.actor.id:
        service.enter_from_paper(work, found, PaperForm.read(raw))
        return done(
            work,
            url("scoring.sheet", id=id),
            _("The sheet is entered: its assessor reads it back and locks it."),
        )
    form = SheetForm.read(raw)
    service.save_marks(work, found, form)
    if form.then == "lock":
        service.lock(work, found)
        return done(work, url("scoring.sheet", id=id), _("The sheet is locked."))
    return done(work, url("scoring.sheet", id=id), _("The sheet is saved."))


@router.post("/sheets/{id}/draft", name="scoring.draft")
@allow("score_sheet:fill")
def draft(work: W, raw: Raw, id: int) -> Response:
    """What is typed, saved by itself while it is typed; never locks."""
    found = queries.get(work, id)
    try:
        form = SheetForm.read(raw)
    except Invalid:
        return Response(status_code=422)
    service.save_marks(work, found, form, by_itself=True)
    return fragment(work, "scoring/sheet.html", "saved", at=work.now)


@router.post("/sheets/{id}/lock", name="scoring.lock")
@allow("score_sheet:fill")
@on_refusal(sheet_page)
def lock(work: W, id: int) -> Response:
    """Lock the sheet as saved."""
    service.lock(work, queries.get(work, id))
    return done(work, url("scoring.sheet", id=id), _("The sheet is locked."))


@router.get("/sheets/{id}/sheet.pdf", name="scoring.sheet_pdf")
@allow("score_sheet:view", "score:view")
def as_pdf(work: W, id: int) -> Response:
    """The fiche de notation; the blank grid while nothing is marked."""
    found = queries.get(work, id)
    facts = papers.sheet_paper(work, found)
    if found.status == "locked":
        facts = documents.marked("score_sheet", f"{facts['file']}-FN{found.id}", facts)
    return pdf_response(work, sheet_pdf(facts), f"fiche-{facts['file']}.pdf")


def _managed(work: Work, id: int) -> tuple[ScoreSheet, str]:
    found = get_managed(work, id)
    return found, url("scoring.call", id=found.call_id)


def managed_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The summary of the file that a sheet belongs to: its acts stand there."""
    from portfolio.scoring.routes.files import summary_page

    return summary_page(work, get_managed(work, id).application_id, bad)


@router.post("/sheets/{id}/withdraw", name="scoring.withdraw")
@allow("application:assign")
@on_refusal(managed_page)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Take a file back from an assessor."""
    found, back = _managed(work, id)
    service.withdraw(work, found, ReasonForm.read(raw).reason)
    return done(work, back, _("The assignment is withdrawn."))


@router.post("/sheets/{id}/reopen", name="scoring.reopen")
@allow("score_sheet:reopen")
@on_refusal(managed_page)
def reopen(work: W, raw: Raw, id: int) -> Response:
    """Give a locked sheet back to its assessor."""
    found, back = _managed(work, id)
    service.reopen(work, found, ReasonForm.read(raw).reason)
    return done(
        work, back, _("The sheet is reopened; the marks of the file are hidden until it is locked again.")
    )


@router.post("/sheets/{id}/paper", name="scoring.paper")
@allow("score_sheet:enter")
@on_refusal(managed_page)
def paper(work: W, id: int) -> Response:
    """Take a sheet to enter it from paper."""
    found, _back = _managed(work, id)
    service.open_to_paper(work, found)
    return done(work, url("scoring.sheet", id=id), _("Type in the signed sheet."))


@router.post("/sheets/{id}/set_aside", name="scoring.set_aside")
@allow("application:assign")
@on_refusal(managed_page)
def set_aside(work: W, raw: Raw, id: int) -> Response:
    """Leave an outlier out of the mean."""
    found = queries.get(work, id)
    service.set_aside(work, found, ReasonForm.read(raw).reason)
    return done(work, url("scoring.summary", id=found.application_id), _("The sheet is set aside."))


@router.post("/sheets/{id}/keep", name="scoring.keep")
@allow("application:assign")
@on_refusal(managed_page)
def keep(work: W, raw: Raw, id: int) -> Response:
    """Put it back in the mean."""
    found = queries.get(work, id)
    service.keep(work, found, ReasonForm.read(raw).reason)
    return done(work, url("scoring.summary", id=found.application_id), _("The sheet is back in the mean."))
