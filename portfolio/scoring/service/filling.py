"""The assessor's own acts: declare, mark, lock. No mark ever enters the trail, only how many criteria are filled (R9)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.committees import service as committees_service
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.scoring import SCORE_SHEET
from portfolio.rulebook.permissions import who_may
from portfolio.scoring.forms import DeclineForm, PaperForm, SheetForm
from portfolio.scoring.models import Mark, ScoreSheet
from portfolio.scoring.queries.pages import lines_of
from portfolio.work import Work

REASONS = ("conflict", "not_my_field", "too_many")


def _own(work: Work, sheet: ScoreSheet) -> Iterator[Refusal]:
    if sheet.assessor_id != work.actor.id:
        yield Refusal("not_yours", _("This sheet belongs to another assessor."))


def declare_none(work: Work, sheet: ScoreSheet) -> None:
    """Declare that no link ties the assessor to the group; only then does the file open (G4)."""
    sheet = work.hold(sheet)
    refuse(_own(work, sheet))
    work.advance(SCORE_SHEET, sheet, "declare_none")
    committees_service.record_interest(
        work, work.actor.id, "application", sheet.application_id, conflict=False
    )


def decline(work: Work, sheet: ScoreSheet, form: DeclineForm) -> None:
    """Decline: a conflict of interest bars the file for good, another reason only frees the sheet (G2)."""
    sheet = work.hold(sheet)
    refuse(_own(work, sheet))
    work.advance(SCORE_SHEET, sheet, "decline", reason=form.reason, data={"kind": form.kind})
    if form.kind == "conflict":
        committees_service.record_interest(
            work,
            work.actor.id,
            "application",
            sheet.application_id,
            conflict=True,
            nature=form.reason[:300],
        )


def save_marks(work: Work, sheet: ScoreSheet, form: SheetForm, *, by_itself: bool = False) -> None:
    """Save the sheet as it is, half filled or not. Raises Refused when another window saved meanwhile (C05).

    `by_itself` is the page saving while one types: no line in the trail, and the version the page holds stays good.
    """
    sheet = work.hold(sheet)
    refuse(_own(work, sheet))
    work.require("score_sheet:fill", sheet)
    _write(work, sheet, form.model_copy(update={"version": None}) if by_itself else form)
    if not by_itself:
        sheet.version += 1
        work.db.flush()
        work.record("score_sheet:saved", sheet, data={"filled": _filled(work, sheet)})


def _write(work: Work, sheet: ScoreSheet, form: SheetForm) -> None:
    if sheet.status != "open":
        locked = sheet.status == "locked"
        raise Refused(
            Refusal(
                "sheet_locked" if locked else "sheet_not_open",
                _("This sheet is locked: nothing can be changed after the lock.")
                if locked
                else _("Declare your interests first: the sheet opens then."),
            )
        )
    if form.version is not None and form.version != sheet.version:
        raise Refused(
            Refusal(
                "changed_meanwhile",
                _(
                    "This sheet was saved from another window. Your text is kept below: compare, then save again."
                ),
            )
        )
    known = {m.criterion_id: m for m in work.db.scalars(select(Mark).where(Mark.sheet_id == sheet.id))}
    allowed = {line.criterion.id for line in lines_of(work, sheet)}
    for typed in form.marks:
        if typed.criterion not in allowed:
            raise Invalid(
                [FieldError("", _("This criterion is not in the grid of the call. Reload the page."))]
            )
        value = None if typed.value in ("", "na") else int(typed.value)
        mark = known.get(typed.criterion)
        if mark is None:
            mark = Mark(sheet_id=sheet.id, criterion_id=typed.criterion)
            work.db.add(mark)
            known[typed.criterion] = mark
        mark.value, mark.abstained = value, typed.value == "na"
        mark.justification = typed.justification or ""
    sheet.strengths, sheet.weaknesses = form.strengths or "", form.weaknesses or ""
    sheet.conditions, sheet.questioned = form.conditions or "", form.questioned or ""
    sheet.suggested_minor = form.suggested_minor
    work.db.flush()


def _filled(work: Work, sheet: ScoreSheet) -> int:
    return sum(1 for line in lines_of(work, sheet) if line.filled)


def lock_obstacles(work: Work, sheet: ScoreSheet) -> Iterator[Refusal]:
    """Every criterion has a mark or an abstention, with its justification (G9)."""
    missing = [line.criterion.label for line in lines_of(work, sheet) if not line.filled]
    if missing:
        yield Refusal(
            "sheet_incomplete",
            _("Criteria without a mark or a justification of at least ten characters: %(criteria)s.")
            % {"criteria": ", ".join(missing)},
            way_out=_("Complete them, save, then lock."),
        )


def lock(work: Work, sheet: ScoreSheet) -> None:
    """Lock: nothing changes any more. The event says that the sheet is locked, not what it says (R9)."""
    sheet = work.hold(sheet)
    refuse(_own(work, sheet))
    if sheet.status == "open":
        refuse(lock_obstacles(work, sheet))
    work.advance(SCORE_SHEET, sheet, "lock")


def open_to_paper(work: Work, sheet: ScoreSheet) -> None:
    """The secretary takes a sheet to enter it from the signed paper, when power or network failed (document 4)."""
    sheet = work.hold(sheet)
    work.require("score_sheet:enter", sheet)
    if sheet.status != "open":
        raise Refused(
            Refusal(
                "sheet_not_open",
                _("Only a sheet in progress is entered from paper: its assessor declares interests first."),
                who=who_may("score_sheet:fill"),
            )
        )
    if sheet.assessor_id == work.actor.id:
        raise Refused(Refusal("own_sheet", _("This is your own sheet: fill it in directly.")))
    sheet.entered_from_paper_by_id = work.actor.id
    work.db.flush()
    work.record("score_sheet:entered", sheet)


def enter_from_paper(work: Work, sheet: ScoreSheet, form: PaperForm) -> None:
    """Type in the signed paper; its assessor reads it back and locks it."""
    sheet = work.hold(sheet)
    work.require("score_sheet:enter", sheet)
    if sheet.entered_from_paper_by_id != work.actor.id:
        raise Refused(Refusal("not_yours", _("This sheet belongs to another assessor.")))
    if not form.signed:
        raise Invalid([FieldError("signed", _("Tick that the paper sheet is signed and kept in the file."))])
    _write(work, sheet, form)
    sheet.version += 1
    work.db.flush()
    work.record("score_sheet:saved", sheet, data={"filled": _filled(work, sheet)})


def reopen_obstacles(work: Work, sheet: ScoreSheet) -> Iterator[Refusal]:
    """A sheet is reopened only before the committee has proposed or the ordonnateur decided."""
    application = work.db.get_one(Application, sheet.application_id)
    if application.status not in ("in_review", "reviewed"):
        yield Refusal("already_decided", _("This file is decided: its sheets cannot be reopened."))
    elif committees_service.deliberated(work, "application", application.id):
        yield Refusal("already_proposed", _("The committee has already made a proposal on this file."))


def reopen(work: Work, sheet: ScoreSheet, reason: str) -> None:
    """Give a sheet back to its assessor, with the reason. The marks of the whole file are hidden again until it is locked."""
    sheet = work.hold(sheet)
    refuse(reopen_obstacles(work, sheet))
    work.advance(SCORE_SHEET, sheet, "reopen", reason=reason)
    application = work.db.get_one(Application, sheet.application_id)
    committees_service.strike(
        work, "application", application.id, ("call", sheet.call_id), application.reference, reason
    )
