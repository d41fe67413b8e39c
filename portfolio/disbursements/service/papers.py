"""The papers of a payment, issued when the act they record is done (F12); a return and a new order make the next edition."""

from __future__ import annotations

from portfolio.agreements.reference import SERVICE_DONE
from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement, Rejection, Requisition
from portfolio.documents import service as documents
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.work import Work

FRENCH = "fr"
"""Papers are French whatever the language of the screen."""


def issue_liquidation(work: Work, disbursement: Disbursement) -> None:
    """The fiche de liquidation, or the attestation de service fait for what is paid to a supplier or reimbursed."""
    from portfolio.disbursements.pdf import liquidation_pdf

    with speaking(FRENCH):
        done = disbursement.modality in SERVICE_DONE
        documents.issue(
            work,
            kind="liquidation",
            reference=f"{disbursement.reference}-FL",
            title=_("Certificate of service rendered") if done else _("Liquidation sheet"),
            subject=disbursement,
            facts=queries.liquidation_facts(work, disbursement),
            draw=liquidation_pdf,
        )


def issue_order(work: Work, disbursement: Disbursement) -> None:
    """The ordre de paiement as signed by the ordonnateur."""
    from portfolio.disbursements.pdf import order_pdf

    with speaking(FRENCH):
        documents.issue(
            work,
            kind="order",
            reference=disbursement.reference,
            title=_("Payment order"),
            subject=disbursement,
            facts=queries.order_facts(work, disbursement),
            draw=order_pdf,
        )


def issue_rejection(work: Work, disbursement: Disbursement, rejection: Rejection) -> None:
    """The written refusal, numbered (R3)."""
    from portfolio.disbursements.pdf import rejection_pdf

    with speaking(FRENCH):
        documents.issue(
            work,
            kind="payment_rejection",
            reference=rejection.reference,
            title=_("Note of refusal"),
            subject=disbursement,
            facts=queries.rejection_facts(work, disbursement, rejection),
            draw=rejection_pdf,
        )


def issue_requisition(work: Work, disbursement: Disbursement, requisition: Requisition) -> None:
    """The ordre de réquisition, numbered (R3)."""
    from portfolio.disbursements.pdf import requisition_pdf

    with speaking(FRENCH):
        documents.issue(
            work,
            kind="payment_requisition",
            reference=requisition.reference,
            title=_("Order of requisition"),
            subject=disbursement,
            facts=queries.requisition_facts(work, disbursement, requisition),
            draw=requisition_pdf,
        )


def issue_paid(work: Work, disbursement: Disbursement) -> None:
    """The order with its payment, and the reçu that the payee signs."""
    from portfolio.disbursements.pdf import receipt_pdf

    with speaking(FRENCH):
        number = work.number(
            "cash_receipt", "disbursement"
        )  # before the ledger's head is locked by the first paper
        issue_order(work, disbursement)
        documents.issue(
            work,
            kind="payment_receipt",
            reference=number,
            title=_("Receipt of the payee"),
            subject=disbursement,
            facts=queries.receipt_facts(work, disbursement),
            draw=receipt_pdf,
        )
