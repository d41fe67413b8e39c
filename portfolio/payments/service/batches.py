"""A batch as its author makes it: payments put in and taken out, the lock that freezes them, the way back, the end (J8, J9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import delete

from portfolio.disbursements import queries as disbursements
from portfolio.disbursements import service as payments
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import CHANNEL_OF
from portfolio.funds import queries as funds
from portfolio.funds.models import TreasuryAccount
from portfolio.funds.service.cash import account_short
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.payments import queries
from portfolio.payments.forms import AddForm, BatchForm
from portfolio.payments.models import PaymentBatch, PaymentLine
from portfolio.payments.reference import profile, profiles
from portfolio.payments.service.files import file_refusals
from portfolio.payments.service.signing import signatory_refusals
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

MOST = 200
"""Lines of a batch: what a person can still read before signing."""


def create(work: Work, form: BatchForm) -> PaymentBatch:
    """Open a draft on one account of the institution and put the ticked payments in it."""
    try:
        treasury = funds.treasury(work, form.treasury_account_id)
    except NotFound:
        raise Invalid(
            [FieldError("treasury_account_id", _("Choose an account of the institution in the list."))]
        ) from None
    channel = CHANNEL_OF[treasury.kind]
    if form.profile not in {p.code for p in profiles(channel, work.today)}:
        raise Invalid([FieldError("profile", _("Choose a layout that this account can use."))])
    batch = PaymentBatch(
        reference=work.number("batch", "payment_batch"),
        treasury_account_id=treasury.id,
        channel=channel,
        profile=form.profile,
        amount_currency=treasury.amount_currency,
        created_by_id=work.actor.id,
        created_at=work.now,
    )
    work.create(
        batch, "payment_batch:created", permission="payment_batch:prepare", data={"account": treasury.code}
    )
    if form.payments:
        _put(work, batch, treasury, form.payments)
    return batch


def add(work: Work, batch: PaymentBatch, form: AddForm) -> None:
    """Put more ordered payments in a draft."""
    work.hold(batch)
    work.require("payment_batch:prepare", batch)
    _must_be_draft(batch)
    if not form.payments:
        raise Invalid([FieldError("payments", _("Tick at least one payment."))])
    _put(work, batch, work.db.get_one(TreasuryAccount, batch.treasury_account_id), form.payments)


def _put(work: Work, batch: PaymentBatch, treasury: TreasuryAccount, numbers: Iterable[int]) -> None:
    wanted = list(dict.fromkeys(numbers))
    allowed = {d.id: d for d, _reference in queries.candidates(work, treasury, limit=10_000)}
    at = len(queries.lines_of(work, batch))
    if at + len(wanted) > MOST:
        raise Invalid(
            [FieldError("payments", _("A batch holds %(most)d payments at most.") % {"most": MOST})]
        )
    missing = [n for n in wanted if n not in allowed]
    if missing:
        held = [d for d in (work.db.get(Disbursement, n) for n in missing) if d is not None]
        raise Refused(
            Refusal(
                "not_free",
                _("Some payments are not free for this account any more: %(list)s.")
                % {"list": ", ".join(d.reference for d in held) or "–"},
                way_out=_("Reload the page: only payments that can be put in the batch are shown."),
            )
        )
    for number in sorted(wanted):
        found = allowed[number]
        payments.hold_for_batch(work, found, batch.reference)
        at += 1
        work.db.add(_line(work, batch, found, at))
    work.db.flush()
    _count(work, batch)
    work.record(
        "payment_batch:filled", batch, data={"orders": [allowed[n].reference for n in sorted(wanted)]}
    )


def _line(work: Work, batch: PaymentBatch, d: Disbursement, position: int) -> PaymentLine:
    return PaymentLine(
        batch_id=batch.id,
        disbursement_id=d.id,
        position=position,
        order_reference=d.reference,
        amount_minor=d.net_minor,
        amount_currency=d.amount_currency,
        payee=d.payee,
        holder=queries.holder_of(work, d),
        account_kind=d.account_kind,
        account_provider=d.account_provider,
        account_number=d.account_number,
        country=d.country,
        fingerprint=disbursements.content_of(work, d),
    )


def _count(work: Work, batch: PaymentBatch) -> None:
    lines = queries.lines_of(work, batch)
    for position, line in enumerate(lines, 1):
        line.position = position
    batch.line_count, batch.total_minor = len(lines), sum(line.amount_minor for line in lines)
    work.db.flush()


def take_out(work: Work, batch: PaymentBatch, line_id: int) -> None:
    """Take one payment out of a draft; it is free again."""
    work.hold(batch)
    work.require("payment_batch:prepare", batch)
    _must_be_draft(batch)
    line = work.db.get(PaymentLine, line_id)
    if line is None or line.batch_id != batch.id:
        raise NotFound
    payments.free_from_batch(work, work.db.get_one(Disbursement, line.disbursement_id), batch.reference)
    reference = line.order_reference
    work.db.execute(delete(PaymentLine).where(PaymentLine.id == line.id))
    work.db.expunge(line)
    _count(work, batch)
    work.record("payment_batch:emptied", batch, data={"order": reference})


def _must_be_draft(batch: PaymentBatch) -> None:
    if batch.status != "draft":
        raise Refused(
            Refusal(
                "not_draft",
                _("The batch is locked: its lines can no longer change."),
                way_out=_("Open it again with a reason; the signatures given are then void."),
                who=who_may("payment_batch:unlock"),
            )
        )


def lock_obstacles(work: Work, batch: PaymentBatch) -> Iterator[Refusal]:
    """Everything the bank or the law would refuse later is refused now, line by line."""
    rows = queries.rows_of(work, batch)
    if not rows:
        yield Refusal(
            "empty_batch", _("The batch has no payment."), way_out=_("Put at least one payment in it.")
        )
        return
    for row in rows:
        if row.disbursement.status != "ordered":
            yield Refusal(
                "line_not_ordered",
                _("Payment %(reference)s is no longer ordered.") % {"reference": row.line.order_reference},
                way_out=_("Take it out of the batch."),
                who=who_may("payment_batch:prepare"),
                url=f"/disbursements/{row.disbursement.id}",
            )
            continue
        for found in payments.ready_refusals(work, row.disbursement):
            yield Refusal(
                found.code,
                f"{row.line.order_reference} : {found.message}",
                way_out=found.way_out,
                who=found.who,
                missing_minor=found.missing_minor,
                url=f"/disbursements/{row.disbursement.id}",
            )
    layout = profile(batch.profile)
    if layout is None:
        yield Refusal("no_layout", _("The layout of the file is no longer in the table."))
        return
    fresh = [_line(work, batch, row.disbursement, row.line.position) for row in rows]
    yield from file_refusals(layout, fresh)
    yield from payments.wallet_sum_refusals(work, shares_of(fresh), work.today)
    treasury = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
    total = sum(line.amount_minor for line in fresh)
    if treasury.balance_minor < total:
        yield account_short(treasury, total - treasury.balance_minor)


def shares_of(lines: Iterable[PaymentLine]) -> list[payments.Share]:
    """What each line would bring to its account."""
    return [
        payments.Share(
            line.disbursement_id,
            line.country,
            line.account_kind,
            line.account_number,
            line.amount_minor,
            line.amount_currency,
        )
        for line in lines
    ]


def lock(work: Work, batch: PaymentBatch) -> None:
    """Freeze the lines with the fingerprint of each, and of the whole: what everybody after signs (M10)."""
    work.hold(batch)
    if batch.status == "draft":
        refuse(lock_obstacles(work, batch))
    for row in queries.rows_of(work, batch) if batch.status == "draft" else ():
        fresh = _line(work, batch, row.disbursement, row.line.position)
        for name in (
            "amount_minor",
            "amount_currency",
            "payee",
            "holder",
            "account_kind",
            "account_provider",
            "account_number",
            "country",
            "fingerprint",
        ):
            setattr(row.line, name, getattr(fresh, name))
    work.db.flush()
    if batch.status == "draft":
        _count(work, batch)
    if batch.status == "draft":
        batch.round += 1  # a new round: the signatures of the earlier ones are void
    lines = queries.lines_of(work, batch)
    work.advance(
        PAYMENT_BATCH,
        batch,
        "lock",
        data={"lines": len(lines), "total_minor": sum(line.amount_minor for line in lines)},
        content_hash=queries.content_of(batch, lines),
    )


def unlock(work: Work, batch: PaymentBatch, reason: str) -> None:
    """Back to the draft with a reason: every signature given is void, and stays in the trail."""
    work.hold(batch)
    work.advance(
        PAYMENT_BATCH,
        batch,
        "unlock",
        reason=reason,
        content_hash="",
        **{
            f"{s}_{end}": None
            for s in ("locked", "approved", "authorised", "released")
            for end in ("by_id", "at")
        },
    )


def cancel(work: Work, batch: PaymentBatch, reason: str) -> None:
    """Give up a batch that has not left: its payments are free again."""
    work.hold(batch)
    work.advance(PAYMENT_BATCH, batch, "cancel", reason=reason)
    for line in queries.lines_of(work, batch):
        payments.free_from_batch(work, work.db.get_one(Disbursement, line.disbursement_id), batch.reference)


def reconcile_obstacles(work: Work, batch: PaymentBatch) -> Iterator[Refusal]:
    """Every line has its answer: paid with its reference, or failed with its cause; and another person than who approved says so."""
    yield from signatory_refusals(work, batch)
    waiting = [r for r in queries.rows_of(work, batch) if r.disbursement.status not in ("paid", "failed")]
    if waiting:
        yield Refusal(
            "lines_waiting",
            ngettext(
                "%(num)d line has no answer yet: %(list)s.",
                "%(num)d lines have no answer yet: %(list)s.",
                len(waiting),
            )
            % {"num": len(waiting), "list": ", ".join(r.line.order_reference for r in waiting[:5])},
            way_out=_("Import the statement, or record each payment or its failure."),
            who=who_may("disbursement:pay"),
        )


def reconcile(work: Work, batch: PaymentBatch) -> None:
    """Close a batch whose every line is paid or failed."""
    work.hold(batch)
    if batch.status == "sent":
        refuse(reconcile_obstacles(work, batch))
    work.advance(PAYMENT_BATCH, batch, "reconcile")
