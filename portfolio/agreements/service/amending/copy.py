"""The working copy of an amendment: what stands and what would stand, both whole."""

from __future__ import annotations

from typing import Any

from portfolio.agreements import queries
from portfolio.agreements.forms import AmendmentForm
from portfolio.agreements.models import Agreement, AgreementLine, Tranche
from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work

_LINE = ("label", "unit", "quantity", "unit_minor", "amount_minor", "source")


def _line_facts(line: AgreementLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE}


def _tranche_facts(tranche: Tranche) -> dict[str, Any]:
    return {
        "number": tranche.number,
        "amount_minor": tranche.amount_minor,
        "modality": tranche.modality,
        "planned_on": tranche.planned_on.isoformat() if tranche.planned_on else None,
        "label": tranche.label,
        "fixed": tranche.status != "planned",
    }


def changes_of(work: Work, agreement: Agreement, form: AmendmentForm) -> dict[str, Any]:
    """The copy: what stands and what would stand, both whole. Raises Invalid when the type's fields are missing."""
    missing = _("Fill in this field: this type of amendment needs it.")
    match form.kind:
        case "extension":
            if form.ends_on is None:
                raise Invalid([FieldError("ends_on", missing)])
            return {
                "before": {"ends_on": agreement.ends_on.isoformat()},
                "after": {"ends_on": form.ends_on.isoformat()},
            }
        case "virement" | "virement_within":
            if form.kind == "virement" and not form.act:
                raise Invalid([FieldError("act", missing)])
            if not form.lines:
                raise Invalid([FieldError("lines", missing)])
            after = [
                {
                    "label": line.label,
                    "unit": line.unit or "",
                    "quantity": line.quantity,
                    "unit_minor": line.unit_minor,
                    "amount_minor": line.quantity * line.unit_minor,
                    "source": line.source,
                }
                for line in form.lines
            ]
            return {
                "before": {"lines": [_line_facts(line) for line in queries.lines(work, agreement)]},
                "after": {"lines": after},
            }
        case "schedule":
            if not form.tranches:
                raise Invalid([FieldError("tranches", missing)])
            return _schedule_changes(work, agreement, form)
        case "signatory":
            if not form.signatory_name or not form.signatory_function:
                name = "signatory_name" if not form.signatory_name else "signatory_function"
                raise Invalid([FieldError(name, missing)])
            return {
                "before": {
                    "signatory_name": agreement.signatory_name,
                    "signatory_function": agreement.signatory_function,
                    "account_id": agreement.bank_account_id,
                },
                "after": {
                    "signatory_name": form.signatory_name,
                    "signatory_function": form.signatory_function,
                    "account_id": form.account_id or agreement.bank_account_id,
                },
            }
        case "results":
            if not form.results:
                raise Invalid([FieldError("results", missing)])
            return {
                "before": {"results": queries.results_of(work, agreement)},
                "after": {"results": form.results},
            }
        case "suspension":
            if form.until_on is not None and form.until_on <= work.today:
                past = _("This day is past: a suspension runs from its signature on.")
                raise Invalid([FieldError("until_on", past)])
            return {
                "before": {"ends_on": agreement.ends_on.isoformat()},
                "after": {"until_on": form.until_on.isoformat() if form.until_on else None},
            }
        case "termination":
            return {"before": _state(work, agreement), "after": _settled(work, agreement)}
        case _:
            if not form.text:
                raise Invalid([FieldError("text", missing)])
            return {"before": {"article": form.article or ""}, "after": {"text": form.text}}


def _schedule_changes(work: Work, agreement: Agreement, form: AmendmentForm) -> dict[str, Any]:
    before = [_tranche_facts(t) for t in queries.tranches(work, agreement) if t.status != "cancelled"]
    fixed = [t for t in before if t["fixed"]]
    free = {t["number"]: t for t in before if not t["fixed"]}
    last = max((t.number for t in queries.tranches(work, agreement)), default=0)
    after = list(fixed)
    for row in form.tranches:
        if row.number is not None and row.number not in free:
            continue  # a paid or requested tranche stands as it is, whatever was typed beside it
        number = row.number
        if number is None:
            last += 1
            number = last
        after.append(
            {
                "number": number,
                "amount_minor": row.amount,
                "modality": row.modality,
                "planned_on": row.planned_on.isoformat() if row.planned_on else None,
                "label": row.label or "",
                "fixed": False,
            }
        )
    return {"before": {"tranches": before}, "after": {"tranches": sorted(after, key=lambda t: t["number"])}}


def _state(work: Work, agreement: Agreement) -> dict[str, Any]:
    rows = [_tranche_facts(t) for t in queries.tranches(work, agreement) if t.status != "cancelled"]
    return {"ends_on": agreement.ends_on.isoformat(), "tranches": rows}


def _settled(work: Work, agreement: Agreement) -> dict[str, Any]:
    rows = [
        _tranche_facts(t)
        for t in queries.tranches(work, agreement)
        if t.status not in ("cancelled", "planned")
    ]
    figures = queries.settlement(work, agreement)
    return {"tranches": rows, "settlement": figures}
