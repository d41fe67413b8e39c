"""A new version of a template: proposed by whoever prepares agreements, approved by another person, in force from its day on (I1, I2)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements import queries
from portfolio.agreements.forms import TemplateForm
from portfolio.agreements.models import AgreementTemplate
from portfolio.agreements.reference.clauses import Template, plain, read
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

PROPOSE, APPROVE = "agreement:prepare", "agreement:countersign"
"""Whoever signs agreements answers for their text."""


def propose_template(work: Work, code: str, form: TemplateForm) -> AgreementTemplate:
    """Store a version that waits for another person. Raises Invalid with every fault of the text, by its line."""
    work.require(PROPOSE)
    errors = []
    if form.valid_from <= work.today:
        errors.append(FieldError("valid_from", _("A version begins after today: choose a later day.")))
    body = plain(form.body)
    try:
        read(code, body)
    except Invalid as faults:
        errors += faults.errors
    known = queries.every_version(work, code)
    if any(t.body == body for t in known):
        errors.append(
            FieldError("body", _("This text is already that of a version: change what must change."))
        )
    if errors:
        raise Invalid(errors)
    version = max(t.version for t in known) + 1
    hashed = Template(code, version, form.title, form.valid_from, form.source, body).hash
    return work.create(
        AgreementTemplate(
            code=code,
            number=version,
            title=form.title,
            valid_from=form.valid_from,
            source=form.source,
            body=body,
            template_hash=hashed,
            proposed_by_id=work.actor.id,
            proposed_at=work.now,
        ),
        "agreement_template:proposed",
        data={"code": code, "version": version, "hash": hashed, "from": form.valid_from},
    )


def approve_template_obstacles(work: Work, template: AgreementTemplate) -> Iterator[Refusal]:
    """Once, by another person, before its day."""
    if template.approved_at is not None:
        yield Refusal("already_done", _("This version is already approved."))
        return
    if template.proposed_by_id == work.actor.id:
        yield Refusal(
            "same_person",
            _("You proposed this version: another person approves it."),
            who=who_may(APPROVE),
        )
    if template.valid_from <= work.today:
        yield Refusal(
            "begun",
            _("Its first day is past: agreements were already written with the version before."),
            way_out=_("Propose it again with a later day."),
        )


def approve_template(work: Work, template: AgreementTemplate) -> None:
    """From its day on, agreements are written with it; those already settled keep their own."""
    template = work.hold(template)
    work.require(APPROVE)
    refuse(approve_template_obstacles(work, template))
    work.edit(
        template,
        "agreement_template:approved",
        permission=APPROVE,
        approved_by_id=work.actor.id,
        approved_at=work.now,
    )
