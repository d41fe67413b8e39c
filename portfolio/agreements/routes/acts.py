"""The acts on an agreement, its conditions, and force majeure."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import (
    ActForm,
    ForceMajeureForm,
    GroupSignatureForm,
    ReasonForm,
    ScanForm,
    TerminateForm,
    WaiverForm,
)
from portfolio.agreements.models import Condition, ForceMajeure
from portfolio.agreements.reference import TERMINATION_WORDS
from portfolio.agreements.routes.records import choices, router, show_page
from portfolio.documents.service import ACCEPT
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def _back(work: Work, id: int, message: str) -> Response:
    return done(work, url("agreements.show", id=id), message)


@router.post("/{id:int}/check", name="agreements.check")
@allow("agreement:check")
@on_refusal(show_page)
def check(work: W, id: int) -> Response:
    """Certify the checks."""
    service.check(work, queries.get(work, id))
    return _back(work, id, _("Checks certified."))


@router.post("/{id:int}/return", name="agreements.return_")
@allow("agreement:check")
@on_refusal(show_page)
def return_(work: W, raw: Raw, id: int) -> Response:
    """Take it back."""
    service.return_(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("Agreement returned."))


@router.post("/{id:int}/send", name="agreements.send")
@allow("agreement:send")
@on_refusal(show_page)
def send(work: W, id: int) -> Response:
    """Send for signature."""
    service.send(work, queries.get(work, id))
    return _back(work, id, _("Sent for signature: print it, have it signed, scan it."))


def signature_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The form of the group's signature."""
    agreement = queries.get(work, id)
    return page(
        work,
        "agreements/signature.html",
        bad=bad,
        title=_("Record the group's signature"),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=id)),
        ],
        agreement=agreement,
        officers=queries.officers(work, agreement.group_id),
        accept=ACCEPT,
        **choices(),
    )


@router.get("/{id:int}/group-signature", name="agreements.group_signature")
@allow("agreement:send")
def group_signature(work: W, id: int) -> Response:
    """Who signed, how, before whom."""
    return signature_page(work, id)


@router.post("/{id:int}/group-signature", name="agreements.record_group_signature")
@allow("agreement:send")
@on_refusal(signature_page)
def record_group_signature(work: W, raw: Raw, id: int) -> Response:
    """Record it."""
    service.record_group_signature(work, queries.get(work, id), GroupSignatureForm.read(raw))
    return _back(work, id, _("The group's signature is recorded."))


@router.post("/{id:int}/scan", name="agreements.attach_scan")
@allow("agreement:send")
@on_refusal(show_page)
def attach_scan(work: W, raw: Raw, id: int) -> Response:
    """Attach the signed copy."""
    service.attach_scan(work, queries.get(work, id), ScanForm.read(raw).scan)
    return _back(work, id, _("Signed copy attached."))


@router.post("/{id:int}/countersign", name="agreements.countersign")
@allow("agreement:countersign")
@on_refusal(show_page)
def countersign(work: W, id: int) -> Response:
    """The ordonnateur signs."""
    service.countersign(work, queries.get(work, id))
    return _back(work, id, _("Agreement signed: it is in execution."))


def act_page(work: Work, id: int, verb: str, bad: Bad | None = None) -> Response:
    """The form of an act that stops an agreement: reason, number, document; for a termination, what it settles."""
    agreement = queries.get(work, id)
    ends = verb == "terminate"
    return page(
        work,
        "agreements/act.html",
        bad=bad,
        title=_("Terminate the agreement") if ends else _("Suspend the agreement"),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=id)),
        ],
        agreement=agreement,
        verb=verb,
        settlement=queries.settlement(work, agreement) if ends else None,
        obstacles=list(service.terminate_obstacles(work, agreement)) if ends else [],
        grounds=[(code, _(words)) for code, words in TERMINATION_WORDS.items()],
        notice_lacks=list(queries.notice_refusals(work, agreement)) if ends else [],
        expired=queries.expired_notice(work, agreement) if ends else None,
        accept=ACCEPT,
    )


def suspend_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The form of a suspension."""
    return act_page(work, id, "suspend", bad)


def terminate_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The form of a termination."""
    return act_page(work, id, "terminate", bad)


@router.get("/{id:int}/suspend", name="agreements.suspend_page")
@allow("agreement:suspend")
def suspend_form(work: W, id: int) -> Response:
    """Suspend: the form."""
    return suspend_page(work, id)


@router.post("/{id:int}/suspend", name="agreements.suspend")
@allow("agreement:suspend")
@on_refusal(suspend_page)
def suspend(work: W, raw: Raw, id: int) -> Response:
    """Suspend."""
    service.suspend(work, queries.get(work, id), ActForm.read(raw))
    return _back(work, id, _("Agreement suspended."))


