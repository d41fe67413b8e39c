"""The working copy of an amendment: what stands and what would stand, both whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portfolio.agreements import queries
from portfolio.agreements.forms import AmendmentForm, ConditionLine
from portfolio.agreements.models import Agreement, AgreementLine, Condition, Tranche
from portfolio.documents.reference import figure
from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work

_LINE = ("label", "unit", "quantity", "unit_minor", "amount_minor", "source")


def _line_facts(line: AgreementLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE}


CONDITION = ("kind", "threshold", "label", "source")
"""What makes a condition the same one, before and after."""


def _tranche_facts(tranche: Tranche, conditions: Iterable[Condition]) -> dict[str, Any]:
    return {
        "number": tranche.number,
        "amount_minor": tranche.amount_minor,
        "modality": tranche.modality,
        "planned_on": tranche.planned_on.isoformat() if tranche.planned_on else None,
        "label": tranche.label,
        "fixed": tranche.status != "planned",
        "conditions": [{name: getattr(c, name) for name in CONDITION} for c in conditions],
    }


def schedule_facts(work: Work, agreement: Agreement) -> list[dict[str, Any]]:
    """The schedule that stands, each tranche with its conditions."""
    found = queries.tranches(work, agreement)
    known = queries.conditions_of(work, found)
    return [_tranche_facts(t, known.get(t.id, ())) for t in found if t.status != "cancelled"]


def usual_conditions(work: Work, number: int) -> list[dict[str, Any]]:
    """What a new tranche waits for unless the form says otherwise: the share of the one before that the dated rules ask to be justified."""
    if number == 1:
        return []
    percent = figure("next_tranche_percent", work.today)
    return [{"kind": "justified_previous", "threshold": percent, "label": "", "source": ""}]


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
    before = schedule_facts(work, agreement)
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
                "conditions": _conditions(work, form, number, free.get(number)),
            }
        )
    kept = {t["number"] for t in after}
    wrong = [
        FieldError(
            f"conditions-{position}-tranche",
            _("Tranche %(number)d is requested or paid: its conditions stay.") % {"number": c.tranche},
        )
        if c.tranche in kept
        else FieldError(
            f"conditions-{position}-tranche",
            _("There is no tranche %(number)d in this schedule.") % {"number": c.tranche},
        )
        for position, c in enumerate(form.conditions)
        if c.tranche not in {t["number"] for t in after if not t["fixed"]}
        and c.tranche not in free
        and not (
            c.tranche > last and _typed(c) in usual_conditions(work, c.tranche)
        )  # the suggestion for a tranche that is not added
    ]
    if wrong:
        raise Invalid(wrong)
    return {"before": {"tranches": before}, "after": {"tranches": sorted(after, key=lambda t: t["number"])}}


def _typed(c: ConditionLine) -> dict[str, Any]:
    return {"kind": c.kind, "threshold": c.threshold, "label": c.label or "", "source": c.source or ""}


def condition_rows(work: Work, agreement: Agreement) -> list[dict[str, Any]]:
    """What the form of a new schedule shows: the conditions that may be changed, and the usual ones of two more tranches."""
    found = schedule_facts(work, agreement)
    last = max((t.number for t in queries.tranches(work, agreement)), default=0)
    rows = [{"tranche": t["number"], **c} for t in found if not t["fixed"] for c in t["conditions"]]
    return rows + [{"tranche": n, **c} for n in (last + 1, last + 2) for c in usual_conditions(work, n)]


def _conditions(
    work: Work, form: AmendmentForm, number: int, present: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """The conditions of a tranche not requested yet: those typed, or those that stand, or the usual ones of a new tranche."""
    if form.conditions_stated:
        return [_typed(c) for c in form.conditions if c.tranche == number]
    return list(present["conditions"]) if present else usual_conditions(work, number)


def _state(work: Work, agreement: Agreement) -> dict[str, Any]:
    return {"ends_on": agreement.ends_on.isoformat(), "tranches": schedule_facts(work, agreement)}


def _settled(work: Work, agreement: Agreement) -> dict[str, Any]:
    rows = [t for t in schedule_facts(work, agreement) if t["fixed"]]
    figures = queries.settlement(work, agreement)
    return {"tranches": rows, "settlement": figures}
