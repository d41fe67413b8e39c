"""The trace of a file taken away: who took which papers, when; whatever its reader does with it (A12)."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.desk.queries.dossier import Dossier
from portfolio.work import Work


def taken(work: Work, dossier: Dossier, agreement_id: int, actor_id: int, states: Mapping[str, int]) -> None:
    """Say in the agreement's trail that its file, or that of one of its payments or vouchers, was taken. Its own transaction: a page that
    reads has no other."""
    data = {"kind": dossier.kind, "reference": dossier.reference, **states}
    work.testify("dossier:taken", "agreement", agreement_id, data=data, actor_id=actor_id)
