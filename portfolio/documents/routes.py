"""Downloads. Whoever may open the record may open its files and papers, at each request (U09, U10)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.documents import queries
from portfolio.web.act import W, allow, room
from portfolio.web.render import bytes_response, pdf_response

router = room("documents")


@router.get("/papers/{id}", name="documents.paper")
@allow.signed_in
def paper(work: W, id: int) -> Response:
    """A paper as it was issued, byte for byte."""
    found = queries.get_paper(work, id)
    suffix = f"-{found.edition}" if found.edition > 1 else ""
    return pdf_response(work, queries.bytes_of(work, found), f"{found.reference}{suffix}.pdf")


@router.get("/{id}", name="documents.show")
@allow.signed_in
def show(work: W, id: int) -> Response:
    """An uploaded file, always as a download."""
    found = queries.get(work, id)
    return bytes_response(queries.bytes_of(work, found), found.filename, found.media_type)
