"""The papers of purchases: opening, award, order, reception, hand-over, and the choice of a group's comité d'achat."""

from portfolio.procurement.pdf.award import award_pdf, choice_pdf
from portfolio.procurement.pdf.opening import opening_pdf
from portfolio.procurement.pdf.order import order_pdf
from portfolio.procurement.pdf.reception import hand_over_pdf, reception_pdf

__all__ = ["award_pdf", "choice_pdf", "hand_over_pdf", "opening_pdf", "order_pdf", "reception_pdf"]
