"""The portfolio by objective and place."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.desk.queries import portfolio as queries
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Query, W, allow, room
from portfolio.web.render import page

router = room("portfolio")


@router.get("", name="desk.portfolio")
@allow("agreement:view")
def show(work: W, query: Query) -> Response:
    """Charts made on the server, each with its figures behind it."""
    made = queries.portfolio(work, query.get("framework", ""))
    return page(
        work,
        "desk/portfolio.html",
        title=_("Portfolio by objective and place"),
        made=made,
        years=queries.by_year(work),
    )
