"""Erasing who a person reached is: proposed by one person, done by another (T09)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.beneficiaries import queries, service
from portfolio.beneficiaries.forms import ErasureForm, ReasonForm
from portfolio.beneficiaries.routes.door import router
from portfolio.beneficiaries.routes.people import person_page
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done
from portfolio.web.urls import url
from portfolio.work import Work


def erasure_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The person of an erasure, when an act on it is refused."""
    return person_page(work, queries.get_erasure(work, id).person_id, None, bad)


@router.post("/people/{id:int}/erasure", name="beneficiaries.propose_erasure")
@allow("reach:record")
@on_refusal(person_page)
def propose(work: W, raw: Raw, id: int) -> Response:
    """Propose to erase."""
    service.propose_erasure(work, queries.get(work, id), ErasureForm.read(raw))
    return done(
        work, url("beneficiaries.person", id=id), _("The erasure is proposed: a second person does it.")
    )


@router.post("/erasures/{id:int}/erase", name="beneficiaries.erase")
@allow("erasure:decide")
@on_refusal(erasure_page)
def erase(work: W, id: int) -> Response:
    """Erase for good."""
    found = queries.get_erasure(work, id)
    service.erase(work, found)
    return done(work, url("beneficiaries.person", id=found.person_id), _("The data are erased for good."))


@router.post("/erasures/{id:int}/withdraw", name="beneficiaries.withdraw_erasure")
@allow("reach:record")
@on_refusal(erasure_page)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Take the proposal back."""
    found = queries.get_erasure(work, id)
    service.withdraw_erasure(work, found, ReasonForm.read(raw).reason)
    return done(work, url("beneficiaries.person", id=found.person_id), _("The proposal is withdrawn."))
