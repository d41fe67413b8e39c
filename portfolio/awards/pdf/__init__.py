"""The papers of awards: fiche d'engagement, décision portant attribution, letters of notification (8), lists."""

from portfolio.awards.pdf.acts import commitment_pdf, decision_pdf, posted_list_pdf
from portfolio.awards.pdf.letters import batch_pdf, dispatch_pdf, notice_pdf
from portfolio.awards.pdf.reservations import reservation_pdf

__all__ = [
    "batch_pdf",
    "commitment_pdf",
    "decision_pdf",
    "dispatch_pdf",
    "notice_pdf",
    "posted_list_pdf",
    "reservation_pdf",
]
