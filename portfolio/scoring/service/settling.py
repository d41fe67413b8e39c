"""After the lock: closing the assessment of a file, an outlier set aside, a mark settled by the committee (R19)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.scoring import queries
from portfolio.scoring.forms import SettleForm
from portfolio.scoring.models import ScoreSheet, SettledScore
from portfolio.scoring.service.agenda import put_on_agenda
from portfolio.work import Work


def close_review(work: Work, application: Application) -> None:
    """Close the assessment of one file: all its sheets are locked."""
    application = work.hold(application)
    call = work.db.get_one(Call, application.call_id)
    sheets = queries.active_sheets(work, application.id)
    if len(sheets) < call.assessors_needed or any(s.status != "locked" for s in sheets):
        raise Refused(
            Refusal(
                "sheets_open",
                _("Sheets of file %(file)s are missing or not locked yet.") % {"file": application.reference},
            )
        )
    work.advance(APPLICATION, application, "complete_review")


def complete_reviews(work: Work, call: Call) -> int:
    """Close the assessment of every complete file of a call; how many were closed."""
    count = 0
    for row in queries.ready_to_close(queries.progress(work, call)):
        application = work.db.get_one(Application, row.application_id)
        if work.may("application:assign", application):
            close_review(work, application)
            count += 1
    return count


def _aside_obstacles(work: Work, sheet: ScoreSheet) -> Iterator[Refusal]:
    sheets = queries.active_sheets(work, sheet.application_id)
    if any(s.status != "locked" for s in sheets):
        yield Refusal("sheets_open", _("Sheets of this file are not locked yet."))
    elif not any(s.extra for s in sheets):
        yield Refusal(
            "no_extra",
            _("A sheet is set aside only after one more assessor was called."),
            way_out=_("Call one more assessor."),
        )
    elif committees.items_about(work, "application", sheet.application_id) and any(
        item.status == "proposed"
        for item, _s in committees.items_about(work, "application", sheet.application_id)
    ):
        yield Refusal("already_proposed", _("The committee has already made a proposal on this file."))


def set_aside(work: Work, sheet: ScoreSheet, reason: str) -> None:
    """Leave an outlier out of the mean, with a reason; it keeps its place in the trail and on the fiche de synthèse."""
    sheet = work.hold(sheet)
    refuse(_aside_obstacles(work, sheet))
    left = [
        s for s in queries.active_sheets(work, sheet.application_id) if not s.set_aside and s.id != sheet.id
    ]
    call = work.db.get_one(Call, sheet.call_id)
    if len(left) < call.assessors_needed:
        raise Refused(
            Refusal(
                "too_few_sheets",
                _("%(n)d sheets must stay in the mean.") % {"n": call.assessors_needed},
                way_out=_("Call one more assessor."),
            )
        )
    work.edit(sheet, "score_sheet:set_aside", permission="application:assign", reason=reason, set_aside=True)


def keep(work: Work, sheet: ScoreSheet, reason: str) -> None:
    """Put a sheet back in the mean."""
    sheet = work.hold(sheet)
    refuse(_aside_obstacles(work, sheet))
    work.edit(sheet, "score_sheet:kept", permission="application:assign", reason=reason, set_aside=False)


def settle_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """Only the sitting committee settles a mark, before its proposal on the file."""
    if queries.result(work, application) is None:
        yield Refusal("sheets_open", _("Sheets of this file are not locked yet."))
    sitting = [s for s in committees.of(work, "call", application.call_id) if s.status == "sitting"]
    if not sitting:
        yield Refusal("not_sitting", _("A mark is settled by the committee in session: no session is open."))
    for item, session in committees.items_about(work, "application", application.id):
        if session.status == "sitting" and item.status == "proposed":
            yield Refusal("already_proposed", _("The committee has already made a proposal on this file."))


def settle(work: Work, application: Application, form: SettleForm) -> SettledScore:
    """Keep the mark settled by the committee beside the mean, with its reason; the ranked list of the session follows (R19)."""
    application = work.hold(application)
    work.require("session:minute")
    refuse(settle_obstacles(work, application))
    data = {"tenths": form.score}
    known = work.db.scalars(
        select(SettledScore).where(SettledScore.application_id == application.id)
    ).one_or_none()
    if known is None:
        made = SettledScore(
            application_id=application.id,
            tenths=form.score,
            reason=form.reason,
            by_id=work.actor.id,
            at=work.now,
        )
        known = work.create(made, "score:settled", reason=form.reason, data=data)
    else:
        known = work.hold(known)
        known.tenths, known.reason, known.by_id, known.at = form.score, form.reason, work.actor.id, work.now
        work.db.flush()
        work.record("score:settled", known, reason=form.reason, data=data)
    for session in committees.of(work, "call", application.call_id):
        if session.status == "sitting":
            put_on_agenda(work, session)
    return known
