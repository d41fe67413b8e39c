"""The two signatures: the group's as it stands on the paper, then the ordonnateur's (R10, R17, F5, F10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.agreements import queries
from portfolio.agreements.forms import GroupSignatureForm
from portfolio.agreements.models import Agreement
from portfolio.agreements.service.dates import acts_before, date_refusals
from portfolio.documents import service as documents
from portfolio.documents.service import Upload
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import date_text, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import AGREEMENT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

SCAN = "signed_agreement"


def paper_errors(work: Work, group_id: int, form: GroupSignatureForm) -> Iterator[FieldError]:
    """What any signed paper must carry: a signatory in office that day, and for a thumbprint two witnesses and who read it aloud (R17)."""
    if form.signed_on > work.today:
        yield FieldError("signed_on", _("This date is in the future: enter the day of the signature."))
    elif not queries.entitled(work, group_id, form.signatory_name, form.signed_on):
        yield FieldError(
            "signatory_name",
            _("This person was not in the bureau of the group on %(when)s: register the officer first, or correct the name.")
            % {"when": date_text(form.signed_on)},
        )  # fmt: skip
    if not form.thumbprint:
        return
    for name, value in (
        ("witness_one", form.witness_one),
        ("witness_one_paper", form.witness_one_paper),
        ("witness_two", form.witness_two),
        ("witness_two_paper", form.witness_two_paper),
    ):
        if not value:
            yield FieldError(name, _("A thumbprint needs two witnesses, each with a paper of identity."))
    if form.witness_one and form.witness_two and queries.alike(form.witness_one, form.witness_two):
        yield FieldError("witness_two", _("The two witnesses must be two different persons."))
    for name, witness in (("witness_one", form.witness_one), ("witness_two", form.witness_two)):
        if witness and queries.alike(witness, form.signatory_name):
            yield FieldError(name, _("The signatory cannot be a witness of the signature."))
    if not form.language or not form.translator:
        yield FieldError(
            "language" if not form.language else "translator",
            _("Say in which language the agreement was read, and by whom."),
        )


def paper_facts(form: GroupSignatureForm) -> dict[str, Any]:
    """The columns of a signature on paper."""
    return {
        "signatory_name": form.signatory_name,
        "signatory_function": form.signatory_function,
        "signed_with_thumbprint": form.thumbprint,
        "reading_language": form.language or "",
        "translator": form.translator or "",
        "witnesses": [
            {"name": name, "paper": paper}
            for name, paper in (
                (form.witness_one, form.witness_one_paper),
                (form.witness_two, form.witness_two_paper),
            )
            if form.thumbprint and name
        ],
    }


def signature_errors(work: Work, agreement: Agreement, form: GroupSignatureForm) -> Iterator[FieldError]:
    """The same, and a date that follows the decision and its notification (R1)."""
    yield from paper_errors(work, agreement.group_id, form)
    if form.signed_on > work.today:
        return
    for refusal in date_refusals(work, agreement, form.signed_on):
        yield FieldError("signed_on", refusal.message)


def record_group_signature(work: Work, agreement: Agreement, form: GroupSignatureForm) -> None:
    """Record the group's signature; the scan may come with it, and is bound by its hash."""
    work.hold(agreement)
    errors = list(signature_errors(work, agreement, form))
    if errors:
        raise Invalid(errors)
    work.advance(
        AGREEMENT,
        agreement,
        "record_group_signature",
        signed_by_group_on=form.signed_on,
        **paper_facts(form),
        **acts_before(work, agreement),
    )
    if documents.attached(form.scan):
        _bind(work, agreement, form.scan)


def attach_scan(work: Work, agreement: Agreement, scan: Upload) -> None:
    """Attach the signed copy that came later."""
    work.hold(agreement)
    work.require("agreement:send", agreement)
    if not documents.attached(scan):
        raise Invalid([FieldError("scan", _("Choose the scan of the signed agreement."))])
    _bind(work, agreement, scan)


def _bind(work: Work, agreement: Agreement, scan: Upload) -> None:
    document = documents.add(work, agreement, SCAN, scan, "scan")
    work.edit(agreement, "agreement:scan_attached", permission="agreement:send", signed_scan_id=document.id)


def countersign_obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """The signed copy must be here, and the four dates in their order (R1)."""
    if agreement.signed_scan_id is None:
        yield Refusal(
            "scan_missing",
            _("The copy signed by the group has not been attached."),
            way_out=_("Scan the signed agreement and attach it."),
            who=who_may("agreement:send"),
        )
    yield from _rules_changed(work, agreement)
    yield from date_refusals(work, agreement, agreement.signed_by_group_on or work.today)
    if agreement.signed_by_group_on is not None and agreement.signed_by_group_on > work.today:
        yield Refusal(
            "dates_out_of_order",
            _("The group's signature is dated after today."),
            way_out=_("Return the agreement and correct the date that is wrong."),
            who=who_may("agreement:check"),
        )
    if agreement.ends_on < work.today:
        yield Refusal(
            "ended",
            _("The agreement would be over before it is signed: its end is %(when)s.")
            % {"when": date_text(agreement.ends_on)},
            way_out=_("Return it and correct its dates."),
            who=who_may("agreement:check"),
        )


def _rules_changed(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """The group signed the figures of the day the paper was sent: the authority cannot sign others."""
    sent = agreement.sent_at.date() if agreement.sent_at else work.today
    if queries.figures(work, agreement, sent) != queries.figures(work, agreement, work.today):
        yield Refusal(
            "rules_changed",
            _("A figure of the rules that the text quotes has changed since the agreement was sent on %(when)s.")
            % {"when": date_text(sent)},
            way_out=_("Return the agreement, then send its new text for signature."),
            who=who_may("agreement:check"),
        )


def countersign(work: Work, agreement: Agreement) -> None:
    """The ordonnateur signs, in his own name, by delegation or by interim; the convention is issued and its tranches may live."""
    work.hold(agreement)
    refuse(countersign_obstacles(work, agreement))
    grant = work.require("agreement:countersign", agreement, agreement.amount_minor)
    work.advance(
        AGREEMENT,
        agreement,
        "countersign",
        measures={"amount": agreement.amount_minor},
        signed_capacity=(grant.capacity or "")[:300],
    )
    issue_agreement(work, agreement)


def issue_agreement(work: Work, agreement: Agreement) -> None:
    """Print the signed convention for good, bound to its facts and to the scan (F12)."""
    from portfolio.agreements.pdf import agreement_pdf

    with speaking("fr"):  # papers are French whatever the language of the screen
        documents.issue(
            work,
            kind="agreement",
            reference=agreement.reference,
            title=_("Grant agreement %(reference)s") % {"reference": agreement.reference},
            subject=agreement,
            facts=queries.agreement_facts(work, agreement),
            draw=agreement_pdf,
        )
