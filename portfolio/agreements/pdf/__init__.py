"""The convention, its amendments and the formal notice, drawn from facts alone."""

from portfolio.agreements.pdf.amendment import amendment_pdf
from portfolio.agreements.pdf.convention import agreement_pdf
from portfolio.agreements.pdf.notice import formal_notice_pdf

__all__ = ["agreement_pdf", "amendment_pdf", "formal_notice_pdf"]
