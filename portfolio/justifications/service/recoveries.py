"""What is refused or unspent comes back: prepared by one, signed by the ordonnateur, collected by the comptable (R1, document 17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import update

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, FormalNotice, Tranche
from portfolio.agreements.service import move_stage
from portfolio.documents.reference import figure
from portfolio.documents.service import add, attached
from portfolio.funds import queries as funds
from portfolio.funds import service as money
from portfolio.justifications import queries
from portfolio.justifications.forms import CollectForm, ProposeWriteOffForm, RecoveryForm, WriteOffForm
from portfolio.justifications.models import Recovery, RecoveryReceipt
from portfolio.justifications.reference import WITHOUT_NOTICE
from portfolio.justifications.service.papers import issue_order, issue_quittance
from portfolio.justifications.service.reports import settle_tranche
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.kit.words import date_long
from portfolio.rulebook.lifecycles.justifications import RECOVERY
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def prepare_obstacles(work: Work, tranche: Tranche, asked: int | None = None) -> Iterator[Refusal]:
    """Money is asked back only of an advance, and only what it still carries."""
    if tranche.modality != "advance" or not tranche.paid_minor:
        yield Refusal("no_advance", _("Tranche %(number)d carries no advance.") % {"number": tranche.number})
        return
    room = tranche.paid_minor - tranche.cleared_minor - tranche.refused_minor
    room -= queries.prepared_minor(work, tranche)
    if (asked or 1) > room:
        yield Refusal(
            "above_advance",
            _("Tranche %(number)d still carries %(room)s: no more can be asked back.")
            % {"number": tranche.number, "room": amount(max(0, room))},
            way_out=_("Lower the amount, or wait for the validation of the report."),
            missing_minor=(asked or 1) - room,
        )


def prepare_recovery(work: Work, tranche: Tranche, form: RecoveryForm) -> Recovery:
    """Prepare an order to repay."""
    tranche = work.hold(tranche)
    if form.due_on < work.today:
        raise Invalid(
            [FieldError("due_on", _("The last day to repay has already passed. Choose a later one."))]
        )
    refuse(prepare_obstacles(work, tranche, form.amount))
    most = min(form.amount, queries.refused_unasked(work, tranche))
    if form.for_refused is not None and form.for_refused > most:
        words = _(
            "At most %(most)s: refused papers that no other order asks back, within the amount to repay."
        )
        said = words % {"most": amount(most, tranche.amount_currency)}
        raise Invalid([FieldError("for_refused", said)])
    recovery = Recovery(
        reference=work.number("recovery", "recovery"),
        agreement_id=tranche.agreement_id,
        tranche_id=tranche.id,
        call_id=tranche.call_id,
        group_id=tranche.group_id,
        country=tranche.country,
        amount_minor=form.amount,
        for_refused_minor=most if form.for_refused is None else form.for_refused,
        amount_currency=tranche.amount_currency,
        reason=form.reason,
        article=form.article or "",
        ground=form.ground,
        formal_notice_id=_notice(work, tranche, form.notice_id),
        due_on=form.due_on,
        prepared_by_id=work.actor.id,
        prepared_at=work.now,
    )
    data = {"tranche": tranche.code, "amount_minor": form.amount}
    return work.create(recovery, "recovery:prepared", permission="recovery:prepare", data=data)


def _notice(work: Work, tranche: Tranche, number: int | None) -> int | None:
    """The notice chosen, or the last one on this tranche whose delay is over. Invalid when it is another agreement's."""
    agreement = work.db.get_one(Agreement, tranche.agreement_id)
    if number is None:
        found = agreements.expired_notice(work, agreement, tranche)
        return found.id if found else None
    chosen = work.db.get(FormalNotice, number)
    if chosen is None or chosen.agreement_id != agreement.id or chosen.tranche_id not in (None, tranche.id):
        raise Invalid([FieldError("notice_id", _("Choose one of the answers proposed."))])
    return chosen.id


def link_notice(work: Work, recovery: Recovery, number: int) -> None:
    """Rest a prepared order on a formal notice."""
    recovery = work.hold(recovery)
    work.require("recovery:prepare", recovery)
    if recovery.status != "prepared":
        raise Refused(Refusal("wrong_status", _("The order is signed: what it rests on no longer changes.")))
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    chosen = _notice(work, tranche, number)
    work.edit(recovery, "recovery:edited", permission="recovery:prepare", formal_notice_id=chosen)


