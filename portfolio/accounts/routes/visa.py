"""The rule on the controller's visa: what counts today, who holds the role, the acts that said so."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.accounts import queries, service
from portfolio.accounts.forms import VisaRuleForm
from portfolio.accounts.routes.signing import router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def visa_page(work: Work, id: int | None = None, bad: Bad | None = None) -> Response:
    """The page; `id` is the rule that could not be confirmed."""
    rules = queries.visa_rules(work)
    people = {i for r in rules for i in (r.proposed_by_id, r.confirmed_by_id) if i}
    return page(
        work,
        "accounts/visa.html",
        bad=bad,
        title=_("Visa of the financial controller"),
        crumbs=[
            (_("Accounts and roles"), url("accounts.people")),
            (_("Visa of the financial controller"), None),
        ],
        required=queries.visa_required(work),
        held=queries.people_with(work, "financial_controller"),
        rules=rules,
        blocked={
            r.id: list(service.confirm_visa_rule_obstacles(work, r)) for r in rules if not r.confirmed_at
        }
        if work.may("role:grant")
        else {},
        names=work.around.names_of(work.db, people),
        may=work.may("role:grant"),
    )


@router.get("/visa", name="accounts.visa")
@allow("role:view")
def visa(work: W) -> Response:
    """What counts today."""
    return visa_page(work)


@router.post("/visa", name="accounts.propose_visa_rule")
@allow("role:grant")
@on_refusal(visa_page)
def propose(work: W, raw: Raw) -> Response:
    """Propose a rule."""
    service.propose_visa_rule(work, VisaRuleForm.read(raw))
    return done(work, url("accounts.visa"), _("The rule is proposed. A second person must confirm it."))


@router.post("/visa/{id:int}/confirm", name="accounts.confirm_visa_rule")
@allow("role:grant")
@on_refusal(visa_page)
def confirm(work: W, id: int) -> Response:
    """Put a rule in force, as second person."""
    service.confirm_visa_rule(work, queries.visa_rule(work, id))
    return done(work, url("accounts.visa"), _("The rule is in force."))
