"""What the tests of purchases share."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest

from portfolio.documents import queries as documents
from portfolio.kit.errors import Invalid, Refused
from tests.procurement import stage as s


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {r.code for r in caught.value.refusals}


def fields(caught: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {e.field for e in caught.value.errors}


def read_pdf(world: Any, number: int, kind: str) -> tuple[str, pypdf.PdfReader]:
    with world.work(s.OFFICER, readonly=True) as work:
        paper = documents.paper(work, kind, s.get(work, number))
        assert paper is not None and documents.is_true(paper)
        reader = pypdf.PdfReader(io.BytesIO(documents.bytes_of(work, paper)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()), reader
