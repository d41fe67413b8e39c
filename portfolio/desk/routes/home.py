"""The home page, by role."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.styleguide import samples
from portfolio.kit.errors import NotFound
from portfolio.web.act import W, allow, room
from portfolio.web.render import page

router = room("desk", prefix="")


@router.get("/", name="desk.home")
@allow.signed_in
def home(work: W) -> Response:
    """What waits for me."""
    return page(work, "desk/home.html", title="")


@router.get("/styleguide", name="desk.styleguide")
@allow.public
def styleguide(work: W) -> Response:
    """Every component in every state; in the demonstration only."""
    if not work.around.demo:
        raise NotFound
    return page(work, "styleguide/show.html", sample=samples())
