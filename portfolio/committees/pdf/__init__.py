"""The papers of a committee: convocations (5), attendance sheet (6), minutes and minutes of lack of quorum (7), declarations."""

from portfolio.committees.pdf.calling import convocations_pdf, declaration_pdf
from portfolio.committees.pdf.minutes import minutes_pdf
from portfolio.committees.pdf.no_quorum import no_quorum_pdf
from portfolio.committees.pdf.presence import presence_pdf

__all__ = ["convocations_pdf", "declaration_pdf", "minutes_pdf", "no_quorum_pdf", "presence_pdf"]
