"""What one payment may be by its kind: the limit of cash, the ceilings of a wallet, and an account of ours that can pay such an account."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import ACCOUNT_WORDS, CHANNEL_OF, cash_limit
from portfolio.funds.models import TreasuryAccount
from portfolio.groups.models import GroupAccount
from portfolio.groups.reference import wallet_ceiling
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.procurement.models import SupplierAccount
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def wallet_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """A wallet may not receive more than its ceiling: refused before anything is sent (case 6)."""
    if disbursement.account_kind != "mobile":
        return
    found = wallet_ceiling(disbursement.country, work.today)
    if found is not None and disbursement.amount_minor > found.ceiling_minor:
        yield Refusal(
            "wallet_ceiling",
            _("%(amount)s is above the ceiling of one wallet, %(ceiling)s (%(source)s).")
            % {
                "amount": amount(disbursement.amount_minor, disbursement.amount_currency),
                "ceiling": amount(found.ceiling_minor, disbursement.amount_currency),
                "source": found.source,
            },
            way_out=_("Pay on a verified bank or microfinance account of the group."),
            who=who_may("disbursement:liquidate"),
            missing_minor=disbursement.amount_minor - found.ceiling_minor,
        )


@dataclass(frozen=True)
class Share:
    """What one payment would bring to an account: a payment by itself, or a line of a batch."""

    disbursement_id: int
    country: str
    account_kind: str
    account_number: str
    amount_minor: int
    currency: str

    @classmethod
    def of(cls, d: Disbursement) -> Share:
        """A payment as it stands."""
        return cls(d.id, d.country, d.account_kind, d.account_number, d.net_minor, d.amount_currency)


def hold_wallets(work: Work, shares: Iterable[Share]) -> None:
    """Lock every account with the number of these wallets, in the order of their ids: of two payments that leave for one wallet at the same
    instant, the second counts the first."""
    numbers = {share.account_number for share in shares if share.account_kind == "mobile"}
    for kind in (GroupAccount, SupplierAccount) if numbers else ():
        statement = select(kind.id).where(kind.kind == "mobile", kind.number.in_(numbers))
        work.db.execute(statement.order_by(kind.id).with_for_update(key_share=True)).all()


def wallet_sum_refusals(work: Work, shares: Iterable[Share], on: date) -> Iterator[Refusal]:
    """What one wallet would receive in the day and in the month, with these, against the legal ceilings in force (J10)."""
    asked: dict[tuple[str, str], list[Share]] = {}
    for share in shares:
        if share.account_kind == "mobile":
            asked.setdefault((share.country, share.account_number), []).append(share)
    for (country, number), mine in asked.items():
        limit = wallet_ceiling(country, on)
        if limit is None:
            continue
        month = on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1])
        for (first, last), most, words in (
            (
                (on, on),
                limit.daily_minor,
                _("Wallet …%(end)s would receive %(sum)s in the day, above %(most)s (%(source)s)."),
            ),
            (
                month,
                limit.monthly_minor,
                _("Wallet …%(end)s would receive %(sum)s in the month, above %(most)s (%(source)s)."),
            ),
        ):
            if most is None:
                continue
            numbers = [share.disbursement_id for share in mine]
            already = queries.received_minor(work, number, first, last, numbers)
            total = already + sum(share.amount_minor for share in mine)
            if total > most:
                yield Refusal(
                    "wallet_sum",
                    words
                    % {
                        "end": number[-4:],
                        "sum": amount(total, mine[0].currency),
                        "most": amount(most, mine[0].currency),
                        "source": limit.source,
                    },
                    way_out=_("Pay on a verified bank or microfinance account of the group."),
                    missing_minor=total - most,
                )


def cash_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """What is handed over in cash may not be more than the limit in force on the day (domain, M15): an account must be found."""
    if disbursement.account_kind != "cash":
        return
    found = cash_limit(disbursement.country, work.today)
    if found is not None and disbursement.net_minor > found.limit_minor:
        yield Refusal(
            "cash_limit",
            _(
                "%(amount)s in cash is above the limit of one payment in cash: %(limit)s since %(since)s (%(source)s)."
            )
            % {
                "amount": amount(disbursement.net_minor, disbursement.amount_currency),
                "limit": amount(found.limit_minor, disbursement.amount_currency),
                "since": date_text(found.valid_from),
                "source": found.source,
            },
            way_out=_(
                "Return the payment, then choose a verified account of the payee: bank, microfinance or wallet."
            ),
            who=who_may("disbursement:return"),
            missing_minor=disbursement.net_minor - found.limit_minor,
        )


def treasury_refusals(disbursement: Disbursement, treasury: TreasuryAccount) -> Iterator[Refusal]:
    """Cash leaves a cash account, a wallet is paid from the float, a bank or microfinance account by transfer; never one by another, or the
    papers of its kind would be skipped (M15)."""
    if CHANNEL_OF[treasury.kind] == CHANNEL_OF[disbursement.account_kind]:
        return
    if disbursement.account_kind == "cash":
        yield Refusal(
            "not_cash",
            _("A payment in cash leaves from a cash account."),
            way_out=_("Choose the petty cash."),
        )
        return
    yield Refusal(
        "other_kind",
        _("The payee is paid by: %(wanted)s. Account %(account)s pays by: %(kind)s.")
        % {
            "wanted": _(ACCOUNT_WORDS[disbursement.account_kind]),
            "account": treasury.label,
            "kind": _(ACCOUNT_WORDS[treasury.kind]),
        },
        way_out=_("Choose an account of the institution of the same kind."),
    )
