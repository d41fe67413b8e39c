"""What a kept paper says, as one line of words with plain blanks."""

from __future__ import annotations

import io

from pypdf import PdfReader

from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.work import Work


def words_of(work: Work, paper: Paper) -> str:
    """The text of every page."""
    pages = PdfReader(io.BytesIO(documents.bytes_of(work, paper))).pages
    return " ".join("\n".join(page.extract_text() for page in pages).replace("\u202f", " ").replace("\u00a0", " ").split())
