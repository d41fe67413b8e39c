"""Verdicts: admissible or not, eligible or not, reinstated. What each was founded on is kept as findings."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.applications.models import Application, ScreeningFinding
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.screening import queries
from portfolio.screening.forms import JudgedForm, ReasonForm
from portfolio.screening.queries import Test
from portfolio.work import Work

IN_SCREENING = ("submitted", "pieces_requested", "admissible")


def _unmet(found: list[Test], kind: str) -> Iterator[Refusal]:
    for test in found:
        if test.kind == kind and not test.met:
            yield Refusal(
                f"test_{test.code}",
                _("%(test)s: not met (%(value)s).") % {"test": test.label, "value": test.computed},
            )


def admit_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """What keeps a file from being admissible: out of time, or a paper missing or not checked."""
    yield from _unmet(queries.tests(work, application), "admissibility")


def eligible_obstacles(work: Work, application: Application) -> Iterator[Refusal]:
    """What keeps a file from being eligible: not entered in full, or a test that is not met."""
    if application.entered_at is None:
        yield Refusal(
            "not_entered",
            _("The paper file is not entered in full: its budget and its duration are not known."),
            _("Enter it from the page of the file."),
            url=f"/applications/{application.id}/edit",
        )
        return
    yield from _unmet(queries.tests(work, application), "eligibility")


def record_tests(work: Work, application: Application, form: JudgedForm) -> Application:
    """Judge the tests where the data may be incomplete: another outcome than the computed one needs a note, kept in the trail."""
    work.hold(application)
    work.require("application:screen", application)
    if application.status not in IN_SCREENING:
        refuse([Refusal("not_in_screening", _("The tests of this file are closed: a verdict was given."))])
    computed = {t.code: t for t in queries.tests(work, application)}
    errors, judged = [], []
    for at, row in enumerate(form.tests):
        test = computed.get(row.code)
        if test is None:
            errors.append(FieldError(f"tests-{at}-met", _("This test does not exist. Reload the page.")))
            continue
        met = row.met == "yes"
        if met == test.computed_met:
            if test.judged or test.note:
                judged.append((test, met, ""))
            continue
        if row.code not in queries.JUDGED:
            words = _("This test is computed from the records and cannot be judged otherwise.")
            errors.append(FieldError(f"tests-{at}-met", words))
        elif not row.note or len(row.note) < 10:
            errors.append(
                FieldError(f"tests-{at}-note", _("Say in a sentence why the data is not what counts here."))
            )
        elif (met, row.note) != (test.met, test.note):
            judged.append((test, met, row.note))
    if errors:
        raise Invalid(errors)
    for test, met, note in judged:
        _keep(work, application, test, met, note)
    work.db.flush()
    if judged:
        data = {"tests": [test.code for test, _met, _note in judged]}
        work.record("application:tested", application, data=data)
    return application


def _keep(work: Work, application: Application, test: Test, met: bool, note: str) -> None:
    work.db.add(
        ScreeningFinding(
            application_id=application.id,
            kind=test.kind,
            code=test.code,
            met=met,
            computed=test.computed[:300],
            note=note,
            by_id=work.actor.id,
            at=work.now,
        )
    )


def _found(work: Work, application: Application, kind: str) -> list[str]:
    """Keep every test of a kind as it stands at the verdict; gives the codes that were not met."""
    found = [t for t in queries.tests(work, application) if t.kind == kind]
    for test in found:
        _keep(work, application, test, test.met, test.note)
    work.db.flush()
    return [t.code for t in found if not t.met]


def admit(work: Work, application: Application) -> Application:
    """Declare a file admissible: in time and complete."""
    work.hold(application)
    _check_move(work, application, "admit")
    refuse(admit_obstacles(work, application))
    _found(work, application, "admissibility")
    work.advance(APPLICATION, application, "admit")
    return application


def declare_inadmissible(work: Work, application: Application, form: ReasonForm) -> Application:
    """Declare a file inadmissible (irrecevable), with its reason."""
    work.hold(application)
    _check_move(work, application, "declare_inadmissible")
    unmet = _found(work, application, "admissibility")
    work.advance(APPLICATION, application, "declare_inadmissible", reason=form.reason, data={"unmet": unmet})
    return application


def find_eligible(work: Work, application: Application) -> Application:
    """Declare a file eligible: every test met."""
    work.hold(application)
    _check_move(work, application, "find_eligible")
    refuse(eligible_obstacles(work, application))
    _found(work, application, "eligibility")
    work.advance(APPLICATION, application, "find_eligible")
    return application


def declare_ineligible(work: Work, application: Application, form: ReasonForm) -> Application:
    """Declare a file ineligible (inéligible), with its reason: another thing than inadmissible, and than not selected."""
    work.hold(application)
    _check_move(work, application, "declare_ineligible")
    unmet = _found(work, application, "eligibility")
    work.advance(APPLICATION, application, "declare_ineligible", reason=form.reason, data={"unmet": unmet})
    return application


def reinstate(work: Work, application: Application, form: ReasonForm) -> Application:
    """Put a file back in examination after an error or an appeal, by another person than the one who set it aside."""
    work.hold(application)
    work.advance(APPLICATION, application, "reinstate", reason=form.reason)
    return application


def _check_move(work: Work, application: Application, verb: str) -> None:
    """The status before the tests: a file already decided says so, instead of listing its tests."""
    if APPLICATION.find(verb, application.status) is None:
        work.advance(APPLICATION, application, verb)
