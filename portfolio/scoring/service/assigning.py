"""Who assesses what: by hand, in bulk and balanced, and one more assessor after a wide spread (G1, G12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portfolio.accounts.models import Person
from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees import service as committees_service
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.rulebook.lifecycles.scoring import SCORE_SHEET
from portfolio.scoring import queries
from portfolio.scoring.forms import AssignForm, BalanceForm, ExtraForm
from portfolio.scoring.models import ScoreSheet
from portfolio.work import Work

OPEN = ("eligible", "in_review")


def assign_obstacles(work: Work, application: Application, assessor_id: int) -> Iterator[Refusal]:
    """Only an eligible file, after the deadline, to somebody who assesses, holds no link and has not had it before."""
    call = work.db.get_one(Call, application.call_id)
    if application.status not in (*OPEN, "reviewed"):
        yield Refusal(
            "not_in_assessment",
            _("File %(file)s is not in assessment: only eligible files are assessed.")
            % {"file": application.reference},
        )
    if call.closes_at > work.now:
        yield Refusal("still_open", _("The call is still open: files are assessed after its deadline."))
    person = work.db.get(Person, assessor_id)
    if person is None or assessor_id not in {p.id for p in queries.assessors(work, call)}:
        yield Refusal("not_an_assessor", _("This person does not assess files of this call today."))
        return
    if committees.conflicted(work, assessor_id, "application", application.id):
        yield Refusal(
            "linked",
            _("%(name)s declared a link with file %(file)s.")
            % {"name": person.full_name, "file": application.reference},
            way_out=_("Choose another assessor."),
        )
    for sheet in queries.sheets_of(work, [application.id]):
        if sheet.assessor_id == assessor_id:
            yield Refusal(
                "already_assigned",
                _("%(name)s already has, or had, file %(file)s.")
                % {"name": person.full_name, "file": application.reference},
                way_out=_("Choose another assessor."),
            )


def assign(work: Work, application: Application, assessor_id: int, *, extra: bool = False) -> ScoreSheet:
    """Give a file to an assessor; the first assignment starts the assessment."""
    application = work.hold(application)
    work.require("application:assign", application)
    refuse(assign_obstacles(work, application, assessor_id))
    if application.status == "eligible":
        work.advance(APPLICATION, application, "start_review")
    made = ScoreSheet(
        application_id=application.id,
        call_id=application.call_id,
        country=application.country,
        assessor_id=assessor_id,
        assigned_by_id=work.actor.id,
        assigned_at=work.now,
        extra=extra,
    )
    return work.create(made, "score_sheet:assigned", data={"assessor_id": assessor_id, "extra": extra})


def assign_many(work: Work, application: Application, form: AssignForm) -> list[ScoreSheet]:
    """Give one file to several assessors at once."""
    if not form.assessors:
        raise Invalid([FieldError("assessors", _("Choose at least one assessor."))])
    return [assign(work, application, number) for number in dict.fromkeys(form.assessors)]


@dataclass(frozen=True)
class Shared:
    """What a balanced assignment did: how many sheets, and which files still lack assessors."""

    sheets: int
    short: tuple[str, ...]


def balance(work: Work, call: Call, form: BalanceForm) -> Shared:
    """Share the files out: each gets the assessors who hold the fewest, never one who is linked to it or has had it before."""
    call = work.hold(call)
    work.require("application:assign", call)
    allowed = {p.id for p in queries.assessors(work, call)}
    chosen = [number for number in dict.fromkeys(form.assessors) if number in allowed]
    if len(chosen) < len(set(form.assessors)) or not chosen:
        raise Invalid([FieldError("assessors", _("Choose people who assess files of this call."))])
    if form.per_file > len(chosen):
        raise Invalid(
            [FieldError("per_file", _("Choose at least as many assessors as are asked for each file."))]
        )
    rows = [r for r in queries.progress(work, call) if r.status in OPEN]
    linked = committees.conflicted_people(work, "application", [r.application_id for r in rows])
    held = queries.loads(work, call)
    load = {number: held.get(number, 0) for number in chosen}
    made, short = 0, []
    for row in rows:
        application = work.db.get_one(Application, row.application_id)
        if not work.may("application:assign", application):
            continue
        known = {s.assessor_id for s in row.sheets} | linked.get(row.application_id, set())
        missing = form.per_file - len(row.active)
        free = sorted((n for n in chosen if n not in known), key=lambda n: (load[n], chosen.index(n)))
        for number in free[: max(0, missing)]:
            assign(work, application, number)
            load[number] += 1
            made += 1
        if len(free) < missing:
            short.append(row.reference)
    return Shared(made, tuple(short))


def withdraw(work: Work, sheet: ScoreSheet, reason: str) -> None:
    """Take a file back from an assessor who has not locked it."""
    sheet = work.hold(sheet)
    work.advance(SCORE_SHEET, sheet, "withdraw", reason=reason)


def extra_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """One more assessor is called when all sheets are locked and their spread is above the limit of the call."""
    call = work.db.get_one(Call, application.call_id)
    outcome = queries.result(work, application)
    if outcome is None:
        yield Refusal("sheets_open", _("Sheets of this file are not locked yet."))
    elif outcome.spread_tenths <= call.spread_limit * 10:
        yield Refusal(
            "spread_small",
            _("The spread is %(spread)d points; one more assessor is called above %(limit)d.")
            % {"spread": outcome.spread_tenths // 10, "limit": call.spread_limit},
        )


def call_extra(work: Work, application: Application, form: ExtraForm) -> ScoreSheet:
    """Call one more assessor, who sees nothing of the other sheets; until the new sheet is locked the file has no mark (R9)."""
    application = work.hold(application)
    refuse(extra_obstacles(work, application))
    if application.status == "reviewed":
        work.advance(APPLICATION, application, "reopen_review", reason=form.reason)
    committees_service.strike(
        work, "application", application.id, ("call", application.call_id), application.reference, form.reason
    )
    if any(s.extra and s.status in ("assigned", "open") for s in queries.sheets_of(work, [application.id])):
        raise Refused(Refusal("already_called", _("One more assessor is already called for this file.")))
    return assign(work, application, form.assessor_id, extra=True)
