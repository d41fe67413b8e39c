"""The batches of a payment, on its page."""

from __future__ import annotations

from portfolio.disbursements import queries as disbursements
from portfolio.disbursements.models import Disbursement
from portfolio.kit.i18n import gettext as _
from portfolio.payments import queries
from portfolio.rulebook.lifecycles.payments import PAYMENT_BATCH
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("disbursement", order=10)
def of_disbursement(work: Work, disbursement: Disbursement) -> Panel | None:
    """In which batch it waits or left, and what else its payee received in the window, when it looks like a splitting."""
    if not work.may("payment_batch:view", disbursement):
        return None
    batches = queries.of_disbursement(work, disbursement)
    pieces = (
        disbursements.pieces(work, disbursement)
        if disbursement.status in ("visaed", "liquidated", "ordered")
        else None
    )
    if pieces is not None and not pieces.split:
        pieces = None
    if not batches and pieces is None:
        return None
    return Panel(
        _("Batches"),
        "payments/panels.html",
        "batches",
        {"batches": batches, "cycle": PAYMENT_BATCH, "pieces": pieces},
    )
