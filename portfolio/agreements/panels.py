"""Agreements as seen from the group, the call and the file they come from."""

from __future__ import annotations

from sqlalchemy import func, select

from portfolio.agreements.models import Agreement, FormalNotice, Tranche
from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import AGREEMENT, FORMAL_NOTICE
from portfolio.web.panels import Panel, panel
from portfolio.work import Work

TEMPLATE = "agreements/panels.html"


def _rows(work: Work, clause: object, limit: int = 200) -> list[tuple[object, ...]]:
    paid = (
        select(func.coalesce(func.sum(Tranche.paid_minor), 0))
        .where(Tranche.agreement_id == Agreement.id)
        .correlate(Agreement)
        .scalar_subquery()
    )
    statement = (
        select(
            Agreement.id,
            Agreement.reference,
            Agreement.title,
            Agreement.amount_minor,
            paid,
            Agreement.status,
            Group.name,
        )
        .join(Group, Group.id == Agreement.group_id)
        .where(work.within("agreement:view", Agreement), clause)  # type: ignore[arg-type]
        .order_by(Agreement.id.desc())
        .limit(limit)
    )
    return [tuple(row) for row in work.db.execute(statement)]


def _panel(work: Work, clause: object, *, group: bool) -> Panel | None:
    rows = _rows(work, clause)
    if not rows:
        return None
    return Panel(
        _("Grant agreements"),
        TEMPLATE,
        "rows",
        {"rows": rows, "cycle": AGREEMENT, "group": group},
        "agreements",
    )


@panel("group", order=40)
def of_group(work: Work, group: Group) -> Panel | None:
    """The agreements of a group."""
    return _panel(work, Agreement.group_id == group.id, group=False)


@panel("call", order=60)
def of_call(work: Work, call: Call) -> Panel | None:
    """The agreements of a call."""
    return _panel(work, Agreement.call_id == call.id, group=True)


@panel("application", order=60)
def of_application(work: Work, application: Application) -> Panel | None:
    """The agreement made from a file."""
    return _panel(work, Agreement.application_id == application.id, group=False)


@panel("agreement", order=65)
def notices(work: Work, agreement: Agreement) -> Panel | None:
    """The formal notices sent to the group; one query."""
    statement = select(FormalNotice).where(FormalNotice.agreement_id == agreement.id)
    rows = list(work.db.scalars(statement.order_by(FormalNotice.id)))
    may_send = agreement.status in ("active", "suspended") and work.may("formal_notice:send", agreement)
    if not rows and not may_send:
        return None
    facts = {"rows": rows, "cycle": FORMAL_NOTICE, "agreement": agreement, "may_send": may_send}
    return Panel(_("Formal notices"), TEMPLATE, "notices", facts, "notices")