def issue_obstacles(work: Work, recovery: Recovery) -> Iterator[Refusal]:
    """Money that the group does not give back by itself is ordered back after a formal notice whose delay is over (R11, document 17)."""
    if recovery.ground in WITHOUT_NOTICE:
        return
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    chosen = work.db.get(FormalNotice, recovery.formal_notice_id) if recovery.formal_notice_id else None
    missing = list(agreements.notice_refusals(work, agreement, tranche, chosen))
    yield from missing
    if chosen is None and not missing:
        yield Refusal(
            "notice_not_linked",
            _("The order does not say on which formal notice it rests."),
            way_out=_("Choose the notice on the page of the order."),
            who=who_may("recovery:prepare"),
            url=f"/justifications/recoveries/{recovery.id}",
        )


def prepare_on(work: Work, form: RecoveryForm) -> Recovery:
    """The same, the tranche chosen in the form."""
    return prepare_recovery(work, queries.get_tranche(work, form.tranche_id), form)


def issue_recovery(work: Work, recovery: Recovery) -> None:
    """Sign the order: the advance becomes a claim, and the tranche's guard moves with it."""
    recovery = work.hold(recovery)
    tranche = work.hold(work.db.get_one(Tranche, recovery.tranche_id))
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    work.require("recovery:issue", recovery)
    if RECOVERY.find("issue", recovery.status):
        refuse(issue_obstacles(work, recovery))
    notice = work.db.get(FormalNotice, recovery.formal_notice_id) if recovery.formal_notice_id else None
    work.advance(
        RECOVERY,
        recovery,
        "issue",
        measures={"amount": recovery.amount_minor},
        dims=agreements.dims(work, agreement, tranche=tranche),
        notice_reference=notice.reference if notice else "",
        notice_received_on=notice.received_on if notice else None,
    )
    move_stage(work, tranche, "refused", recovery.amount_minor)
    settle_tranche(work, tranche, "settle")
    issue_order(work, recovery)


def take_charge_obstacles(work: Work, recovery: Recovery) -> Iterator[Refusal]:
    """An order is taken in charge once."""
    if recovery.charged_at is not None:
        yield Refusal(
            "in_charge",
            _("This order is already taken in charge, under no. %(number)s.")
            % {"number": recovery.charge_number},
        )


def take_charge(work: Work, recovery: Recovery) -> None:
    """« Pris en charge le … sous le n° … »: the comptable's act on an order to repay; its next edition prints it (document 17)."""
    recovery = work.hold(recovery)
    work.require("recovery:collect", recovery)
    refuse(take_charge_obstacles(work, recovery))
    _charge(work, recovery)
    issue_order(work, recovery)


def _charge(work: Work, recovery: Recovery) -> None:
    number = work.number("recovery_charge", "recovery")
    work.advance(RECOVERY, recovery, "take_charge", data={"number": number}, charge_number=number)


