"""The months of the books: which are closed, which one waits, and the acts that close it."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.routes.ledger import ReasonForm, tabs
from portfolio.desk.service import periods as service
from portfolio.kit.errors import Bad
from portfolio.kit.forms import Day, Form
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.rulebook.lifecycles.periods import PERIOD
from portfolio.rulebook.permissions import who_may
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


class PeriodForm(Form):
    """The last day of the month to close."""

    ends_on: Day


def show(work: Work, bad: Bad | None = None) -> Response:
    """Every month proposed or closed, and the next one."""
    found = ledger.periods(work.db)
    people = {n for p in found for n in (p.proposed_by_id, p.closed_by_id) if n}
    return page(
        work,
        "desk/ledger_periods.html",
        bad=bad,
        periods=found,
        names=work.around.names_of(work.db, people),
        closed_until=ledger.closed_until(work.db),
        cycle=PERIOD,
        closers=who_may("period:close"),
        next_end=ledger.next_to_close(work.db, work.today),
        waiting=next((p for p in found if p.status == "proposed"), None),
        tabs=tabs("desk.ledger_periods"),
        title=_("Months of the books"),
        crumbs=[(_("Ledger"), url("desk.ledger")), (_("Months"), None)],
    )


@router.get("/periods", name="desk.ledger_periods")
@allow("ledger:view")
def index(work: W) -> Response:
    """The page."""
    return show(work)


@router.post("/periods", name="desk.propose_period")
@allow("period:propose")
@on_refusal(show)
def propose(work: W, raw: Raw) -> Response:
    """Propose the closing of a month."""
    service.propose(work, PeriodForm.read(raw).ends_on)
    return done(work, url("desk.ledger_periods"), _("The closing is proposed: a second person signs it."))


@router.post("/periods/{id:int}/close", name="desk.close_period")
@allow("period:close")
@on_refusal(show)
def close(work: W, id: int) -> Response:
    """Close the month for good."""
    paper = service.close(work, service.get(work, id))
    return done(
        work,
        url("desk.ledger_periods"),
        _("The month is closed. Its balance is kept: edition %(n)s.") % {"n": paper.reference},
    )


@router.post("/periods/{id:int}/withdraw", name="desk.withdraw_period")
@allow("period:propose")
@on_refusal(show)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Take the proposal back."""
    service.withdraw(work, service.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("desk.ledger_periods"), _("The proposal is withdrawn: the month stays open."))
