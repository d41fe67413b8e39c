"""The server's clock when it disagrees with the books: one person proposes to admit it, another admits it (C09)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.routes.ledger import ReasonForm, show_checks
from portfolio.desk.service import clock as service
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done
from portfolio.web.urls import url

router = room("ledger")


@router.post("/clock", name="desk.propose_clock")
@allow("period:propose")
@on_refusal(show_checks)
def propose(work: W, raw: Raw) -> Response:
    """Propose to admit the clock as it is."""
    service.propose(work, ReasonForm.read(raw).reason)
    return done(work, url("desk.ledger_checks"), _("The admission is proposed: a second person signs it."))


@router.post("/clock/{id:int}/admit", name="desk.admit_clock")
@allow("period:close")
@on_refusal(show_checks)
def admit(work: W, id: int) -> Response:
    """Admit it: the next entry is judged against this moment."""
    service.admit(work, service.get(work, id))
    return done(work, url("desk.ledger_checks"), _("The clock is admitted: entries can be made again."))


@router.post("/clock/{id:int}/withdraw", name="desk.withdraw_clock")
@allow("period:propose")
@on_refusal(show_checks)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Take the proposal back."""
    service.withdraw(work, service.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("desk.ledger_checks"), _("The proposal is withdrawn."))
