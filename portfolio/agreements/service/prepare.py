"""From the award to the paper sent for signature: create, correct, certify the checks, send, take back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import delete, select

from portfolio.accounts.queries import visa_required, visa_way_out
from portfolio.agreements import queries
from portfolio.agreements.forms import AgreementForm, BudgetLine, EditForm
from portfolio.agreements.models import Agreement, AgreementLine, Condition, Tranche
from portfolio.agreements.service.sums import (
    budget_obstacles,
    condition_obstacles,
    difference,
    schedule_obstacles,
)
from portfolio.applications.models import Application, BudgetItem
from portfolio.awards.models import Award, Commitment, Decision
from portfolio.calls.models import Call
from portfolio.funds.models import BudgetLine as CreditLine
from portfolio.groups.models import Group, GroupAccount
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.kit.text import fold
from portfolio.rulebook.lifecycles.agreements import AGREEMENT
from portfolio.rulebook.permissions import who_may
from portfolio.strategy.service import copy_tags
from portfolio.work import Work


def committed_on(work: Work, commitment: Commitment) -> date | None:
    """The day from which the commitment binds: the visa's, or its own where the institution has no controller; None before."""
    if commitment.status in ("visaed", "visaed_with_reserve") and commitment.visaed_at is not None:
        return commitment.visaed_at.date()
    if commitment.status == "prepared" and not visa_required(work):
        return commitment.prepared_at.date()
    return None


def create_obstacles(
    work: Work, award: Award, decision: Decision, commitment: Commitment | None
) -> Iterator[Refusal]:
    """The first two of the four dates: engagement and visa, then décision (R1, R2)."""
    if award.outcome != "awarded":
        yield Refusal("not_awarded", _("This file was not awarded a grant: there is nothing to agree on."))
    if decision.status != "signed" or decision.signed_at is None:
        yield Refusal(
            "decision_unsigned",
            _("The decision is not signed: an agreement rests on it."),
            way_out=_("Have the decision signed."),
            who=who_may("decision:sign"),
        )
    bound = committed_on(work, commitment) if commitment is not None else None
    if commitment is None or bound is None:
        way_out, who = visa_way_out(work, _("Have the commitment prepared and visaed before anyone signs."))
        yield Refusal(
            "commitment_missing",
            _("The credits are not committed, or the commitment has not received its visa."),
            way_out=way_out,
            who=who,
        )
        return
    if decision.signed_at is not None and bound > decision.signed_at.date():
        yield Refusal(
            "dates_out_of_order",
            _(
                "The commitment dates from %(committed)s, after the decision of %(decided)s: it had to come first."
            )
            % {"committed": date_text(bound), "decided": date_text(decision.signed_at.date())},
            way_out=_("Prepare a rectifying decision dated after the visa."),
            who=who_may("decision:prepare"),
        )
    missing = award.amount_minor - (commitment.amount_minor - commitment.released_minor)
    if missing > 0:
        yield Refusal(
            "commitment_short",
            _("The commitment is short of %(missing)s for a grant of %(wanted)s.")
            % {"missing": amount(missing), "wanted": amount(award.amount_minor)},
            way_out=_("Have the difference committed and visaed."),
            who=who_may("commitment:prepare"),
            missing_minor=missing,
        )


def form_obstacles(work: Work, form: AgreementForm, grant_minor: int, group_id: int) -> Iterator[Refusal]:
    """What the form itself must satisfy."""
    if form.ends_on < form.starts_on:
        yield Refusal("dates_reversed", _("The agreement would end before it starts: correct the dates."))
    yield from budget_obstacles(form.lines, grant_minor)
    yield from schedule_obstacles([t.amount for t in form.tranches], grant_minor)
    yield from condition_obstacles({n: t.amount for n, t in enumerate(form.tranches, 1)}, form.conditions)
    if form.account_id is not None:
        account = work.db.get(GroupAccount, form.account_id)
        if account is None or account.group_id != group_id:
            yield Refusal("foreign_account", _("This account does not belong to the group: choose another."))


def copied_budget(work: Work, application: Application) -> list[BudgetLine]:
    """The budget of the file, as lines of the agreement."""
    statement = select(BudgetItem).where(BudgetItem.application_id == application.id)
    return [
        BudgetLine(
            label=i.label, unit=i.unit or None, quantity=i.quantity, unit_minor=i.unit_minor, source=i.source  # type: ignore[arg-type]
        )
        for i in work.db.scalars(statement.order_by(BudgetItem.position))
    ]  # fmt: skip


