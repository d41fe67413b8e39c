"""The papers of a payment, drawn from facts alone: demande, fiche de liquidation, ordre de paiement, reçu and quittance."""

from portfolio.disbursements.pdf.order import order_pdf
from portfolio.disbursements.pdf.receipts import quittance_pdf, receipt_pdf
from portfolio.disbursements.pdf.refusals import rejection_pdf, requisition_pdf
from portfolio.disbursements.pdf.sheets import liquidation_pdf, request_pdf

__all__ = [
    "liquidation_pdf",
    "order_pdf",
    "quittance_pdf",
    "receipt_pdf",
    "rejection_pdf",
    "request_pdf",
    "requisition_pdf",
]
