"""Red flags of a group: its exclusions, and the clearing of a flag by two people."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.groups import queries, service
from portfolio.groups.forms import ClearForm, ExclusionForm
from portfolio.groups.routes.records import show_page
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done
from portfolio.web.urls import url

router = room("groups")


@router.post("/{id}/flags/exclude", name="groups.exclude")
@allow("group:block")
@on_refusal(show_page)
def exclude(work: W, raw: Raw, id: int) -> Response:
    """Record an exclusion from its act."""
    service.exclude(work, queries.get(work, id), ExclusionForm.read(raw))
    return done(work, f"{url('groups.show', id=id)}#flags", _("Exclusion recorded."), "warn")


@router.post("/{id}/flags/propose", name="groups.propose_clearing")
@allow("red_flag:propose")
@on_refusal(show_page)
def propose(work: W, raw: Raw, id: int) -> Response:
    """Say why a flag is no obstacle."""
    service.propose_clearing(work, queries.get(work, id), ClearForm.read(raw))
    return done(work, f"{url('groups.show', id=id)}#flags", _("Clearing proposed: another person decides."))


@router.post("/{id}/flags/{flag:int}/clear", name="groups.clear_flag")
@allow("red_flag:clear")
@on_refusal(show_page)
def clear(work: W, id: int, flag: int) -> Response:
    """Clear a flag."""
    group = queries.get(work, id)
    row = queries.get_flag(work, group, flag)
    if row is None:
        raise NotFound
    service.clear(work, group, row)
    return done(work, f"{url('groups.show', id=id)}#flags", _("Flag cleared, with its reason."))
