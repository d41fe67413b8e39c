"""Red flags: an exclusion written from its act, a flag cleared by two people with a reason (I4, D2)."""

from __future__ import annotations

from portfolio.documents import service as documents
from portfolio.groups.forms import ClearForm, ExclusionForm
from portfolio.groups.models import Group, RedFlag
from portfolio.groups.queries.flags import flags
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def exclude(work: Work, group: Group, form: ExclusionForm) -> RedFlag:
    """Write an exclusion from the act that pronounces it, with the act itself."""
    group = work.hold(group)
    work.require("group:block", group)
    errors = []
    if form.until_on is not None and form.until_on < form.from_on:
        errors.append(FieldError("until_on", _("The exclusion ends before it begins.")))
    if any(f.kind == "exclusion" and f.key == form.act[:100] for f in flags(work, group)):
        errors.append(FieldError("act", _("This act is already recorded for this group.")))
    if not documents.attached(form.scan):
        errors.append(FieldError("scan", _("Attach the act: scan or photo.")))
    if errors:
        raise Invalid(errors)
    document = documents.add(work, group, "exclusion", form.scan, "scan")
    row = RedFlag(
        group_id=group.id,
        kind="exclusion",
        key=form.act[:100],
        act=form.act,
        reason=form.reason,
        from_on=form.from_on,
        until_on=form.until_on,
        document_id=document.id,
        raised_by_id=work.actor.id,
        raised_at=work.now,
    )
    work.db.add(row)
    work.db.flush()
    work.record(
        "red_flag:raised", group, reason=form.reason, data={"flag": row.id, "sha256": document.sha256}
    )
    return row


def propose_clearing(work: Work, group: Group, form: ClearForm) -> RedFlag:
    """Say why a flag is no obstacle; another person decides."""
    group = work.hold(group)
    work.require("red_flag:propose", group)
    flag = next((f for f in flags(work, group) if (f.kind, f.key) == (form.kind, form.key)), None)
    if flag is None:
        raise NotFound
    if not flag.open:
        raise Refused(Refusal("already_done", _("This flag is already cleared. Reload the page.")))
    row = flag.row
    if row is None:
        row = RedFlag(
            group_id=group.id,
            kind=flag.kind,
            key=flag.key,
            raised_by_id=work.actor.id,
            raised_at=work.now,
        )
        work.db.add(row)
    row.clear_reason, row.proposed_by_id, row.proposed_at = form.reason, work.actor.id, work.now
    work.db.flush()
    work.record(
        "red_flag:clearing_proposed", group, reason=form.reason, data={"flag": row.id, "kind": row.kind}
    )
    return row


def clear(work: Work, group: Group, row: RedFlag) -> None:
    """A second person clears the flag for the reason proposed."""
    group = work.hold(group)
    work.hold(row)
    work.require("red_flag:clear", group)
    if row.cleared_at is not None:
        raise Refused(Refusal("already_done", _("This flag is already cleared. Reload the page.")))
    if row.proposed_by_id is None:
        raise Refused(
            Refusal(
                "not_proposed",
                _("Nobody has said yet why this flag is no obstacle."),
                way_out=_("Have the clearing proposed, with its reason."),
                who=who_may("red_flag:propose"),
            )
        )
    if row.proposed_by_id == work.actor.id:
        raise Refused(
            Refusal(
                "four_eyes",
                _("Separation of duties: you already acted on this record. A second person must do this."),
                who=who_may("red_flag:clear"),
            )
        )
    row.cleared_by_id, row.cleared_at = work.actor.id, work.now
    work.db.flush()
    work.record("red_flag:cleared", group, reason=row.clear_reason, data={"flag": row.id, "kind": row.kind})
