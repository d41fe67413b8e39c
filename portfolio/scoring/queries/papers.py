"""The facts that the fiche de notation and the fiche de synthèse print (document 4)."""

from __future__ import annotations

from typing import Any

from portfolio.applications.models import Application
from portfolio.committees import queries as committees
from portfolio.documents.reference import letterhead
from portfolio.kit.errors import NotFound
from portfolio.scoring.models import ScoreSheet
from portfolio.scoring.queries.pages import sheet_facts, summary_facts
from portfolio.work import Work


def sheet_paper(work: Work, sheet: ScoreSheet) -> dict[str, Any]:
    """One sheet. The name of the applicant is left out: the file number is enough in the blind phase."""
    found = sheet_facts(work, sheet)
    declared = committees.declaration_of(work, sheet.assessor_id, "application", sheet.application_id)
    people = [p for p in (sheet.entered_from_paper_by_id, sheet.locked_by_id) if p]
    names = work.around.names_of(work.db, people)
    call = found["call"]
    return {
        "letterhead": letterhead(work.today),
        "on": (sheet.locked_at or work.now).date().isoformat(),
        "call": call.code,
        "call_title": call.title,
        "file": found["application"].reference,
        "title": found["application"].title if found["opened"] else "",
        "assessor": found["assessor"],
        "declared_at": declared.declared_at.isoformat() if declared and not declared.conflict else None,
        "criteria": [
            {
                "label": line.criterion.label,
                "weight": line.criterion.weight,
                "floor": line.criterion.floor,
                "level": line.criterion.levels[line.value]
                if line.value is not None and line.value < len(line.criterion.levels)
                else "",
                "value": line.value,
                "abstained": line.abstained,
                "points_tenths": line.points_tenths,
                "justification": line.justification,
            }
            for line in found["lines"]
        ],
        "total_tenths": found["total_tenths"] if sheet.status == "locked" else None,
        "score_floor": call.score_floor,
        "strengths": sheet.strengths,
        "weaknesses": sheet.weaknesses,
        "conditions": sheet.conditions,
        "questioned": sheet.questioned,
        "suggested_minor": sheet.suggested_minor,
        "currency": found["application"].amount_currency,
        "locked_at": sheet.locked_at.isoformat() if sheet.status == "locked" and sheet.locked_at else None,
        "entered_by": names.get(sheet.entered_from_paper_by_id or 0, ""),
        "read_back_by": names.get(sheet.locked_by_id or 0, ""),
        "draft": sheet.status != "locked",
    }


def summary_paper(work: Work, application: Application) -> dict[str, Any]:
    """Every mark, the mean, the spread, and the note arrêtée with its reason. NotFound before every sheet is locked (R9)."""
    found = summary_facts(work, application)
    result = found["result"]
    if result is None:
        raise NotFound
    sheets, names, marks = found["sheets"], found["names"], found["marks"]
    return {
        "letterhead": letterhead(work.today),
        "on": work.today.isoformat(),
        "call": found["call"].code,
        "call_title": found["call"].title,
        "file": application.reference,
        "applicant": found["group"].name,
        "title": application.title,
        "requested_minor": application.requested_minor,
        "currency": application.amount_currency,
        "sheets": [
            {
                "assessor": names.get(s.assessor_id, ""),
                "total_tenths": found["totals"].get(s.id),
                "extra": s.extra,
                "set_aside": s.set_aside,
            }
            for s in sheets
        ],
        "criteria": [
            {
                "label": c.label,
                "weight": c.weight,
                "floor": c.floor,
                "points_tenths": mean.points_tenths,
                "below": mean.below,
                "marks": [
                    {
                        "value": marks.get(s.id, {})[c.id].value if c.id in marks.get(s.id, {}) else None,
                        "justification": marks.get(s.id, {})[c.id].justification
                        if c.id in marks.get(s.id, {})
                        else "",
                    }
                    for s in sheets
                ],
            }
            for c, mean in zip(found["criteria"], result.criteria, strict=True)
        ],
        "mean_tenths": result.mean_tenths,
        "settled_tenths": result.settled_tenths,
        "settled_reason": result.settled_reason,
        "score_tenths": result.score_tenths,
        "spread_tenths": result.spread_tenths,
        "first_spread_tenths": result.first_spread_tenths,
        "score_floor": result.floor,
        "ranked": result.ranked,
    }
