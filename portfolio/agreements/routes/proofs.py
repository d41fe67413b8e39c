"""The records that show conditions: one page to record one with its paper, and the answers given to a report."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import ProofForm, ReasonForm
from portfolio.agreements.models import Agreement
from portfolio.agreements.reference import OPINION_WORDS, RECORD_WORDS
from portfolio.agreements.routes.acts import condition_of
from portfolio.agreements.routes.records import router, show_page
from portfolio.documents.service import ACCEPT
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def proof_page(work: Work, condition: int, bad: Bad | None = None) -> Response:
    """The form for one condition: the fields that its kind asks for."""
    found, agreement_id = condition_of(work, condition)
    if found.kind not in RECORD_WORDS:
        raise NotFound
    tranche = queries.tranche(work, found.tranche_id)
    agreement = work.db.get_one(Agreement, agreement_id)
    proofs = queries.proofs_of(work, found)
    return page(
        work,
        "agreements/proof.html",
        bad=bad,
        title=_(RECORD_WORDS[found.kind]),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=agreement_id)),
        ],
        agreement=agreement,
        tranche=tranche,
        condition=found,
        words=queries.words(found, tranche.number),
        proofs=[(p, queries.proof_text(p)) for p in proofs],
        missing=queries.deposit_missing(agreement, proofs) if found.kind == "own_contribution" else None,
        obstacles=list(service.record_obstacles(work, found, tranche)),
        opinions=[(code, _(words)) for code, words in OPINION_WORDS.items()],
        accept=ACCEPT,
    )


@router.get("/conditions/{condition:int}/proof", name="agreements.proof")
@allow("condition:meet")
def proof_form(work: W, condition: int) -> Response:
    """Record what shows a condition."""
    return proof_page(work, condition)


@router.post("/conditions/{condition:int}/proof", name="agreements.record_proof")
@allow("condition:meet")
@on_refusal(proof_page)
def record_proof(work: W, raw: Raw, condition: int) -> Response:
    """Store it with its paper."""
    found, agreement = condition_of(work, condition)
    proof = service.record_proof(work, found, ProofForm.read(raw))
    said = (
        _("Report presented: another person accepts it.")
        if proof.accepted_at is None
        else _("Record kept with its paper.")
    )
    return done(work, url("agreements.show", id=agreement), said)


def answered_page(work: Work, proof: int, bad: Bad | None = None) -> Response:
    """The agreement's page again, where the report stands."""
    return show_page(work, queries.get_proof(work, proof)[1].agreement_id, bad)


@router.post("/proofs/{proof:int}/accept", name="agreements.accept_proof")
@allow("proof:accept")
@on_refusal(answered_page)
def accept_proof(work: W, proof: int) -> Response:
    """Accept a report."""
    found, tranche = queries.get_proof(work, proof)
    service.accept_proof(work, found)
    return done(work, url("agreements.show", id=tranche.agreement_id), _("Report accepted."))


@router.post("/proofs/{proof:int}/return", name="agreements.return_proof")
@allow("proof:accept")
@on_refusal(answered_page)
def return_proof(work: W, raw: Raw, proof: int) -> Response:
    """Send a report back with the reason."""
    found, tranche = queries.get_proof(work, proof)
    service.return_proof(work, found, ReasonForm.read(raw).reason)
    return done(work, url("agreements.show", id=tranche.agreement_id), _("Report returned with its reason."))
