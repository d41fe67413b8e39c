"""One paper: its page, its verdict, its photographs."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.justifications import queries, service
from portfolio.justifications.forms import FileForm, ReasonForm, VerdictForm
from portfolio.kit.errors import Bad, FieldError, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.justifications import EXPENSE
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("justifications")


def show_expense(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One paper with what is wrong with it and where the same one stands."""
    expense = queries.get_expense(work, id)
    facts = queries.expense_facts(work, expense)
    report = facts["report"]
    open_moves = {m.verb for m in EXPENSE.open_moves(expense.status)}
    examiner = work.may("justification:review", report) and (
        report.status == "submitted" or (report.status == "validated" and expense.status != "presented")
    )
    return page(
        work,
        "justifications/expense.html",
        bad=bad,
        cycle=EXPENSE,
        may_accept=examiner and "accept" in open_moves,
        may_query=examiner and expense.status == "presented",
        may_refuse=examiner and "refuse" in open_moves,
        may_reconsider=examiner and "reconsider" in open_moves and not list(service.reconsider_obstacles(work, expense)),
        may_allow=bool(facts["to_allow"]) and work.may("justification:validate", report),
        may_attach=work.may("justification:enter", report),
        blocked=list(service.accept_obstacles(work, expense)) if examiner and "accept" in open_moves else [],
        title=_("Paper no. %(n)d") % {"n": expense.number},
        crumbs=[(_("Justifications"), url("justifications.index")),
                (report.reference, url("justifications.show", id=report.id)), (_("Paper no. %(n)d") % {"n": expense.number}, None)],
        **facts,
    )  # fmt: skip


@router.get("/expenses/{id}", name="justifications.expense")
@allow("justification:view")
def show(work: W, id: int) -> Response:
    """One paper."""
    return show_expense(work, id)


def _back(work: Work, id: int, words: str) -> Response:
    return done(work, url("justifications.expense", id=id), words)


@router.post("/expenses/{id}/accept", name="justifications.accept")
@allow("justification:review")
@on_refusal(show_expense)
def accept(work: W, raw: Raw, id: int) -> Response:
    """The verdict: how much of it is accepted, held and refused."""
    service.decide(work, queries.get_expense(work, id), VerdictForm.read(raw))
    return _back(work, id, _("The verdict is kept."))


@router.post("/expenses/{id}/query", name="justifications.query")
@allow("justification:review")
@on_refusal(show_expense)
def query(work: W, raw: Raw, id: int) -> Response:
    """Hold it for clarification."""
    service.query(work, queries.get_expense(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("The paper is held."))


@router.post("/expenses/{id}/refuse", name="justifications.refuse")
@allow("justification:review")
@on_refusal(show_expense)
def refuse(work: W, raw: Raw, id: int) -> Response:
    """Refuse it."""
    service.refuse_expense(work, queries.get_expense(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("The paper is refused."))


@router.post("/expenses/{id}/reconsider", name="justifications.reconsider")
@allow("justification:review")
@on_refusal(show_expense)
def reconsider(work: W, raw: Raw, id: int) -> Response:
    """Take the verdict back."""
    service.reconsider(work, queries.get_expense(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("The verdict is taken back: the paper is held."))


@router.post("/expenses/{id}/allow", name="justifications.allow")
@allow("justification:validate")
@on_refusal(show_expense)
def allow_(work: W, raw: Raw, id: int) -> Response:
    """A second person allows the same invoice or the same file twice."""
    service.allow_duplicate(work, queries.get_expense(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("The same paper is allowed here, with your reason."))


@router.post("/expenses/{id}/file", name="justifications.attach")
@allow("justification:enter")
@on_refusal(show_expense)
def attach(work: W, raw: Raw, id: int) -> Response:
    """Attach a photograph or scan."""
    file = FileForm.read(raw).file
    if not getattr(file, "filename", None):
        raise Invalid([FieldError("file", _("Choose at least one photograph or scan."))])
    service.attach(work, queries.get_expense(work, id), file)
    return _back(work, id, _("The photograph is attached."))
