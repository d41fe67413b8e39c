"""Reports: the list, a new one, its page, its grids and its verbs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from portfolio.agreements.models import Agreement, Tranche
from portfolio.groups.models import Group
from portfolio.justifications import queries, service
from portfolio.justifications.forms import (
    GridForm,
    NewReportForm,
    PhotosForm,
    ReasonForm,
    ReportForm,
    VerdictsForm,
)
from portfolio.justifications.models import Expense, Justification
from portfolio.justifications.pdf import report_pdf
from portfolio.kit.errors import Bad, FieldError, Invalid
from portfolio.kit.i18n import N_, ngettext, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.search import search_clause
from portfolio.rulebook.lifecycles.justifications import EXPENSE, JUSTIFICATION
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("justifications")
J = Justification


def _statement(work: Work) -> Any:
    sums = (
        select(
            Expense.justification_id.label("id"),
            func.sum(Expense.amount_minor).label("presented"),
            func.sum(Expense.accepted_minor).label("accepted"),
            func.sum(Expense.queried_minor).label("queried"),
            func.sum(Expense.refused_minor).label("refused"),
        )
        .group_by(Expense.justification_id)
        .subquery()
    )
    return (
        select(
            J.id,
            J.reference,
            Agreement.reference,
            Group.name,
            Tranche.number,
            J.to_on,
            func.coalesce(sums.c.presented, 0),
            func.coalesce(sums.c.accepted, 0),
            func.coalesce(sums.c.queried, 0),
            func.coalesce(sums.c.refused, 0),
            J.status,
        )
        .join(Agreement, Agreement.id == J.agreement_id)
        .join(Group, Group.id == J.group_id)
        .join(Tranche, Tranche.id == J.tranche_id)
        .outerjoin(sums, sums.c.id == J.id)
        .where(work.within("justification:view", J))
    )


LISTING = Listing(
    name="justifications",
    title=N_("Justifications of expenses"),
    route="justifications.index",
    statement=_statement,
    id_column=J.id,
    default_sort="-reference",
    columns=(
        Column("reference", N_("Report"), "link", sort=J.reference, href="/justifications/{id}"),
        Column("agreement", N_("Agreement"), sort=Agreement.reference),
        Column("group", N_("Group"), sort=Group.name),
        Column("tranche", N_("Tranche"), "number"),
        Column("to", N_("Until"), "date", sort=J.to_on),
        Column("presented", N_("Presented"), "money", total=True),
        Column("accepted", N_("Accepted"), "money", total=True),
        Column("queried", N_("Held"), "money", total=True),
        Column("refused", N_("Rejected"), "money", total=True),
        Column("status", N_("Status"), "status", sort=J.status, cycle=JUSTIFICATION),
    ),
    filters=(
        Search(Group.folded, where=lambda work, value: search_clause(Group.folded, value)),
        Choice(
            "status",
            N_("Status"),
            lambda work: [(s.code, pgettext("justification", s.label)) for s in JUSTIFICATION.states],
            J.status,
        ),
        Period("from", N_("Period ended since"), J.to_on),
        Period("to", N_("Period ended until"), J.to_on, side="to"),
    ),
    new_url="/justifications/new",
    new_label=N_("Open a report"),
    new_permission="justification:enter",
    empty_title=N_("No report yet"),
    empty_text=N_("A report is opened on an advance that was paid. Remove a filter, or open one."),
)


@router.get("", name="justifications.index")
@allow("justification:view")
def index(work: W, query: Query) -> Response:
    """Every report."""
    return LISTING.respond(work, query)


def show_new(work: Work, bad: Bad | None = None, tranche: int | None = None) -> Response:
    """The page that opens a report: the advances that wait for one, the oldest first."""
    choices = queries.tranche_choices(work)
    chosen = next((row for row in choices if row[0].id == tranche), None)
    return page(
        work,
        "justifications/new.html",
        bad=bad,
        choices=choices,
        chosen=chosen,
        blocked=list(service.create_obstacles(work, chosen[0])) if chosen else [],
        title=_("Open a report"),
        crumbs=[(_("Justifications"), url("justifications.index")), (_("Open a report"), None)],
    )


@router.get("/new", name="justifications.new")
@allow("justification:enter")
def new(work: W, query: Query) -> Response:
    """A new report."""
    typed = query.get("tranche", "")
    return show_new(
        work, tranche=int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    )


def _again_new(work: Work, bad: Bad) -> Response:
    typed = str(bad.value("tranche_id"))
    return show_new(
        work, bad, int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    )


@router.post("", name="justifications.create")
@allow("justification:enter")
@on_refusal(_again_new)
def create(work: W, raw: Raw) -> Response:
    """Open it."""
    report = service.create_on(work, NewReportForm.read(raw))
    return done(
        work, url("justifications.grid", id=report.id), _("Report %(n)s is open.") % {"n": report.reference}
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A report: progress, papers, cash, what can be done."""
    report = queries.get(work, id)
    obstacles = {
        "submit": service.submit_obstacles,
        "review": service.review_obstacles,
        "validate": service.validate_obstacles,
        "clear": service.clear_obstacles,
    }
    facts = queries.facts(work, report)
    leave_out: tuple[str, ...] = ()
    if report.status == "validated" and not any(
        r.expense.cleared_minor < r.expense.accepted_minor for r in facts["rows"]
    ):
        leave_out = ("clear",)
    return page(
        work,
        "justifications/show.html",
        bad=bad,
        steps=status_steps(JUSTIFICATION, report.status),
        moves=moves(
            work, JUSTIFICATION, report, f"/justifications/{id}", obstacles=obstacles, leave_out=leave_out
        ),
        expense_cycle=EXPENSE,
        cycle=JUSTIFICATION,
        title=_("Report %(n)s") % {"n": report.reference},
        crumbs=[(_("Justifications"), url("justifications.index")), (report.reference, None)],
        **facts,
    )