def create(work: Work, award: Award, form: AgreementForm) -> Agreement:
    """Prepare the agreement of an award: its budget copied from the file (or adapted), its schedule and conditions (R1, I2, J1)."""
    work.hold(award)
    application = work.db.get_one(Application, award.application_id)
    decision = work.db.get_one(Decision, award.decision_id)
    commitment = queries.commitment_of(work, application.id)
    work.require("agreement:prepare", award)
    refuse(_taken(work, application))
    refuse(create_obstacles(work, award, decision, commitment))
    assert commitment is not None
    form = form.model_copy(update={"lines": form.lines or copied_budget(work, application)})
    refuse(form_obstacles(work, form, award.amount_minor, award.group_id))
    group = work.db.get_one(Group, award.group_id)
    line = work.db.get_one(CreditLine, commitment.budget_line_id)
    reference = work.number("agreement", "agreement")
    title = form.title or application.title or group.name
    agreement = work.create(
        Agreement(
            reference=reference,
            title=title,
            search=fold(f"{reference} {title} {group.name}")[:700],
            application_id=application.id,
            award_id=award.id,
            decision_id=decision.id,
            commitment_id=commitment.id,
            call_id=award.call_id,
            group_id=award.group_id,
            place_id=application.place_id,
            country=award.country,
            fund_id=line.fund_id,
            budget_line_id=line.id,
            amount_minor=award.amount_minor,
            own_cash_minor=_sum(form.lines, "N"),
            own_kind_minor=_sum(form.lines, "V"),
            amount_currency=award.amount_currency,
            starts_on=form.starts_on,
            ends_on=form.ends_on,
            bank_account_id=form.account_id,
            created_by_id=work.actor.id,
            created_at=work.now,
            **queries.pinned(work, "convention", work.today),
        ),
        "agreement:created",
        permission="agreement:prepare",
        data={"amount_minor": award.amount_minor, "decision": decision.reference, "commitment": commitment.reference},
    )  # fmt: skip
    _write_budget(work, agreement, form.lines)
    _write_schedule(work, agreement, form)
    copy_tags(work, application, agreement, instead=work.db.get_one(Call, award.call_id))
    return agreement


def edit(work: Work, agreement: Agreement, form: EditForm) -> None:
    """Correct an agreement before its checks; the schedule and budget are written again whole."""
    work.hold(agreement)
    if agreement.status != "draft":
        refuse([_frozen()])
    application = work.db.get_one(Application, agreement.application_id)
    form = form.model_copy(update={"lines": form.lines or copied_budget(work, application)})
    refuse(form_obstacles(work, form, agreement.amount_minor, agreement.group_id))
    work.edit(
        agreement,
        "agreement:edited",
        permission="agreement:prepare",
        version=form.version,
        title=form.title or agreement.title,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        bank_account_id=form.account_id,
        own_cash_minor=_sum(form.lines, "N"),
        own_kind_minor=_sum(form.lines, "V"),
        **queries.pinned(work, "convention", work.today),
    )
    ids = [t.id for t in queries.tranches(work, agreement)]
    work.db.execute(delete(Condition).where(Condition.tranche_id.in_(ids)))
    work.db.execute(delete(Tranche).where(Tranche.agreement_id == agreement.id))
    work.db.execute(delete(AgreementLine).where(AgreementLine.agreement_id == agreement.id))
    work.db.expire_all()
    _write_budget(work, agreement, form.lines)
    _write_schedule(work, agreement, form)


def check_obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """What the second person certifies: both sums, the account and its holder, the dates (I4, M12)."""
    award = work.db.get_one(Award, agreement.award_id)
    decision = work.db.get_one(Decision, agreement.decision_id)
    yield from create_obstacles(work, award, decision, work.db.get_one(Commitment, agreement.commitment_id))
    call = work.db.get_one(Call, agreement.call_id)
    if agreement.amount_minor > call.ceiling_minor:
        yield Refusal(
            "above_call_ceiling",
            _("The grant is %(over)s above the ceiling of the call, %(ceiling)s.")
            % {
                "over": amount(agreement.amount_minor - call.ceiling_minor),
                "ceiling": amount(call.ceiling_minor),
            },
            way_out=_("Have the decision corrected: a grant never passes the ceiling of its call."),
            who=who_may("decision:prepare"),
            missing_minor=agreement.amount_minor - call.ceiling_minor,
        )
    tranches = queries.tranches(work, agreement)
    yield from schedule_obstacles([t.amount_minor for t in tranches], agreement.amount_minor)
    lines = queries.lines(work, agreement)
    yield from difference(
        "budget_sum",
        _("The lines paid by the grant sum to %(found)s: %(difference)s too much for a grant of %(wanted)s."),
        _(
            "The lines paid by the grant sum to %(found)s: %(difference)s are missing to reach the grant of %(wanted)s."
        ),
        sum(line.amount_minor for line in lines if line.source == "S"),
        agreement.amount_minor,
    )
    if any(t.modality in ("advance", "reimbursement") for t in tranches):
        yield from holder_refusals(work, agreement)


