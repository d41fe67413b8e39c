"""Caps by category of costs: dated data of an agreement, set from an act (K1)."""

from __future__ import annotations

from portfolio.agreements import queries
from portfolio.agreements.forms import CapForm
from portfolio.agreements.models import Agreement, CostCap
from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.work import Work


def set_cap(work: Work, agreement: Agreement, form: CapForm) -> CostCap:
    """Write a cap. An earlier one of the same category holds until the day before; nothing already accepted is touched."""
    agreement = work.hold(agreement)
    work.require("cost_cap:set", agreement)
    known = {line.id: line for line in queries.lines(work, agreement)}
    errors = []
    if not form.lines:
        errors.append(FieldError("lines", _("Tick the lines of the budget that make the category.")))
    elif any(number not in known or known[number].source != "S" for number in form.lines):
        errors.append(FieldError("lines", _("Choose one of the answers proposed.")))
    caps = queries.caps_of(work, agreement.id)
    same = [c for c in caps if fold(c.category) == fold(form.category)]
    if any(c.valid_from == form.valid_from and not c.words for c in same):
        errors.append(FieldError("valid_from", _("This category already has a cap from this day on.")))
    if errors:
        raise Invalid(errors)
    cap = CostCap(
        agreement_id=agreement.id,
        category=same[0].category if same else form.category,
        lines=sorted(set(form.lines)),
        tenths=form.percent * 10,
        valid_from=form.valid_from,
        act=form.act,
        set_by_id=work.actor.id,
        set_at=work.now,
    )
    work.db.add(cap)
    work.db.flush()
    work.record(
        "cost_cap:set",
        agreement,
        data={
            "cap": cap.id,
            "tenths": cap.tenths,
            "lines": cap.lines,
            "from": cap.valid_from,
            "act": cap.act,
        },
    )
    return cap