def shift(work: Work, recovery: Recovery, column: str, delta: int) -> bool:
    """Move a guard of the order inside its amount; False when there is no room."""
    moved = getattr(Recovery, column)
    whole = Recovery.collected_minor + Recovery.written_off_minor + Recovery.held_minor
    bound = whole + delta <= Recovery.amount_minor if delta >= 0 else moved + delta >= 0
    found = work.db.execute(
        update(Recovery)
        .where(Recovery.id == recovery.id, bound)
        .values({moved: moved + delta})
        .returning(moved)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    work.db.expire(recovery, [column])
    return found is not None


def collect_obstacles(work: Work, recovery: Recovery) -> Iterator[Refusal]:
    """Money is received against an order that is signed and not settled."""
    if recovery.status == "prepared":
        yield Refusal(
            "not_issued",
            _("The order is not signed yet."),
            who=who_may("recovery:issue"),
        )
    if recovery.status == "cancelled":
        yield Refusal(
            "cancelled",
            _("Order %(reference)s is cancelled: nothing is owed on it.") % {"reference": recovery.reference},
            way_out=_("Prepare another order if the money must come back."),
            who=who_may("recovery:prepare"),
        )


def collect(work: Work, recovery: Recovery, form: CollectForm) -> RecoveryReceipt:
    """Record money that came back, wholly or in part, against a numbered quittance; settles the order at its last franc."""
    recovery = work.hold(recovery)
    work.require("recovery:collect", recovery)
    refuse(collect_obstacles(work, recovery))
    if form.received_on > work.today:
        raise Invalid([FieldError("received_on", _("This date is in the future. Check the paper."))])
    if recovery.issued_at and form.received_on < recovery.issued_at.date():
        raise Invalid(
            [FieldError("received_on", _("This date comes before the order to repay. Check the paper."))]
        )
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    fund = funds.fund(work, agreement.fund_id)
    if form.treasury_account_id not in {a.id for a in funds.treasury_options(work, fund)}:
        raise Invalid([FieldError("treasury_account_id", _("Choose one of the answers proposed."))])
    account = funds.treasury(work, form.treasury_account_id)
    if recovery.status != "issued" or not shift(work, recovery, "collected_minor", form.amount):
        owed = queries.owed(recovery) - recovery.held_minor
        raise Refused(
            Refusal(
                "above_owed",
                _("Only %(owed)s are still to be repaid on this order.") % {"owed": amount(owed)},
                way_out=_("Enter the amount that was really received, and give the rest back."),
                missing_minor=form.amount - owed,
            )
        )
    if recovery.charged_at is None:  # whoever collects has taken it in charge
        _charge(work, recovery)
    money.refund(work, fund, account, form.amount)
    receipt = RecoveryReceipt(
        reference=work.number("receipt", "recovery_receipt"),
        recovery_id=recovery.id,
        treasury_account_id=account.id,
        amount_minor=form.amount,
        amount_currency=recovery.amount_currency,
        received_on=form.received_on,
        payer=form.payer,
        bank_reference=form.bank_reference or "",
        received_by_id=work.actor.id,
        received_at=work.now,
    )
    work.db.add(receipt)
    work.db.flush()
    work.record(
        "recovery:collected", recovery, data={"amount_minor": form.amount, "receipt": receipt.reference}
    )
    work.post(
        "recovery:collected",
        recovery,
        {"amount": form.amount},
        agreements.dims(work, agreement, tranche=tranche, treasury=account.code),
        treasury=account.kind,
        document=receipt.reference,
        value_on=form.received_on,
    )
    if recovery.collected_minor + recovery.written_off_minor == recovery.amount_minor:
        work.advance(RECOVERY, recovery, "settle")
    issue_quittance(work, recovery, receipt)
    return receipt


def propose_write_off(work: Work, recovery: Recovery, form: ProposeWriteOffForm) -> None:
    """Enter the act of another authority on which what is left may be written off, with its document: the ordonnateur decides after."""
    recovery = work.hold(recovery)
    work.require("recovery:collect", recovery)
    if recovery.status != "issued":
        raise Refused(
            Refusal(
                "wrong_status", _("Only an order to repay that is signed and not settled is written off.")
            )
        )
    errors = []
    if form.act_on > work.today:
        errors.append(FieldError("act_on", _("This date is in the future. Check the paper.")))
    if not attached(form.scan):
        errors.append(
            FieldError("scan", _("Attach the signed act: a claim is given up on its document only."))
        )
    if errors:
        raise Invalid(errors)
    document = add(work, recovery, "write_off_act", form.scan, "scan")
    recovery.write_off_act, recovery.write_off_act_on = form.act, form.act_on
    recovery.write_off_document_id, recovery.write_off_document_sha256 = document.id, document.sha256
    recovery.write_off_proposed_by_id, recovery.write_off_proposed_at = work.actor.id, work.now
    work.db.flush()
    data = {"act": form.act, "act_on": form.act_on.isoformat(), "sha256": document.sha256}
    work.record("recovery:write_off_proposed", recovery, data=data)


def write_off_obstacles(work: Work, recovery: Recovery) -> Iterator[Refusal]:
    """An act entered by somebody else, and nothing of the claim waiting on a payment."""
    if recovery.write_off_proposed_by_id is None:
        yield Refusal(
            "no_act",
            _("No act of another person allows this claim to be written off."),
            way_out=_("Have the act entered with its number, its date and its document."),
            who=who_may("recovery:collect"),
        )
    if recovery.held_minor:
        yield Refusal(
            "held_by_payment",
            _("%(held)s of this order are being deducted from a payment.")
            % {"held": amount(recovery.held_minor, recovery.amount_currency)},
            way_out=_("Wait for the payment, or have it returned."),
            who=who_may("disbursement:return"),
        )


def write_off(work: Work, recovery: Recovery, form: WriteOffForm) -> None:
    """Admission en non-valeur, or remise gracieuse, of what is left: on the act that another person entered, for ever in the books."""
    recovery = work.hold(recovery)
    work.require("recovery:write_off", recovery)
    if RECOVERY.find("write_off", recovery.status):
        refuse(write_off_obstacles(work, recovery))
    rest = queries.owed(recovery)
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    tranche = work.db.get_one(Tranche, recovery.tranche_id)
    on = recovery.write_off_act_on
    act = f"{recovery.write_off_act} du {date_long(on)}" if on else recovery.write_off_act
    work.advance(
        RECOVERY,
        recovery,
        "write_off",
        reason=form.reason,
        data={"act": act, "sha256": recovery.write_off_document_sha256},
        measures={"amount": rest},
        dims=agreements.dims(work, agreement, tranche=tranche),
        document=recovery.write_off_act[:60],
        written_off_act=act,
    )
    if not shift(work, recovery, "written_off_minor", rest):
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))


def last_day(work: Work) -> date:
    """The last day to repay that the form proposes: the delay of a formal notice (article 12 of the agreement), a dated rule."""
    return date.fromordinal(work.today.toordinal() + figure("notice_days", work.today))
