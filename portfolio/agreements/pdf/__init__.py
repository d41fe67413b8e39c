"""The convention and its amendments, drawn from facts alone."""

from portfolio.agreements.pdf.amendment import amendment_pdf
from portfolio.agreements.pdf.convention import agreement_pdf

__all__ = ["agreement_pdf", "amendment_pdf"]
