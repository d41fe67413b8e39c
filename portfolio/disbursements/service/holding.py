"""A payment waits in one batch at most, and a batch is the only way for an amount that asks for more signatures (J5, M11)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import update

from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def hold_for_batch(work: Work, disbursement: Disbursement, batch: str) -> None:
    """Claim an ordered payment for a batch, in one conditional update. Refused: not_free, when it is not ordered or another batch has it."""
    statement = (
        update(Disbursement)
        .where(
            Disbursement.id == disbursement.id,
            Disbursement.status == "ordered",
            Disbursement.batch_reference.is_(None),
        )
        .values(batch_reference=batch)
        .returning(Disbursement.id)
        .execution_options(synchronize_session=False)
    )
    taken = work.db.execute(statement).scalar_one_or_none()
    work.db.refresh(disbursement)
    if taken is None:
        raise Refused(
            Refusal(
                "not_free",
                _("Payment %(reference)s is not free: it is already in a batch, or no longer ordered.")
                % {"reference": disbursement.reference},
                way_out=_("Leave it out of this batch."),
                url=f"/disbursements/{disbursement.id}",
            )
        )


def free_from_batch(work: Work, disbursement: Disbursement, batch: str) -> None:
    """Give a payment back; nothing moves when this batch does not hold it."""
    work.db.execute(
        update(Disbursement)
        .where(Disbursement.id == disbursement.id, Disbursement.batch_reference == batch)
        .values(batch_reference=None)
        .execution_options(synchronize_session=False)
    )
    work.db.expire(disbursement, ["batch_reference"])


def held_refusals(disbursement: Disbursement) -> Iterator[Refusal]:
    """Held by a batch and not yet sent: it leaves with its batch or not at all, so that nothing is paid twice."""
    if disbursement.batch_reference and disbursement.status == "ordered":
        yield Refusal(
            "held_by_batch",
            _("This payment waits in batch %(batch)s: it leaves with it.")
            % {"batch": disbursement.batch_reference},
            way_out=_("Take it out of the batch first."),
            url="/payments",
        )


def band_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """An amount whose band asks for several approvals goes by a batch, where they are given; pieces of it too (M11)."""
    if disbursement.status != "ordered":
        return
    pieces = queries.pieces(work, disbursement)
    if pieces.band.approvals > 1 or pieces.band.authorisations > 1:
        words = _(
            "%(total)s to this payee in %(days)d days ask for %(approvals)d approvals and %(authorisations)d authorisation(s) (%(source)s)."
        )
        yield Refusal(
            "band_needs_batch",
            words
            % {
                "total": worded(pieces.total, disbursement.amount_currency),
                "days": pieces.band.payee_days,
                "approvals": pieces.band.approvals,
                "authorisations": pieces.band.authorisations,
                "source": pieces.band.source,
            },
            way_out=_("Put it in a batch, where they are given."),
            url="/payments",
        )


def signatory_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """Who approved or authorised the batch that sent it does not pay it (M09). Its release is the comptable's own act, like the payment (R7)."""
    if work.actor.id in disbursement.signatory_ids:
        yield Refusal(
            "four_eyes",
            _(
                "Separation of duties: you signed the batch that sent this payment. A second person must do this."
            ),
            who=who_may("disbursement:pay"),
        )
