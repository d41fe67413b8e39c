"""Why a group or its account cannot be paid yet (I4, M12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from portfolio.documents.reference import figure
from portfolio.groups.models import GroupAccount
from portfolio.groups.queries import Flag
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may


def account_refusals(
    account: GroupAccount | None, at: datetime, agreement_id: int | None = None
) -> Iterator[Refusal]:
    """Why the group cannot be paid on this account at this moment (M12)."""
    where = f"/agreements/{agreement_id}" if agreement_id else ""
    if account is None:
        yield Refusal(
            "no_account",
            _("No account of the group is attached to the agreement."),
            way_out=_("Have an account proposed, verified by a second person, then attach it."),
            who=who_may("group_account:propose"),
            url=where,
        )
        return
    yield from verified_refusals(
        account.status,
        account.verified_at,
        at,
        unverified=_("The account of the group has not been verified by a second person."),
        who=who_may("group_account:verify"),
        url=f"/groups/{account.group_id}",
    )


def verified_refusals(
    status: str, verified_at: datetime | None, at: datetime, *, unverified: str, who: str, url: str
) -> Iterator[Refusal]:
    """An account is paid once a second person has verified it, and so many hours later: a group's as a supplier's (M12)."""
    if status != "verified" or verified_at is None:
        way_out = _("Compare the holder with the bank's certificate, then verify the account.")
        yield Refusal("account_unverified", unverified, way_out=way_out, who=who, url=url)
        return
    hours = figure("cooling_hours", at.date())
    ready = verified_at + timedelta(hours=hours)
    if at < ready:
        yield Refusal(
            "account_cooling",
            _("The account was verified less than %(hours)d hours ago: no payment before %(when)s.")
            % {"hours": hours, "when": datetime_text(ready)},
            way_out=_("Wait until then: a changed account is never paid on the same day."),
        )


def flag_refusals(flags: Iterable[Flag], group_id: int) -> Iterator[Refusal]:
    """No first money to a group with an open red flag (I4)."""
    for flag in flags:
        words = _("Red flag on the group: %(words)s No first payment before it is cleared.")
        way_out = _(
            "Settle the matter, or have two people clear it with its reason on the page of the group."
        )
        yield Refusal(
            f"red_flag_{flag.kind}",
            words % {"words": flag.words},
            way_out=way_out,
            who=who_may("red_flag:clear"),
            url=f"/groups/{group_id}#flags",
        )
