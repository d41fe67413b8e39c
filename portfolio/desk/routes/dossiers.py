"""The file of a grant, a payment or a voucher: the list of its papers, and all of them as one archive."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from portfolio.desk.queries import dossier as queries
from portfolio.desk.queries.dossier.chain import words
from portfolio.desk.service import dossiers as service
from portfolio.documents.queries import size_text
from portfolio.kit.errors import Bad, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.sampling import STAGES
from portfolio.web.act import W, allow, on_refusal, room
from portfolio.web.render import file_response, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("ledger")


def show(work: Work, kind: str, id: int, bad: Bad | None = None) -> Response:
    """The papers, stage by stage, and the button that takes them all."""
    dossier = queries.find(work, kind, id)
    found = queries.pieces(work, dossier)
    given = queries.enclosed(found)
    return page(
        work,
        "desk/dossier.html",
        bad=bad,
        dossier=dossier,
        stages=[
            (_(label), [piece for piece in found if piece.stage == stage])
            for stage, label in STAGES.items()
            if any(piece.stage == stage for piece in found)
        ],
        count=len(given),
        withheld=len(found) - len(given),
        size=size_text(sum(piece.size for piece in given)),
        sizes={piece.name: size_text(piece.size) for piece in found},
        too_large=queries.too_large(found),
        title=words(dossier),
        crumbs=[
            (_("Agreements"), url("agreements.index")),
            (dossier.agreement.reference, url("agreements.show", id=dossier.agreement.id)),
            (words(dossier), None),
        ],
    )


@router.get("/dossiers/{kind}/{id:int}", name="desk.dossier")
@allow("agreement:view")
def index(work: W, kind: str, id: int) -> Response:
    """The page of a file."""
    return show(work, kind, id)


@router.get("/dossiers/{kind}/{id:int}/archive", name="desk.dossier_archive")
@allow("agreement:view")
@on_refusal(show)
def archive(work: W, kind: str, id: int) -> Response:
    """Every paper of it as one ZIP, with its index; the taking is traced."""
    dossier = queries.find(work, kind, id)
    found = queries.pieces(work, dossier)
    if (large := queries.too_large(found)) is not None:
        raise Refused(large)
    made = queries.contents(work, dossier, found)
    agreement, actor = dossier.agreement.id, work.actor.id
    work.undo()
    work.close(for_good=False)  # the files are read without keeping anybody waiting for the database

    def write(path: Path) -> None:
        service.taken(work, dossier, agreement, actor, queries.write(path, made))

    name = f"dossier-{dossier.reference.replace('/', '-')}.zip"
    return file_response(write, name, "application/zip")