@router.get("/{id}", name="justifications.show")
@allow("justification:view")
def show(work: W, id: int) -> Response:
    """One report."""
    return show_page(work, id)


def show_edit(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The head of a report: period, cash, contribution."""
    report = queries.get(work, id)
    return page(
        work,
        "justifications/edit.html",
        bad=bad,
        **queries.edit_facts(work, report),
        title=_("Report %(n)s") % {"n": report.reference},
        crumbs=[(_("Justifications"), url("justifications.index")), (report.reference, url("justifications.show", id=id)),
                (_("Period and cash"), None)],
    )  # fmt: skip


@router.get("/{id}/edit", name="justifications.edit")
@allow("justification:enter")
def edit_page(work: W, id: int) -> Response:
    """Correct the head of a report."""
    return show_edit(work, id)


@router.post("/{id}/edit", name="justifications.edit_post")
@allow("justification:enter")
@on_refusal(show_edit)
def edit(work: W, raw: Raw, id: int) -> Response:
    """Keep it."""
    service.edit(work, queries.get(work, id), ReportForm.read(raw))
    return done(work, url("justifications.show", id=id), _("Saved."))


BLANK_ROWS = (8, 30, 70)


def show_grid(work: Work, id: int, bad: Bad | None = None, blank: int = 8) -> Response:
    """The keyboard grid of papers; what was typed comes back row by row when it is refused."""
    report = queries.get(work, id)
    found = queries.expenses(work, report)
    typed = bad.typed if bad else {}
    count = max(len(found) + blank, _rows_typed(typed))
    facts = queries.facts(work, report)
    return page(
        work,
        "justifications/grid.html",
        bad=bad,
        found=found,
        count=count,
        blanks={n: n == blank for n in BLANK_ROWS},
        entered=sum(e.amount_minor for e in found),
        next_number=queries.next_number(work, report.agreement_id),
        kind_options=queries.kind_options(),
        method_options=queries.method_options(),
        title=_("Papers of report %(n)s") % {"n": report.reference},
        crumbs=[(_("Justifications"), url("justifications.index")), (report.reference, url("justifications.show", id=id)),
                (_("Papers"), None)],
        **facts,
    )  # fmt: skip


def _rows_typed(typed: dict[str, object]) -> int:
    numbers = [
        int(name.split("-")[1])
        for name in typed
        if name.startswith("lines-") and name.split("-")[1].isdigit()
    ]
    return min(max(numbers, default=-1) + 1, 200)


@router.get("/{id}/expenses", name="justifications.grid")
@allow("justification:enter")
def grid(work: W, query: Query, id: int) -> Response:
    """Enter the papers, with as many blank rows as asked."""
    return show_grid(work, id, blank=next((n for n in BLANK_ROWS if str(n) == query.get("rows")), 8))


@router.post("/{id}/expenses", name="justifications.grid_post")
@allow("justification:enter")
@on_refusal(show_grid)
def save_grid(work: W, raw: Raw, id: int) -> Response:
    """Keep the grid."""
    count = service.present_all(work, queries.get(work, id), GridForm.read(raw))
    words = ngettext("%(num)d paper kept.", "%(num)d papers kept.", count) % {"num": count}
    return done(work, url("justifications.grid", id=id), words)


def show_verdicts(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The examination grid."""
    report = queries.get(work, id)
    return page(
        work,
        "justifications/verdicts.html",
        bad=bad,
        expense_cycle=EXPENSE,
        title=_("Examination of report %(n)s") % {"n": report.reference},
        crumbs=[(_("Justifications"), url("justifications.index")), (report.reference, url("justifications.show", id=id)),
                (_("Examination"), None)],
        **queries.facts(work, report),
    )  # fmt: skip


@router.get("/{id}/verdicts", name="justifications.verdicts")
@allow("justification:review")
def verdicts(work: W, id: int) -> Response:
    """Examine the papers."""
    return show_verdicts(work, id)


@router.post("/{id}/verdicts", name="justifications.verdicts_post")
@allow("justification:review")
@on_refusal(show_verdicts)
def decide(work: W, raw: Raw, id: int) -> Response:
    """Keep the verdicts."""
    count = service.decide_all(work, queries.get(work, id), VerdictsForm.read(raw))
    words = ngettext("%(num)d verdict kept.", "%(num)d verdicts kept.", count) % {"num": count}
    return done(work, url("justifications.verdicts", id=id), words)


@router.post("/{id}/photos", name="justifications.photos")
@allow("justification:enter")
@on_refusal(show_page)
def photos(work: W, raw: Raw, id: int) -> Response:
    """Photographs in one go; names that begin with a number go to that paper."""
    uploads = [f for f in PhotosForm.read(raw).files if getattr(f, "filename", None)]
    if not uploads:
        raise Invalid([FieldError("files", _("Choose at least one photograph or scan."))])
    placed, loose = service.attach_many(work, queries.get(work, id), uploads)
    words = ngettext(
        "%(num)d photograph attached to its paper.", "%(num)d photographs attached to their papers.", placed
    )
    words %= {"num": placed}
    if loose:
        words += " " + _("Kept with the report, without a number: %(names)s.") % {
            "names": ", ".join(loose[:10])
        }
    return done(work, url("justifications.show", id=id), words, tone="warn" if loose else "good")


@router.post("/{id}/submit", name="justifications.submit")
@allow("justification:submit")
@on_refusal(show_page)
def submit(work: W, id: int) -> Response:
    """Submit the report."""
    service.submit(work, queries.get(work, id))
    return done(work, url("justifications.show", id=id), _("The report is submitted."))


@router.post("/{id}/return", name="justifications.return")
@allow("justification:review")
@on_refusal(show_page)
def return_(work: W, raw: Raw, id: int) -> Response:
    """Return it with a reason."""
    service.return_(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("justifications.show", id=id), _("The report is returned."))


@router.post("/{id}/review", name="justifications.review")
@allow("justification:review")
@on_refusal(show_page)
def review(work: W, id: int) -> Response:
    """Close the examination."""
    service.review(work, queries.get(work, id))
    return done(
        work, url("justifications.show", id=id), _("The examination is closed: a second person validates it.")
    )


@router.post("/{id}/resume_review", name="justifications.resume_review")
@allow("justification:validate")
@on_refusal(show_page)
def resume_review(work: W, raw: Raw, id: int) -> Response:
    """Send it back to the examiner."""
    service.resume_review(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("justifications.show", id=id), _("The report is back with the examiner."))


@router.post("/{id}/validate", name="justifications.validate")
@allow("justification:validate")
@on_refusal(show_page)
def validate(work: W, id: int) -> Response:
    """Validate it: the advance is cleared."""
    service.validate(work, queries.get(work, id))
    return done(
        work, url("justifications.show", id=id), _("The report is validated and the advance is cleared.")
    )


@router.post("/{id}/clear", name="justifications.clear")
@allow("justification:validate")
@on_refusal(show_page)
def clear(work: W, id: int) -> Response:
    """Clear what was accepted since."""
    service.clear(work, queries.get(work, id))
    return done(work, url("justifications.show", id=id), _("What was accepted since is cleared."))


@router.get("/{id}/draft.pdf", name="justifications.draft")
@allow("justification:view")
def draft(work: W, id: int) -> Response:
    """The financial report as it stands, marked « PROJET » until it is submitted."""
    report = queries.get(work, id)
    return pdf_response(work, report_pdf(service.report_facts(work, report)), f"{report.reference}.pdf")
