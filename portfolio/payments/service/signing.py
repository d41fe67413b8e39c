"""The signatures on a batch: who made it signs nothing, and each signature says what its giver saw (J5, J6, M09, M10, M16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.kit.money import amount as worded
from portfolio.payments import queries
from portfolio.payments.forms import SignForm
from portfolio.payments.models import PaymentApproval, PaymentBatch
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def drift_refusals(work: Work, batch: PaymentBatch) -> Iterator[Refusal]:
    """Payee, account or amount of a line changed since the lock: the signatures given are void (M10)."""
    changed = queries.drifted(work, batch)
    lines = queries.lines_of(work, batch)
    if changed or queries.content_of(batch, lines) != batch.content_hash:
        yield Refusal(
            "content_changed",
            _(
                "Since the lock, the payee, the account or the amount changed: %(list)s. The signatures given are void."
            )
            % {"list": ", ".join(line.order_reference for line in changed) or batch.reference},
            way_out=_(
                "Open the batch again with a reason, take out or repair these lines, then lock it anew."
            ),
            who=who_may("payment_batch:unlock"),
        )


def signatory_refusals(work: Work, batch: PaymentBatch) -> Iterator[Refusal]:
    """Who approved or authorised a batch, the first of several as the last, neither sends it nor declares it reconciled (M09)."""
    if work.actor.id in queries.signatories(work, batch):
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already signed this batch. A second person must do this."),
            who=who_may("payment_batch:send"),
        )


def approve_obstacles(work: Work, batch: PaymentBatch) -> Iterator[Refusal]:
    """Nothing changed since the lock; who asked for or liquidated a payment does not approve it; who signed once does not sign again."""
    yield from drift_refusals(work, batch)
    actor = work.actor.id
    own = [
        row.line.order_reference
        for row in queries.rows_of(work, batch)
        if actor in (row.disbursement.requested_by_id, row.disbursement.liquidated_by_id)
    ]
    if own and batch.status in ("locked", "authorised"):
        yield Refusal(
            "own_payment",
            _("You asked for or liquidated payments of this batch: %(list)s. A second person must sign.")
            % {"list": ", ".join(own[:5])},
            who=who_may("payment_batch:approve"),
        )
    if any(person.id == actor for _approval, person in queries.signatures(work, batch)):
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already signed this batch. A second person must do this."),
            who=who_may("payment_batch:approve"),
        )


def _sign(work: Work, batch: PaymentBatch, verb: str, form: SignForm, count: int) -> None:
    """Keep one signature; the move of the rulebook runs when the last of its kind is given."""
    work.hold(batch)
    if PAYMENT_BATCH.find(verb, batch.status):
        refuse(approve_obstacles(work, batch))
        _seen(work, batch, form)
        grant = work.require(PAYMENT_BATCH.verb(verb).permission, batch, batch.total_minor)
        move = PAYMENT_BATCH.verb(verb)
        if any(getattr(batch, column) == work.actor.id for column in move.distinct_from):
            count = 0  # `advance` says it in its own words
        signed: dict[str, Any] = {
            "batch_id": batch.id,
            "author_id": batch.created_by_id,
            "round": batch.round,
            "kind": verb,
            "person_id": work.actor.id,
            "capacity": (grant.capacity or "")[:300],
            "at": work.now,
            "total_minor": batch.total_minor,
            "line_count": batch.line_count,
            "content_hash": batch.content_hash,
        }
        given = queries.standing(queries.signatures(work, batch), verb) + 1
        if count:
            work.db.add(PaymentApproval(**signed))
            work.db.flush()
        if given < count:
            work.record("payment_batch:signed", batch, data={"kind": verb, "given": given, "needed": count})
            return
    work.advance(PAYMENT_BATCH, batch, verb)


def _seen(work: Work, batch: PaymentBatch, form: SignForm) -> None:
    """The total and the number typed by hand, the fingerprint and the balance shown: all must be those of now (M16)."""
    treasury = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
    if form.content_hash != batch.content_hash or form.balance_seen != treasury.balance_minor:
        raise Refused(
            Refusal(
                "not_what_was_seen",
                _(
                    "The figures changed since your page was drawn. Now: %(count)s for %(total)s; the account holds %(balance)s."
                )
                % {
                    "count": ngettext("%(num)d payment", "%(num)d payments", batch.line_count)
                    % {"num": batch.line_count},
                    "total": worded(batch.total_minor, batch.amount_currency),
                    "balance": worded(treasury.balance_minor, treasury.amount_currency),
                },
                way_out=_("Read the page again, then confirm."),
            )
        )
    errors = []
    if form.total != batch.total_minor:
        errors.append(
            FieldError("total", _("This is not the total of the batch: read the lines again, then type it."))
        )
    if form.count != batch.line_count:
        errors.append(
            FieldError("count", _("This is not the number of lines: count them again, then type it."))
        )
    if errors:
        raise Invalid(errors)


def approve(work: Work, batch: PaymentBatch, form: SignForm) -> None:
    """One approval; the batch is approved when as many were given as its amount asks for."""
    work.hold(batch)
    wanted = queries.needed(work, batch).approve if batch.status == "locked" else 1
    _sign(work, batch, "approve", form, wanted)


def authorise(work: Work, batch: PaymentBatch, form: SignForm) -> None:
    """The ordonnateur's authorisation; two of them above the highest band."""
    work.hold(batch)
    wanted = queries.needed(work, batch).authorise if batch.status == "approved" else 1
    _sign(work, batch, "authorise", form, wanted)


def release(work: Work, batch: PaymentBatch, form: SignForm) -> None:
    """The comptable lets the money go."""
    _sign(work, batch, "release", form, 1)
