"""What the PV de remise prints: the goods, their state, who keeps and uses them, the rules, the photographs (documents 15 and 3.4)."""

from __future__ import annotations

from typing import Any

from portfolio.documents import queries as documents
from portfolio.kit.errors import NotFound
from portfolio.kit.pdf import prepared
from portfolio.procurement.models import GoodsReceipt, OrderLine, Procedure
from portfolio.procurement.queries import records
from portfolio.procurement.queries.papers import frame, receipt_facts
from portfolio.work import Work


def open_receipt(work: Work, number: int) -> GoodsReceipt:
    """The reception or hand-over behind a file, for whoever may see its purchase; NotFound otherwise."""
    found = work.db.get(GoodsReceipt, number)
    if found is None:
        raise NotFound
    records.get(work, found.procedure_id)
    return found


documents.owner("goods_receipt", open_receipt)


def handed_lines(work: Work, procedure: Procedure) -> list[OrderLine]:
    """The lines of which something was accepted: what is handed over."""
    return [line for line in records.lines(work, procedure) if line.accepted]


def hand_over_photos(work: Work, receipt: GoodsReceipt) -> dict[str, bytes]:
    """The photographs of a hand-over ready for paper, by the fingerprint of the file; what cannot be read is left out."""
    found = {}
    for document in documents.of(work, receipt):
        if document.media_type.startswith("image/"):
            made = prepared(documents.bytes_of(work, document))
            if made is not None:
                found[document.sha256] = made
    return found


def hand_over_facts(work: Work, procedure: Procedure, receipt: GoodsReceipt) -> dict[str, Any]:
    """PV de remise: items with their state and keeper, serial numbers, value, rules, names and thumbprints, photographs by fingerprint."""
    found = handed_lines(work, procedure)
    told = {row["line_id"]: row for row in receipt.goods}
    return {
        **frame(work, procedure),
        "receipt": receipt_facts(receipt),
        "rows": [
            {
                "label": line.label,
                "unit": line.unit,
                "quantity": line.accepted,
                "serials": line.serials,
                "state": told.get(line.id, {}).get("state", ""),
                "keeper": told.get(line.id, {}).get("keeper", ""),
                "value_minor": line.accepted * line.unit_minor,
            }
            for line in found
        ],
        "total_minor": sum(line.accepted * line.unit_minor for line in found),
        "receptions": [r.reference for r in records.receipts(work, procedure) if r.kind != "handover"],
        "ampliations": documents.ampliations(work, "handover"),
        "photos": [
            {"name": d.filename, "sha256": d.sha256, "on": receipt.received_on.isoformat()}
            for d in documents.of(work, receipt)
        ],
    }
