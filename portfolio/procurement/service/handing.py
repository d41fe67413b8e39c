"""The hand-over of what was received to the group (PV de remise)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries
from portfolio.procurement.forms import HandOverForm
from portfolio.procurement.models import GoodsReceipt, Procedure
from portfolio.procurement.pdf import hand_over_pdf
from portfolio.procurement.service.asking import for_buyer, in_french
from portfolio.procurement.service.receiving import marked, marks, met
from portfolio.work import Work


def hand_over_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """What was bought by the Authority is handed over once it is received."""
    yield from for_buyer(procedure, "authority")
    if procedure.status != "received":
        yield Refusal(
            "not_received",
            _("Only what was received is handed over."),
            way_out=_("Record the reception first."),
        )
    if any(r.kind == "handover" for r in queries.receipts(work, procedure)):
        yield Refusal("already_handed_over", _("The hand-over is already recorded."))


def hand_over(work: Work, procedure: Procedure, form: HandOverForm) -> GoodsReceipt:
    """Hand the goods over to the group: their state and keepers, names, signatures and thumbprints, rules of use, photographs; the tranche's
    condition is met."""
    work.hold(procedure)
    work.require("procedure:receive", procedure)
    refuse(hand_over_obstacles(work, procedure))
    last = max(r.received_on for r in queries.receipts(work, procedure))
    errors = [*marked(form.recipients, 2), *_described(work, procedure, form)]
    if not last <= form.handed_on <= work.today:
        errors.append(FieldError("handed_on", _("Choose a day between the reception and today.")))
    if errors:
        raise Invalid(errors)
    receipt = GoodsReceipt(
        reference=work.number("handover", "goods_receipt"),
        procedure_id=procedure.id,
        kind="handover",
        received_on=form.handed_on,
        place=form.place,
        commission=[{"person_id": work.actor.id, "name": work.actor.name, "function": work.actor.function}],
        recipients=marks(form.recipients),
        thumbprints=sum(1 for r in form.recipients if r.mark == "thumbprint"),
        rules=form.rules,
        goods=[{"line_id": row.line_id, "state": row.state, "keeper": row.keeper} for row in form.goods],
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )
    work.db.add(receipt)
    work.db.flush()
    for photo in form.photos:
        if documents.attached(photo):
            documents.add(work, receipt, "handover_photo", photo, "photos")
    data = {"reference": receipt.reference, "thumbprints": receipt.thumbprints}
    work.record("handover:recorded", procedure, data=data)
    met(work, procedure, "handover", receipt)
    documents.issue(
        work,
        kind="handover",
        reference=receipt.reference,
        title=in_french(N_("Hand-over record")),
        subject=procedure,
        facts=queries.hand_over_facts(work, procedure, receipt),
        draw=lambda facts: hand_over_pdf(facts, queries.hand_over_photos(work, receipt)),
    )
    return receipt


def _described(work: Work, procedure: Procedure, form: HandOverForm) -> Iterator[FieldError]:
    """Every line that was accepted, once, and no other: its state and its keeper."""
    said = [row.line_id for row in form.goods]
    handed = queries.handed_lines(work, procedure)
    for n, line in enumerate(handed):
        if said.count(line.id) != 1:
            words = _("Say who keeps and uses « %(label)s ».") % {"label": line.label}
            yield FieldError(f"goods-{n}-keeper", words)
    if set(said) - {line.id for line in handed}:
        yield FieldError("goods-0-keeper", _("Choose lines of this purchase."))
