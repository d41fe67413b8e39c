"""Approvals bind to what was seen (M10, M16): a tampered field, a stale page or a changed source is refused with the numbers of now."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.disbursements import queries
from portfolio.disbursements.forms import OrderForm, SeenForm
from portfolio.disbursements.models import Disbursement
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.kit.text import last4
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def content_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """What was liquidated must still be what would be paid: any change since then voids the approvals (M10)."""
    if queries.content_of(work, disbursement) != disbursement.content_hash:
        yield Refusal(
            "content_changed",
            _(
                "The payee, the account or the amount changed after the liquidation: the approvals given are void."
            ),
            way_out=_("Return the payment with the reason, then liquidate it again."),
            who=who_may("disbursement:return"),
        )


def seen_refusals(work: Work, disbursement: Disbursement, form: SeenForm) -> Iterator[Refusal]:
    """What the person saw must be what is; otherwise nothing moves and the numbers of now are said (M16)."""
    left = queries.figures(work, disbursement).left
    stale = form.content_hash != disbursement.content_hash or form.amount_seen != disbursement.amount_minor
    if isinstance(form, OrderForm):
        stale = stale or form.remaining_seen != left
    if stale:
        yield Refusal(
            "not_what_was_seen",
            _(
                "The figures changed since your page was drawn. Now: %(amount)s to %(payee)s, account %(account)s; %(left)s would stay to be ordered."
            )
            % {
                "amount": amount(disbursement.amount_minor, disbursement.amount_currency),
                "payee": disbursement.payee,
                "account": last4(disbursement.account_number) or "–",
                "left": amount(left, disbursement.amount_currency),
            },
            way_out=_("Read the page again, then confirm."),
        )
