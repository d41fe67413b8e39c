"""A released batch leaves: the file is made and every payment is marked sent in the same instant, by the verb that sends a single one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from portfolio.disbursements import service as payments
from portfolio.disbursements.forms import SendForm
from portfolio.documents import service as documents
from portfolio.documents.reference import institution
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import NotFound, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.payments import queries
from portfolio.payments.models import PaymentBatch
from portfolio.payments.reference import profile
from portfolio.payments.service.batches import lock_obstacles, shares_of
from portfolio.payments.service.files import file_bytes, file_name
from portfolio.payments.service.signing import drift_refusals, signatory_refusals
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH
from portfolio.work import Work


def send_obstacles(work: Work, batch: PaymentBatch) -> Iterator[Refusal]:
    """Nothing changed since the lock, every line can still be paid and written in the file, and who approved it does not send it."""
    yield from signatory_refusals(work, batch)
    yield from drift_refusals(work, batch)
    yield from lock_obstacles(work, batch)


def send(work: Work, batch: PaymentBatch) -> None:
    """Make the file and send every payment through the same verb as a single one; the slip is issued."""
    work.hold(batch)
    if batch.status == "released":
        payments.hold_wallets(work, shares_of(queries.lines_of(work, batch)))
        refuse(send_obstacles(work, batch))
        rows, signatories = queries.rows_of(work, batch), queries.signatories(work, batch)
        content = _file(work, batch)
        work.advance(PAYMENT_BATCH, batch, "send", file_hash=hashlib.sha256(content).hexdigest())
        for row in sorted(rows, key=lambda r: r.disbursement.id):
            form = SendForm(
                content_hash=row.line.fingerprint,
                amount_seen=row.disbursement.amount_minor,
                treasury_account_id=batch.treasury_account_id,
            )
            payments.send(work, row.disbursement, form, batch.reference, signatories)
        issue_slip(work, batch)
        return
    work.advance(PAYMENT_BATCH, batch, "send")


def _file(work: Work, batch: PaymentBatch) -> bytes:
    layout = profile(batch.profile)
    if layout is None or batch.released_at is None:
        raise NotFound
    treasury = work.db.get_one(TreasuryAccount, batch.treasury_account_id)
    house = institution(batch.released_at.date())
    debtor = treasury.holder or house.get("name", "") or treasury.label
    return file_bytes(
        layout, batch, queries.lines_of(work, batch), debtor, treasury.number, batch.released_at
    )


def made_file(work: Work, batch: PaymentBatch) -> tuple[str, bytes]:
    """The file of a batch that was sent, the same byte for byte; NotFound before it is sent, ValueError when it could no longer be made alike."""
    layout = profile(batch.profile)
    if layout is None or batch.status not in ("sent", "reconciled"):
        raise NotFound
    content = _file(work, batch)
    if hashlib.sha256(content).hexdigest() != batch.file_hash:
        raise ValueError(f"{batch.reference}: the file is not what was sent")
    return file_name(layout, batch), content


def issue_slip(work: Work, batch: PaymentBatch) -> None:
    """The bordereau of the batch, with who signed."""
    from portfolio.payments.pdf import slip_pdf

    with speaking("fr"):
        documents.issue(
            work,
            kind="payment_batch",
            reference=batch.reference,
            title=_("Slip of the batch"),
            subject=batch,
            facts=queries.slip_facts(work, batch),
            draw=slip_pdf,
        )
