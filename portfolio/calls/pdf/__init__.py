"""The papers of a call: notice, poster, radio communiqué, corrective notice (documents.md 1). All are French, whatever the screen speaks."""

from portfolio.calls.pdf.notice import correction_pdf, notice_pdf
from portfolio.calls.pdf.poster import poster_pdf
from portfolio.calls.pdf.radio import radio_pdf, radio_text

__all__ = ["correction_pdf", "notice_pdf", "poster_pdf", "radio_pdf", "radio_text"]
