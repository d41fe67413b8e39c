"""Originals of a convention and of an order, a certified copy for the bank, and a duplicata for a receipt that burnt (F11)."""

from __future__ import annotations

from sqlalchemy import select

from portfolio.agreements.models import Agreement
from portfolio.documents import queries, service
from portfolio.documents.forms import CertifyForm, DuplicateForm
from portfolio.documents.models import Paper
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, COMPTABLE = "mariam.guindo", "mahamadou.sidibe"


def plan(stage: Stage) -> None:
    """After the first payments."""

    def convention(work: Work) -> None:
        paper = queries.paper(work, "agreement", stage.get(work, Agreement, "agreement:MP01"))
        assert paper is not None
        service.print_originals(work, paper)
        service.certify(work, paper, make(CertifyForm, given_to="Banque du Sahel, agence d'Ansongo"))

    def receipt(work: Work) -> None:
        first = work.db.scalars(select(Paper).where(Paper.kind == "order").order_by(Paper.id).limit(1)).one()
        last = queries.last_edition(work, first.reference)
        assert last is not None
        service.print_originals(work, last)
        form = make(
            DuplicateForm,
            duplicate_to="Nafissatou Balima, auditrice externe",
            reason="Original n° 3 détruit dans l'incendie du bureau de Gao.",
        )
        service.duplicate(work, last, form)

    stage.plan(-5, "10:10", PROGRAMME, convention)
    stage.plan(-4, "10:20", COMPTABLE, receipt)