@router.post("/{id:int}/resume", name="agreements.resume")
@allow("agreement:suspend")
@on_refusal(show_page)
def resume(work: W, raw: Raw, id: int) -> Response:
    """Resume."""
    service.resume(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return _back(work, id, _("Agreement resumed."))


@router.get("/{id:int}/terminate", name="agreements.terminate_page")
@allow("agreement:terminate")
def terminate_form(work: W, id: int) -> Response:
    """Terminate: the form, with what it settles."""
    return terminate_page(work, id)


@router.post("/{id:int}/terminate", name="agreements.terminate")
@allow("agreement:terminate")
@on_refusal(terminate_page)
def terminate(work: W, raw: Raw, id: int) -> Response:
    """Terminate."""
    service.terminate(work, queries.get(work, id), TerminateForm.read(raw))
    return _back(
        work,
        id,
        _("Agreement terminated: its unpaid tranches are cancelled, the rest of the commitment is released."),
    )


@router.post("/{id:int}/start_closing", name="agreements.start_closing")
@allow("agreement:close")
@on_refusal(show_page)
def start_closing(work: W, id: int) -> Response:
    """Begin to close."""
    service.start_closing(work, queries.get(work, id))
    return _back(work, id, _("Closing started."))


def condition_of(work: Work, number: int) -> tuple[Condition, int]:
    """A condition with the id of its agreement; NotFound outside scope."""
    found = work.db.get(Condition, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found, queries.tranche(work, found.tranche_id).agreement_id


def condition_page(work: Work, condition: int, bad: Bad | None = None) -> Response:
    """The agreement's page again, where the condition stands."""
    return show_page(work, condition_of(work, condition)[1], bad)


@router.post("/conditions/{condition:int}/propose-waiver", name="agreements.propose_waiver")
@allow("condition:meet")
@on_refusal(condition_page)
def propose_waiver(work: W, raw: Raw, condition: int) -> Response:
    """Ask for a waiver."""
    found, agreement = condition_of(work, condition)
    service.propose_waiver(work, found, WaiverForm.read(raw))
    return _back(work, agreement, _("Waiver proposed: another person decides."))


@router.post("/conditions/{condition:int}/waive", name="agreements.waive")
@allow("condition:waive")
@on_refusal(condition_page)
def waive(work: W, condition: int) -> Response:
    """Grant the waiver."""
    found, agreement = condition_of(work, condition)
    service.waive(work, found)
    return _back(work, agreement, _("Waiver granted."))


def tranche_page(work: Work, tranche: int, bad: Bad | None = None) -> Response:
    """The agreement's page again."""
    return show_page(work, queries.tranche(work, tranche).agreement_id, bad)


@router.post("/tranches/{tranche:int}/unfreeze", name="agreements.unfreeze")
@allow("condition:waive")
@on_refusal(tranche_page)
def unfreeze(work: W, raw: Raw, tranche: int) -> Response:
    """Let a frozen tranche go."""
    found = queries.tranche(work, tranche)
    work.require("condition:waive", found)
    service.unfreeze(work, found, ReasonForm.read(raw).reason)
    return _back(work, found.agreement_id, _("Tranche freed."))


@router.post("/tranches/{tranche:int}/cancel", name="agreements.cancel_tranche")
@allow("agreement:terminate")
@on_refusal(tranche_page)
def cancel_tranche(work: W, raw: Raw, tranche: int) -> Response:
    """Give up a tranche that will not be paid."""
    found = queries.tranche(work, tranche)
    service.cancel_tranche(work, found, ReasonForm.read(raw).reason)
    return _back(work, found.agreement_id, _("Tranche cancelled."))


def stops_page(work: Work, bad: Bad | None = None) -> Response:
    """Every force majeure, and the form that declares one."""
    facts: dict[str, Any] = {"rows": queries.force_majeures(work)}
    may = work.may("agreement:suspend")
    return page(
        work,
        "agreements/force_majeure.html",
        bad=bad,
        title=_("Force majeure"),
        crumbs=[(_("Grant agreements"), url("agreements.index"))],
        zones=queries.zones(work) if may else [],
        acts=queries.force_majeure_acts(work),
        accept=ACCEPT,
        may=may,
        **facts,
    )


@router.get("/force-majeure", name="agreements.force_majeure")
@allow("agreement:view")
def force_majeure(work: W) -> Response:
    """Zones and dates in which delays do not run."""
    return stops_page(work)


@router.post("/force-majeure", name="agreements.declare_force_majeure")
@allow("agreement:suspend")
@on_refusal(stops_page)
def declare(work: W, raw: Raw) -> Response:
    """Declare one."""
    service.declare_force_majeure(work, ForceMajeureForm.read(raw))
    return done(
        work,
        url("agreements.force_majeure"),
        _("Force majeure declared: the delays of the zone are stopped."),
    )


@router.post("/force-majeure/{number:int}/lift", name="agreements.lift_force_majeure")
@allow("agreement:suspend")
@on_refusal(stops_page)
def lift(work: W, number: int) -> Response:
    """Lift one."""
    found = work.db.get(ForceMajeure, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    service.lift_force_majeure(work, found)
    return done(work, url("agreements.force_majeure"), _("Force majeure lifted: the delays run again."))
