"""Downloads. Whoever may open the record may open its files and papers, at each request (U09, U10)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.documents import queries, service
from portfolio.documents.forms import CertifyForm, DuplicateForm
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import bytes_response, done, page, pdf_response
from portfolio.web.urls import url
from portfolio.work import Work

router = room("documents")


@router.get("/papers/{id}", name="documents.paper")
@allow.signed_in
def paper(work: W, id: int) -> Response:
    """A paper as it was issued, byte for byte."""
    found = queries.get_paper(work, id)
    suffix = f"-{found.edition}" if found.edition > 1 else ""
    return pdf_response(work, queries.bytes_of(work, found), f"{found.reference}{suffix}.pdf")


def copies_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The originals and copies of a paper, and what can be given now."""
    found = queries.get_paper(work, id)
    facts = queries.copies_facts(work, found)
    return page(
        work,
        "documents/copies.html",
        title=_("Originals and copies of %(reference)s") % {"reference": found.reference},
        crumbs=[(found.title, url("documents.paper", id=id)), (_("Originals and copies"), None)],
        bad=bad or Bad(status=200),
        blocked=list(service.duplicate_obstacles(work, found)),
        printable=not list(service.originals_obstacles(work, found)),
        **facts,
    )


@router.get("/papers/{id}/copies", name="documents.copies")
@allow.signed_in
def copies(work: W, id: int) -> Response:
    """What was given of a paper, to whom, and why."""
    return copies_page(work, id)


@router.post("/papers/{id}/originals", name="documents.print_originals")
@allow("paper:copy")
@on_refusal(copies_page)
def print_originals(work: W, raw: Raw, id: int) -> Response:
    """Print the originals to be signed."""
    service.print_originals(work, queries.get_paper(work, id))
    return done(work, url("documents.copies", id=id), _("The originals are ready: print each of them once."))


@router.post("/papers/{id}/certify", name="documents.certify")
@allow("paper:certify")
@on_refusal(copies_page)
def certify(work: W, raw: Raw, id: int) -> Response:
    """Give a certified copy."""
    service.certify(work, queries.get_paper(work, id), CertifyForm.read(raw))
    return done(work, url("documents.copies", id=id), _("The certified copy is ready."))


@router.post("/papers/{id}/duplicate", name="documents.duplicate")
@allow("paper:copy")
@on_refusal(copies_page)
def duplicate(work: W, raw: Raw, id: int) -> Response:
    """Give a duplicata, with its reason."""
    service.duplicate(work, queries.get_paper(work, id), DuplicateForm.read(raw))
    return done(work, url("documents.copies", id=id), _("The duplicata is ready."))


@router.get("/copies/{id}", name="documents.copy")
@allow.signed_in
def copy(work: W, id: int) -> Response:
    """One original or copy, byte for byte as it was made."""
    issued, found = queries.get_copy(work, id)
    name = f"{issued.reference}-{found.kind}-{found.number}.pdf"
    return pdf_response(work, queries.bytes_of(work, found), name)


@router.get("/{id}", name="documents.show")
@allow.signed_in
def show(work: W, id: int) -> Response:
    """An uploaded file, always as a download."""
    found = queries.get(work, id)
    return bytes_response(queries.bytes_of(work, found), found.filename, found.media_type)