def holder_refusals(work: Work, agreement: Agreement, other: GroupAccount | None = None) -> Iterator[Refusal]:
    """The account must be verified, and in the name of the group; a wallet may be in the name of an office holder (case 1)."""
    account = other or (
        work.db.get(GroupAccount, agreement.bank_account_id) if agreement.bank_account_id else None
    )
    if account is None or account.status != "verified":
        yield from queries.account_refusals(account, work.now, agreement.id)
        return
    group = work.db.get_one(Group, agreement.group_id)
    names = [group.name]
    if account.kind in ("mobile", "cash"):
        names += [officer.full_name for officer in queries.officers(work, group.id)]
    if not any(queries.alike(account.holder, name) for name in names):
        yield Refusal(
            "holder_differs",
            _("The account is not in the name of the group: its holder is another."),
            way_out=_("Ask for a certificate of an account in the group's name, then have it verified."),
            who=who_may("group_account:verify"),
            url=f"/groups/{group.id}",
        )


def check(work: Work, agreement: Agreement) -> None:
    """Certify the checks before signature; by another person than the one who prepared (I4)."""
    work.hold(agreement)
    refuse(check_obstacles(work, agreement))
    work.advance(AGREEMENT, agreement, "check", **queries.pinned(work, "convention", work.today))


def send(work: Work, agreement: Agreement) -> None:
    """Send the paper to the group for its signature: from here on its text is settled."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "send")


def return_(work: Work, agreement: Agreement, reason: str) -> None:
    """Take the agreement back to be corrected, with the reason."""
    work.hold(agreement)
    work.advance(AGREEMENT, agreement, "return_", reason=reason, checked_by_id=None, checked_at=None)


def _sum(lines: Sequence[BudgetLine], source: str) -> int:
    return sum(line.quantity * line.unit_minor for line in lines if line.source == source)


def _taken(work: Work, application: Application) -> Iterator[Refusal]:
    if (known := queries.of_application(work, application.id)) is not None:
        yield Refusal(
            "already_done",
            _("This file already has its agreement: %(reference)s.") % {"reference": known.reference},
            url=f"/agreements/{known.id}",
        )


def _frozen() -> Refusal:
    return Refusal(
        "wrong_status",
        _(
            "The checks were certified: the text is settled. Return the agreement with a reason to correct it."
        ),
        who=who_may("agreement:check"),
    )


def _write_budget(work: Work, agreement: Agreement, lines: Sequence[BudgetLine]) -> None:
    for position, line in enumerate(lines, 1):
        work.db.add(
            AgreementLine(
                agreement_id=agreement.id,
                position=position,
                label=line.label,
                unit=line.unit or "",
                quantity=line.quantity,
                unit_minor=line.unit_minor,
                amount_minor=line.quantity * line.unit_minor,
                source=line.source,
            )
        )
    work.db.flush()


def _write_schedule(work: Work, agreement: Agreement, form: AgreementForm) -> None:
    for number, row in enumerate(form.tranches, 1):
        tranche = Tranche(
            agreement_id=agreement.id,
            number=number,
            code=f"{agreement.reference}-T{number}",
            country=agreement.country,
            call_id=agreement.call_id,
            group_id=agreement.group_id,
            label=row.label or "",
            amount_minor=row.amount,
            amount_currency=agreement.amount_currency,
            modality=row.modality,
            planned_on=row.planned_on,
        )
        work.create(tranche, "tranche:scheduled", data={"amount_minor": row.amount, "modality": row.modality})
        mine = [c for c in form.conditions if c.tranche == number]
        for position, condition in enumerate(mine, 1):
            work.db.add(
                Condition(
                    tranche_id=tranche.id,
                    position=position,
                    kind=condition.kind,
                    threshold=condition.threshold,
                    label=condition.label or "",
                    source=condition.source or "",
                )
            )
    work.db.flush()
