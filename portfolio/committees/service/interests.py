"""Declarations of interest, made before a file is opened (G4, MP13): no link, or which one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portfolio.committees import queries
from portfolio.committees.forms import DeclareAllForm, DeclareForm
from portfolio.committees.models import InterestDeclaration, Session
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work


def record_interest(
    work: Work, person_id: int, subject_type: str, subject_id: int, *, conflict: bool, nature: str = ""
) -> InterestDeclaration:
    """Keep what a person declares. A link once declared stays: only a new act of appointment could undo it.

    No permission is asked here: the caller's own verb has asked it (an assessor declares by opening a sheet).
    """
    known = queries.declaration_of(work, person_id, subject_type, subject_id)
    if known is None:
        made = InterestDeclaration(
            person_id=person_id,
            subject_type=subject_type,
            subject_id=subject_id,
            conflict=conflict,
            nature=nature,
            declared_at=work.now,
        )
        data = {"subject": subject_type, "subject_id": subject_id, "conflict": conflict}
        return work.create(made, "interest:declared", data=data)
    known = work.hold(known)
    if known.conflict and not conflict:
        raise Refused(
            Refusal(
                "link_declared",
                _("You declared a link with this file: it stays closed to you."),
                way_out=_("If this is a mistake, write to the president of the committee."),
            )
        )
    if conflict and not known.conflict:
        known.conflict, known.nature, known.declared_at = True, nature, work.now
        work.db.flush()
        data = {"subject": subject_type, "subject_id": subject_id, "conflict": True}
        work.record("interest:declared", known, data=data)
    return known


def declare_interest(
    work: Work, subject_type: str, subject_id: int, form: DeclareForm
) -> InterestDeclaration:
    """The actor declares about one thing. Raises Invalid when a link is declared without saying which."""
    work.require("interest:declare")
    conflict = form.linked == "yes"
    if conflict and not form.nature:
        raise Invalid(
            [FieldError("nature", _("Say which link: family, association, employer, debt, village…"))]
        )
    return record_interest(
        work, work.actor.id, subject_type, subject_id, conflict=conflict, nature=form.nature or ""
    )


def declare_all(work: Work, session: Session, form: DeclareAllForm) -> list[InterestDeclaration]:
    """The actor declares about every file of a session that they have not declared about yet: the ticked ones are linked."""
    work.require("interest:declare", session)
    items = queries.items(work, session)
    linked = set(form.linked)
    errors = []
    if linked and not form.nature:
        errors.append(
            FieldError("nature", _("Say which link: family, association, employer, debt, village…"))
        )
    if not form.sworn:
        errors.append(FieldError("sworn", _("Tick the undertaking of impartiality and confidentiality.")))
    if linked - {item.id for item in items}:
        errors.append(FieldError("linked", _("Choose files of this session.")))
    if errors:
        raise Invalid(errors)
    known = set(declared_subjects(work, work.actor.id, {item.subject_type for item in items}))
    made = []
    for item in items:
        conflict = item.id in linked
        if conflict or (item.subject_type, item.subject_id) not in known:
            made.append(
                record_interest(
                    work,
                    work.actor.id,
                    item.subject_type,
                    item.subject_id,
                    conflict=conflict,
                    nature=(form.nature or "") if conflict else "",
                )
            )
    return made


def declared_subjects(work: Work, person_id: int, kinds: Iterable[str]) -> list[tuple[str, int]]:
    """What a person has already declared about."""
    rows = work.db.execute(
        select(InterestDeclaration.subject_type, InterestDeclaration.subject_id).where(
            InterestDeclaration.person_id == person_id,
            InterestDeclaration.subject_type.in_(sorted(kinds)),
        )
    )
    return [(kind, number) for kind, number in rows]
