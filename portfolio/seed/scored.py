"""The files are assessed: each by two or three assessors who declare no link, mark, and lock; one more is called where they differ widely."""

from __future__ import annotations

from functools import partial

from portfolio.calls.models import Call
from portfolio.scoring import queries, service
from portfolio.scoring.forms import ExtraForm, MarkLine, SheetForm
from portfolio.scoring.models import ScoreSheet
from portfolio.seed.data.calls import CALLS, criteria
from portfolio.seed.data.files import files_of
from portfolio.seed.data.model import File, Sheet
from portfolio.seed.data.sheets import TOP
from portfolio.seed.files_filed import file_of
from portfolio.seed.stage import Stage
from portfolio.work import Work

SECRETARY = "issoufou.garba"
WHY = (
    "Rien dans le dossier ne le montre.",
    "Le dossier en parle sans rien établir.",
    "Des éléments existent, mais incomplets.",
    "Le dossier le montre, avec des réserves.",
    "Le dossier le montre clairement, pièces à l'appui.",
    "Le dossier le montre en tout point, chiffres vérifiés.",
)
STRENGTHS = "Groupe connu de la commune, comptes tenus, activité déjà pratiquée."
WEAKNESSES = "Les prix de vente sont estimés ; le suivi après le projet reste à préciser."
EXTRA = "L'écart entre les trois fiches dépasse 25 points : un quatrième avis est demandé."
ASIDE = "Cette fiche s'écarte de plus de vingt points des trois autres ; son auteur l'a confirmée sans pièce nouvelle."


def plan(stage: Stage, code: str) -> None:
    """Every sheet of a call, spread over the days of its calendar."""
    facts = CALLS[code]
    first, last = facts.scoring_from_j, facts.scoring_to_j
    marked = [file for file in files_of(code) if file.sheets]
    stage.plan(first, "09:00", SECRETARY, partial(_assign, stage, marked))
    for n, file in enumerate(marked):
        for k, sheet in enumerate(_first_sheets(file)):
            day = first + 1 + (n * 3 + k * 2) % (last - first - 3)
            hour = f"{9 + (n + k) % 7:02d}:{(n * 11 + k * 17) % 60:02d}"
            stage.plan(day, hour, sheet.assessor, partial(_fill, stage, file, sheet))
        if len(_first_sheets(file)) < len(file.sheets):
            _plan_extra(stage, file, last)
    stage.plan(last, "17:00", SECRETARY, partial(_complete, stage, code))


def _first_sheets(file: File) -> tuple[Sheet, ...]:
    return file.sheets[: CALLS[file.call].assessors_per_file]


def _plan_extra(stage: Stage, file: File, last: int) -> None:
    extra = file.sheets[-1]
    stage.plan(last - 1, "08:30", SECRETARY, partial(_call_extra, stage, file, extra))
    stage.plan(last - 1, "16:10", extra.assessor, partial(_fill, stage, file, extra))
    for sheet in file.sheets:
        if sheet.set_aside:
            stage.plan(last, "10:15", SECRETARY, partial(_set_aside, stage, file, sheet))


def _assign(stage: Stage, files: list[File], work: Work) -> None:
    for file in files:
        application = file_of(stage, work, file.code)
        for sheet in _first_sheets(file):
            made = service.assign(work, application, stage.person(sheet.assessor))
            stage.keep(f"sheet:{file.code}:{sheet.assessor}", made)


def sheet_form(stage: Stage, work: Work, file: File, sheet: Sheet) -> SheetForm:
    """A sheet with its marks, each with its justification."""
    ids = {
        criterion.code: criterion.id for criterion in queries.criteria(work, stage.ids[f"call:{file.call}"])
    }
    titles = {criterion.code: criterion.title for criterion in criteria(file.call)}
    return SheetForm(
        marks=[
            MarkLine(
                criterion=ids[code], value=str(level), justification=f"{titles[code]} : {WHY[level].lower()}"
            )
            for code, level in sheet.levels
        ],
        strengths=STRENGTHS,
        weaknesses=WEAKNESSES if sheet.total < 90 else None,
        questioned=_questioned(file),
    )


def _questioned(file: File) -> str | None:
    if file.code == "A-019":
        return "Motopompe : 345 000 F CFA l'unité, contre 245 000 F CFA à la mercuriale ; 500 000 F CFA de trop pour cinq."
    return None


def _fill(stage: Stage, file: File, sheet: Sheet, work: Work) -> None:
    assert sum(level for _code, level in sheet.levels) <= TOP * len(sheet.levels)
    found = stage.get(work, ScoreSheet, f"sheet:{file.code}:{sheet.assessor}")
    service.declare_none(work, found)
    service.save_marks(work, found, sheet_form(stage, work, file, sheet))
    service.lock(work, found)


def _call_extra(stage: Stage, file: File, sheet: Sheet, work: Work) -> None:
    form = ExtraForm(assessor_id=stage.person(sheet.assessor), reason=EXTRA)
    made = service.call_extra(work, file_of(stage, work, file.code), form)
    stage.keep(f"sheet:{file.code}:{sheet.assessor}", made)


def _set_aside(stage: Stage, file: File, sheet: Sheet, work: Work) -> None:
    service.set_aside(work, stage.get(work, ScoreSheet, f"sheet:{file.code}:{sheet.assessor}"), ASIDE)


def _complete(stage: Stage, code: str, work: Work) -> None:
    service.complete_reviews(work, stage.get(work, Call, f"call:{code}"))
