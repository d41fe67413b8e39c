"""Two accounts that look like one person's: why they are two people, and who confirms it (M09)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.accounts import queries, service
from portfolio.accounts.forms import TwinForm
from portfolio.accounts.routes.people import person_page
from portfolio.accounts.routes.signing import router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done
from portfolio.web.urls import url
from portfolio.work import Work


@router.post("/people/{id}/twins", name="accounts.say_two")
@allow("role:grant")
@on_refusal(person_page)
def say_two(work: W, raw: Raw, id: int) -> Response:
    """Say why another account is another person's."""
    form = TwinForm.read(raw)
    service.say_two(work, queries.person(work, id), form.other_id, form.distinct)
    return done(work, url("accounts.person", id=id), _("Recorded. A second person must confirm it."))


def _page(work: Work, id: int, bad: Bad | None = None) -> Response:
    return person_page(work, queries.get_twin(work, id).first_id, bad)


@router.post("/twins/{id}/confirm", name="accounts.confirm_two")
@allow("role:grant")
@on_refusal(_page)
def confirm_two(work: W, id: int) -> Response:
    """Confirm, as second person, that they are two people."""
    row = queries.get_twin(work, id)
    service.confirm_two(work, row)
    return done(work, url("accounts.person", id=row.first_id), _("Confirmed: they are two people."))
