"""The exercices of the budget: what is left to pay, what stands on each line, and the acts that close it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from starlette.responses import Response

from portfolio.desk.queries import exercices as queries
from portfolio.desk.routes.ledger import ReasonForm, tabs
from portfolio.desk.service import exercices as service
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.forms import Form, LongLine, Reason, text
from portfolio.kit.i18n import gettext as _
from portfolio.ledger.queries import LedgerExercice
from portfolio.rulebook.lifecycles.periods import EXERCICE
from portfolio.rulebook.permissions import who_may
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


class ClosingForm(Form):
    """The act that allows the close and the carrying of credits, and the funds whose unused credits are carried."""

    multiple: ClassVar[frozenset[str]] = frozenset({"carry"})

    act: LongLine
    reason: Reason
    carry: list[Annotated[str, text(40)]] = []


@router.get("/exercices", name="desk.exercices")
@allow("ledger:view")
def index(work: W) -> Response:
    """Every exercice that has credits, with its sums."""
    return page(
        work,
        "desk/exercices.html",
        states=[queries.state(work, year) for year in queries.years(work)],
        cycle=EXERCICE,
        tabs=tabs("desk.exercices"),
        title=_("Exercices"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Exercices"), None)],
    )


def _typed(bad: Bad | None) -> list[object]:
    """The funds that were ticked on a form that is shown again."""
    found = bad.value("carry", []) if bad else []
    return list(found) if isinstance(found, list) else [found]


def show(work: Work, year: int, bad: Bad | None = None) -> Response:
    """One exercice: what is left to pay, the credits of each line, and who closes it."""
    if year not in queries.years(work):
        raise NotFound
    found = queries.state(work, year)
    closing = found.closing
    people = {n for n in (closing.proposed_by_id, closing.closed_by_id) if n} if closing else set()
    return page(
        work,
        "desk/exercice.html",
        bad=bad,
        shown=found,
        closing=closing,
        names=work.around.names_of(work.db, people),
        cycle=EXERCICE,
        closers=who_may("period:close"),
        blocked=[] if found.closed else list(service.close_obstacles(work, year)),
        options=[] if closing else queries.carry_options(work, year),
        typed=_typed(bad),
        tabs=tabs("desk.exercices"),
        title=_("Exercice %(year)s") % {"year": year},
        crumbs=[
            (_("Ledger"), url("desk.ledger")),
            (_("Exercices"), url("desk.exercices")),
            (str(year), None),
        ],
    )


@router.get("/exercices/{year:int}", name="desk.exercice")
@allow("ledger:view")
def one(work: W, year: int) -> Response:
    """One exercice."""
    return show(work, year)


@router.post("/exercices/{year:int}/propose", name="desk.propose_exercice")
@allow("period:propose")
@on_refusal(show)
def propose(work: W, raw: Raw, year: int) -> Response:
    """Propose to close it."""
    form = ClosingForm.read(raw)
    service.propose(work, year, form.act, form.reason, form.carry)
    return done(
        work,
        url("desk.exercice", year=year),
        _("The closing of the exercice is proposed: a second person signs it."),
    )


def _closing(work: Work, year: int) -> LedgerExercice:
    found = queries.closing_of(work, year) or queries.withdrawn_of(work, year)
    if found is None:
        raise NotFound
    return found


@router.post("/exercices/{year:int}/close", name="desk.close_exercice")
@allow("period:close")
@on_refusal(show)
def close(work: W, year: int) -> Response:
    """Close it for good."""
    paper = service.close(work, _closing(work, year))
    return done(
        work,
        url("desk.exercice", year=year),
        _("The exercice is closed. Its statement is kept: edition %(n)s.") % {"n": paper.reference},
    )


@router.post("/exercices/{year:int}/withdraw", name="desk.withdraw_exercice")
@allow("period:propose")
@on_refusal(show)
def withdraw(work: W, raw: Raw, year: int) -> Response:
    """Take the proposal back."""
    service.withdraw(work, _closing(work, year), ReasonForm.read(raw).reason)
    return done(
        work,
        url("desk.exercice", year=year),
        _("The proposal is withdrawn: the exercice stays open."),
    )


@router.post("/exercices/{year:int}/print", name="desk.print_exercice")
@allow("ledger:print")
@on_refusal(show)
def print_(work: W, year: int) -> Response:
    """Print the statement as it stands."""
    work.require("ledger:print")
    if year not in queries.years(work):
        raise NotFound
    paper = service.print_state(work, queries.state(work, year))
    return done(
        work, f"/documents/papers/{paper.id}", _("%(n)s is printed and kept.") % {"n": paper.reference}
    )
