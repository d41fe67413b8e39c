"""The four dates in their order: visa of the commitment, decision, notification, agreement (R1, R2, R11); looked at again at each act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from portfolio.agreements import queries
from portfolio.agreements.models import Agreement
from portfolio.agreements.service.prepare import committed_on
from portfolio.awards.models import Commitment, Decision
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def acts_before(work: Work, agreement: Agreement) -> dict[str, Any]:
    """The days of the three acts that an agreement rests on; None for what is not done."""
    decision = work.db.get_one(Decision, agreement.decision_id)
    return {
        "committed_on": committed_on(work, work.db.get_one(Commitment, agreement.commitment_id)),
        "decided_on": decision.signed_at.date() if decision.signed_at else None,
        "notified_on": queries.notified_on(work, agreement.application_id),
    }


def date_refusals(work: Work, agreement: Agreement, signed_on: date | None = None) -> Iterator[Refusal]:
    """Every act that is missing or out of order before a signature on this day; without a day, before the text is sent."""
    days = acts_before(work, agreement)
    committed: date | None = days["committed_on"]
    decided: date | None = days["decided_on"]
    notified: date | None = days["notified_on"]
    if committed is None or decided is None or committed > decided:
        yield Refusal(
            "dates_out_of_order",
            _("The order of the dates is broken: commitment and visa, then decision, then agreement."),
            way_out=_("Return the agreement and correct the date that is wrong."),
            who=who_may("agreement:check"),
        )
        return
    if signed_on is None:
        return
    if notified is None:
        yield Refusal(
            "not_notified",
            _("The award has not been notified to the group: no letter of award was sent."),
            way_out=_("Have the letter checked and sent, then the agreement signed."),
            who=who_may("notice:send"),
        )
    for name, before in ((_("decision"), decided), (_("notification"), notified)):
        if before is not None and signed_on < before:
            yield Refusal(
                "dates_out_of_order",
                _("The agreement is dated %(signed)s, before the %(act)s of %(when)s.")
                % {"signed": date_text(signed_on), "act": name, "when": date_text(before)},
                way_out=_("Return the agreement and correct the date that is wrong."),
                who=who_may("agreement:check"),
            )
