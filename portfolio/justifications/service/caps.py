"""A category of costs against its cap, when a paper is accepted (K1)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.justifications.models import Expense
from portfolio.justifications.queries.caps import caps_on, taken
from portfolio.justifications.queries.progress import percent_words
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def cap_refusals(
    work: Work, agreement: Agreement, expense: Expense, line_id: int | None, accepted: int
) -> Iterator[Refusal]:
    """A category of costs takes no more of the grant than its cap on the day of the expense (K1). Locks the agreement: two examiners add in turn."""
    caps = caps_on(work, expense, line_id)
    if caps:
        agreement = work.hold(agreement)
    for cap in caps:
        most, used = agreements.most(cap, agreement), taken(work, agreement, cap.lines, expense.id)
        over = used + accepted - most
        if over <= 0:
            continue
        left = max(0, most - used)
        facts = {
            "n": expense.number,
            "category": cap.category,
            "percent": percent_words(cap.tenths),
            "most": amount(most),
            "used": amount(used),
            "asked": amount(accepted),
            "over": amount(over),
            "left": amount(left),
        }
        yield Refusal(
            "category_cap",
            _(
                "N° %(n)d. « %(category)s » may take %(percent)s of the grant, %(most)s; "
                "%(used)s are accepted, and %(asked)s more would be %(over)s too much."
            )
            % facts,
            way_out=_("Accept %(left)s at most, and refuse the rest with this reason.") % facts
            if left
            else _("Refuse it with this reason: the category has taken all it may."),
            who=who_may("justification:review"),
            missing_minor=over,
            url=f"/agreements/{agreement.id}/caps",
        )
