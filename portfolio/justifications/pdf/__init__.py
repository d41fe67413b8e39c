"""The papers of this room: rapport financier et bordereau (16), ordre de reversement (17), quittance (11)."""

from portfolio.justifications.pdf.recovery import order_pdf, quittance_pdf, write_off_pdf
from portfolio.justifications.pdf.report import report_pdf

__all__ = ["order_pdf", "quittance_pdf", "report_pdf", "write_off_pdf"]
