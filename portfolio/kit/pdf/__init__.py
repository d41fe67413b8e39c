"""Printed papers: the frame common to all, building blocks, and the book of long ledgers.

Nothing here loads ReportLab until something is printed.
"""

from portfolio.kit.pdf.copies import stamped
from portfolio.kit.pdf.figures import amount, figures, percent
from portfolio.kit.pdf.fingerprint import fingerprint_of, qr_text, short_fingerprint, standing
from portfolio.kit.pdf.grid import Column
from portfolio.kit.pdf.paper import Half, Paper, bind
from portfolio.kit.pdf.photos import prepared
from portfolio.kit.pdf.sheet import Letterhead, Margins
from portfolio.kit.pdf.signing import Signatory

__all__ = [
    "Column",
    "Half",
    "Letterhead",
    "Margins",
    "Paper",
    "Signatory",
    "amount",
    "bind",
    "figures",
    "fingerprint_of",
    "percent",
    "prepared",
    "qr_text",
    "short_fingerprint",
    "stamped",
    "standing",
]
