"""Amendments: typed, one open of each type, made on a copy, both sums checked, merged at signature, never touching a paid tranche (I5, C10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.agreements import queries
from portfolio.agreements.forms import AmendmentForm, AmendmentSignatureForm
from portfolio.agreements.models import Agreement, Amendment
from portfolio.agreements.reference import AMENDMENT_WORDS
from portfolio.agreements.service.amending.checks import amendment_obstacles as amendment_obstacles
from portfolio.agreements.service.amending.copy import changes_of
from portfolio.agreements.service.amending.copy import condition_rows as condition_rows
from portfolio.agreements.service.amending.merge import merge
from portfolio.agreements.service.sign import paper_errors, paper_facts
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import date_text, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import AMENDMENT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

SCAN = "signed_amendment"


def prepare_amendment(work: Work, agreement: Agreement, form: AmendmentForm) -> Amendment:
    """Prepare an avenant on a copy; nothing of the agreement changes before it is signed."""
    work.hold(agreement)
    work.require("amendment:prepare", agreement)
    changes = changes_of(work, agreement, form)
    refuse(amendment_obstacles(work, agreement, form.kind, changes))
    known = queries.amendments(work, agreement)
    return work.create(
        Amendment(
            reference=work.number("amendment", "amendment"),
            agreement_id=agreement.id,
            country=agreement.country,
            number=len(known) + 1,
            kind=form.kind,
            act=form.act or "",
            reason=form.reason,
            changes=changes,
            created_by_id=work.actor.id,
            **queries.pinned(work, "avenant", work.today),
        ),
        "amendment:created",
        reason=form.reason,
        data={"kind": form.kind, "agreement": agreement.reference},
    )


def submit_amendment(work: Work, amendment: Amendment) -> None:
    """Hand the amendment in for approval."""
    agreement = work.hold(work.db.get_one(Agreement, amendment.agreement_id))
    work.hold(amendment)
    refuse(amendment_obstacles(work, agreement, amendment.kind, amendment.changes, amendment))
    work.advance(AMENDMENT, amendment, "submit", **queries.pinned(work, "avenant", work.today))


def approve_obstacles(_work: Work, amendment: Amendment) -> Iterator[Refusal]:
    """What needs no avenant is accepted, not signed."""
    if amendment.kind == "virement_within":
        yield Refusal(
            "within_tolerance",
            _("A transfer within the tolerance is not signed: it is accepted."),
            way_out=_("Use « Accept without signature »."),
            who=who_may("amendment:approve"),
        )


def approve_amendment(work: Work, amendment: Amendment) -> None:
    """Approve it; by another person."""
    work.hold(amendment)
    refuse(approve_obstacles(work, amendment))
    work.advance(AMENDMENT, amendment, "approve")


def accept_obstacles(work: Work, amendment: Amendment) -> Iterator[Refusal]:
    """Only a transfer within the tolerance that still holds is accepted without both signatures."""
    if amendment.kind != "virement_within":
        yield Refusal(
            "needs_signatures",
            _("This type of amendment is signed by both parties."),
            way_out=_("Approve it, then have it signed."),
        )
        return
    agreement = work.db.get_one(Agreement, amendment.agreement_id)
    yield from amendment_obstacles(work, agreement, amendment.kind, amendment.changes, amendment)


def accept_amendment(work: Work, amendment: Amendment) -> None:
    """Merge a transfer within the tolerance: by another person, without signatures nor paper (article 18 of the agreement)."""
    agreement = work.hold(work.db.get_one(Agreement, amendment.agreement_id))
    work.hold(amendment)
    refuse(accept_obstacles(work, amendment))
    work.advance(AMENDMENT, amendment, "accept")
    merge(work, agreement, amendment)


def reject_amendment(work: Work, amendment: Amendment, reason: str) -> None:
    """Refuse it, with the reason."""
    work.hold(amendment)
    work.advance(AMENDMENT, amendment, "reject", reason=reason)


def sign_obstacles(work: Work, amendment: Amendment) -> Iterator[Refusal]:
    """The copy is looked at again on the day: a tranche may have been requested since."""
    agreement = work.db.get_one(Agreement, amendment.agreement_id)
    yield from amendment_obstacles(work, agreement, amendment.kind, amendment.changes, amendment)


def signing_errors(
    work: Work, agreement: Agreement, amendment: Amendment, form: AmendmentSignatureForm
) -> Iterator[FieldError]:
    """What the paper must carry: the signatory entitled that day, after the approval, the thumbprint's witnesses, the scan."""
    yield from paper_errors(work, agreement.group_id, form)
    approved = amendment.approved_at.date() if amendment.approved_at else None
    if form.signed_on <= work.today and approved is not None and form.signed_on < approved:
        yield FieldError(
            "signed_on",
            _("The amendment cannot be signed before its approval of %(when)s.") % {"when": date_text(approved)},
        )  # fmt: skip
    end = queries.end_of(work, agreement)
    if amendment.kind == "extension" and form.signed_on > end:
        words = _("An extension is signed by the end of the agreement, %(end)s.")
        yield FieldError("signed_on", words % {"end": date_text(end)})
    if not documents.attached(form.scan):
        yield FieldError(
            "scan", _("Attach the scan of the signed amendment: its fingerprint is printed on the paper.")
        )


def sign_amendment(work: Work, amendment: Amendment, form: AmendmentSignatureForm) -> None:
    """Both parties have signed: the scan is bound, the copy is merged into the agreement, and the paper issued."""
    agreement = work.hold(work.db.get_one(Agreement, amendment.agreement_id))
    work.hold(amendment)
    if errors := list(signing_errors(work, agreement, amendment, form)):
        raise Invalid(errors)
    refuse(sign_obstacles(work, amendment))
    grant = work.require("agreement:countersign", agreement, agreement.amount_minor)
    facts = queries.amendment_base(work, agreement)
    more: dict[str, Any] = {}
    if amendment.kind == "termination":  # the account as it is on the day of the signature
        more["changes"] = changes_of(
            work, agreement, AmendmentForm(kind="termination", reason=amendment.reason)
        )
    scan = documents.add(work, agreement, SCAN, form.scan, "scan")
    work.advance(
        AMENDMENT,
        amendment,
        "sign",
        signed_by_group_on=form.signed_on,
        signed_scan_id=scan.id,
        signed_capacity=(grant.capacity or "")[:300],
        **paper_facts(form),
        **more,
    )
    merge(work, agreement, amendment)
    from portfolio.agreements.pdf import amendment_pdf

    with speaking("fr"):  # papers are French whatever the language of the screen
        documents.issue(
            work,
            kind="amendment",
            reference=amendment.reference,
            title=_("Amendment no. %(number)d: %(kind)s")
            % {"number": amendment.number, "kind": _(AMENDMENT_WORDS[amendment.kind])},
            subject=agreement,
            facts=queries.amendment_facts(work, agreement, amendment, facts),
            draw=amendment_pdf,
        )
