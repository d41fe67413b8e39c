"""The rule on the controller's visa: proposed by one who gives roles, in force by another, never backwards in time (R3)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.accounts.forms import VisaRuleForm
from portfolio.accounts.models import VisaRule
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def propose_visa_rule(work: Work, form: VisaRuleForm) -> VisaRule:
    """Write a rule; it takes effect when a second person confirms it."""
    if form.from_on < work.today:
        raise Invalid(
            [FieldError("from_on", _("A rule never counts backwards: choose today or a later day."))]
        )
    rule = VisaRule(
        required=form.required == "yes",
        from_on=form.from_on,
        act=form.act,
        reason=form.reason,
        proposed_by_id=work.actor.id,
        proposed_at=work.now,
    )
    data = {"required": rule.required, "from_on": rule.from_on.isoformat(), "act": rule.act}
    return work.create(rule, "visa_rule:proposed", permission="role:grant", reason=form.reason, data=data)


def confirm_visa_rule_obstacles(work: Work, rule: VisaRule) -> Iterator[Refusal]:
    """A second person, once, and not for days that are past."""
    if rule.confirmed_at is not None:
        yield Refusal("rule_settled", _("This rule is already in force."))
    if work.actor.id == rule.proposed_by_id:
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already acted on this record. A second person must do this."),
            who=who_may("role:grant"),
        )
    if rule.confirmed_at is None and rule.from_on < work.today:
        yield Refusal(
            "rule_past",
            _("The day from which this rule was to count is past."),
            way_out=_("Propose it again from a later day."),
        )


def confirm_visa_rule(work: Work, rule: VisaRule) -> None:
    """Put a rule in force, as second person."""
    rule = work.hold(rule)
    refuse(confirm_visa_rule_obstacles(work, rule))
    work.edit(
        rule,
        "visa_rule:confirmed",
        permission="role:grant",
        confirmed_by_id=work.actor.id,
        confirmed_at=work.now,
    )
