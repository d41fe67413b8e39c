"""Closing a grant: prepared by one, attested by the ordonnateur, only when every franc is accounted for (M4, document 20)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import update

from portfolio.accounts.queries import signer
from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.applications.service import mark_grant_closed
from portfolio.awards.models import Commitment, Decision
from portfolio.calls.models import Call
from portfolio.closures import queries
from portfolio.closures.forms import ClosureForm
from portfolio.closures.models import Closure
from portfolio.closures.pdf import closure_pdf
from portfolio.documents.models import Paper
from portfolio.documents.queries import ampliations
from portfolio.documents.reference import letterhead
from portfolio.documents.service import issue
from portfolio.funds import queries as funds
from portfolio.funds import service as money
from portfolio.funds.models import Fund
from portfolio.groups.models import Group
from portfolio.groups.queries import open_flags
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.agreements import AGREEMENT
from portfolio.rulebook.lifecycles.closures import CLOSURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def obstacles(work: Work, agreement: Agreement) -> Iterator[Refusal]:
    """Everything that stands between a grant and its certificate, each with its way out."""
    if agreement.status != "closing":
        yield Refusal(
            "not_closing",
            _("The closing of agreement %(reference)s has not been started.")
            % {"reference": agreement.reference},
            way_out=_("Start closing it on its page."),
            who=who_may("agreement:close"),
            url=f"/agreements/{agreement.id}",
        )
    end = agreements.end_of(work, agreement)
    if end > work.today and not _whole(work, agreement):
        yield Refusal(
            "not_ended",
            _("The agreement runs until %(day)s.") % {"day": date_text(end)},
            way_out=_("Wait for its end, or shorten it by an amendment."),
        )
    found = queries.still_open(work, agreement)

    def each(code: str, names: Sequence[str], words: str, way_out: str, permission: str) -> Iterator[Refusal]:
        if names:
            yield Refusal(code, words % {"names": ", ".join(names)}, way_out=way_out, who=who_may(permission))

    yield from each(
        "tranches_open",
        found.tranches,
        _("Tranches neither cleared nor cancelled: %(names)s."),
        _("Have the advance justified or repaid, or cancel what will not be paid."),
        "justification:validate",
    )
    yield from each(
        "payments_open",
        found.payments,
        _("Payments on their way: %(names)s."),
        _("Pay or reject them."),
        "disbursement:pay",
    )
    yield from each(
        "reports_open",
        found.reports,
        _("Reports not validated: %(names)s."),
        _("Have them examined and validated."),
        "justification:validate",
    )
    yield from each(
        "papers_held",
        found.held,
        _("Papers without a final verdict or not cleared yet: n° %(names)s."),
        _("Accept or refuse them, then clear what was accepted."),
        "justification:review",
    )
    yield from each(
        "recoveries_open",
        found.recoveries,
        _("Orders to repay not settled: %(names)s."),
        _("Collect what is owed, or write it off by an act."),
        "recovery:collect",
    )
    yield from each(
        "amendments_open",
        found.amendments,
        _("Amendments not signed: %(names)s."),
        _("Sign or refuse them."),
        "amendment:approve",
    )
    yield from each(
        "procedures_open",
        found.procedures,
        _("Purchases not received: %(names)s."),
        _("Record the reception and the hand-over, or declare the purchase without result."),
        "procedure:receive",
    )
    yield from each(
        "not_handed_over",
        found.unhanded,
        _("Purchases made for the group and not handed over to it: %(names)s."),
        _("Record the hand-over: the certificate says what the group now owns."),
        "procedure:receive",
    )
    yield from each(
        "grievances_open",
        found.grievances,
        _("Complaints not closed: %(names)s."),
        _("Have them answered and closed."),
        "grievance:close",
    )
    yield from each(
        "findings_open",
        found.findings,
        _("Grave audit findings not settled: %(names)s."),
        _("Carry out what they recommend and settle what they question, with the auditors."),
        "recommendation:do",
    )
    if (paid_on := queries.unreported_since(work, agreement)) is not None:
        yield Refusal(
            "final_report_missing",
            _("No accepted report covers the execution after the last payment of %(day)s.")
            % {"day": date_text(paid_on)},
            way_out=_("Have the final report presented and validated."),
            who=who_may("justification:validate"),
        )
    group = work.db.get_one(Group, agreement.group_id)
    # Likenesses with other groups and their debts are judged before a first payment: they say nothing of this grant's money.
    yield from each(
        "red_flags_open",
        [flag.words for flag in open_flags(work, group, agreement.reference) if flag.kind == "exclusion"],
        _("Alerts open on the group: %(names)s"),
        _("Have the alert cleared by two people, with the reason, or settle what it says."),
        "red_flag:clear",
    )
    figures = queries.figures(work, agreement)
    if figures.unexplained:
        yield Refusal(
            "unexplained",
            _("%(gap)s were paid and are neither justified nor repaid.")
            % {"gap": amount(abs(figures.unexplained))},
            way_out=_("Have the expenses justified, or ask the rest back."),
            who=who_may("justification:review"),
            missing_minor=abs(figures.unexplained),
        )


def _whole(work: Work, agreement: Agreement) -> bool:
    """Nothing is left to pay or to do with the money, all paid or given back by a termination: a grant may close before its last day."""
    figures = queries.figures(work, agreement)
    given_back = work.db.get_one(Commitment, agreement.commitment_id).released_minor
    settled = figures.paid + given_back == figures.committed
    return settled and not queries.still_open(work, agreement).tranches


def _values(work: Work, agreement: Agreement, form: ClosureForm) -> dict[str, Any]:
    figures = queries.figures(work, agreement)
    return {
        "committed_minor": figures.committed,
        "paid_minor": figures.paid,
        "justified_minor": figures.justified,
        "repaid_minor": figures.repaid,
        "written_off_minor": figures.written_off,
        "released_minor": figures.released,
        "keep_until": form.keep_until,
        "follow_up_on": form.follow_up_on,
        "note": form.note or "",
    }


def prepare(work: Work, agreement: Agreement, form: ClosureForm) -> Closure:
    """Draw up the account of a grant for the signature of the ordonnateur; once more when its figures have changed."""
    agreement = work.hold(agreement)
    refuse(obstacles(work, agreement))
    found = queries.of_agreement(work, agreement)
    if found is not None:
        closure = work.hold(found)
        if closure.status != "prepared":
            raise Refused(Refusal("attested", _("This grant is closed.")))
        work.edit(
            closure, "closure:edited", permission="closure:prepare",
            prepared_by_id=work.actor.id, prepared_at=work.now, clearing_number=None, cleared_at=None, cleared_by_id=None,
            **_values(work, agreement, form),
        )  # fmt: skip
        return closure
    closure = Closure(
        reference=work.number("closure", "closure"),
        agreement_id=agreement.id,
        country=agreement.country,
        amount_currency=agreement.amount_currency,
        prepared_by_id=work.actor.id,
        prepared_at=work.now,
        **_values(work, agreement, form),
    )
    data = {"agreement": agreement.reference, "paid_minor": closure.paid_minor}
    return work.create(closure, "closure:prepared", permission="closure:prepare", data=data)


def attest_obstacles(work: Work, closure: Closure) -> Iterator[Refusal]:
    """The same obstacles on the day of the signature, figures that did not move since they were drawn up, and the comptable's word that
    the account is cleared (document 20)."""
    yield from clear_account_obstacles(work, closure)
    if closure.cleared_at is None:
        yield Refusal(
            "account_not_cleared",
            _("The accountant has not declared this account cleared."),
            way_out=_("The accountant checks the account to the franc and declares it cleared."),
            who=who_may("closure:clear_account"),
        )


def clear_account_obstacles(work: Work, closure: Closure) -> Iterator[Refusal]:
    """Nothing open, and the figures of the books are those of the certificate."""
    agreement = work.db.get_one(Agreement, closure.agreement_id)
    yield from obstacles(work, agreement)
    now = queries.figures(work, agreement)
    then = (
        closure.committed_minor,
        closure.paid_minor,
        closure.justified_minor,
        closure.repaid_minor,
        closure.written_off_minor,
    )
    if then != (now.committed, now.paid, now.justified, now.repaid, now.written_off):
        yield Refusal(
            "figures_changed",
            _("The account of this grant has changed since it was prepared."),
            way_out=_("Prepare the closure again: the figures are taken anew."),
            who=who_may("closure:prepare"),
        )


def clear_account(work: Work, closure: Closure) -> None:
    """« Compte apuré le … sous le n° … »: the comptable's act, numbered, before the ordonnateur signs."""
    closure = work.hold(closure)
    work.hold(work.db.get_one(Agreement, closure.agreement_id))
    work.require("closure:clear_account", closure)
    refuse(clear_account_obstacles(work, closure))
    number = work.number("account_cleared", "closure")
    work.advance(CLOSURE, closure, "clear_account", data={"number": number}, clearing_number=number)


def attest(work: Work, closure: Closure) -> Paper:
    """Sign the certificate: the rest of the commitment is released, the agreement is closed for good, the paper is kept."""
    closure = work.hold(closure)
    agreement = work.hold(work.db.get_one(Agreement, closure.agreement_id))
    work.require("closure:attest", closure)
    refuse(attest_obstacles(work, closure))
    work.advance(CLOSURE, closure, "attest")
    commitment = work.db.get_one(Commitment, agreement.commitment_id)
    if (
        rest := closure.released_minor - commitment.released_minor
    ):  # a termination has released its part already
        _release(work, agreement, rest)
    work.advance(AGREEMENT, agreement, "close")
    mark_grant_closed(work, work.db.get_one(Application, agreement.application_id))
    return issue_closure(work, closure)


def _release(work: Work, agreement: Agreement, rest: int) -> None:
    """Désengagement of what will not be paid (R1)."""
    commitment = work.hold(work.db.get_one(Commitment, agreement.commitment_id))
    line = funds.line(work, agreement.budget_line_id)
    money.uncommit(work, line, rest)
    moved = work.db.execute(
        update(Commitment)
        .where(Commitment.id == commitment.id, Commitment.released_minor + rest <= Commitment.amount_minor)
        .values(released_minor=Commitment.released_minor + rest)
        .returning(Commitment.released_minor)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    work.db.expire(commitment, ["released_minor"])
    if moved is None:
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
    work.record("commitment:reduced", commitment, data={"released_minor": rest})
    work.post("commitment:reduced", commitment, {"amount": rest}, agreements.dims(work, agreement))


def closure_facts(work: Work, closure: Closure) -> dict[str, Any]:
    """All that the attestation de clôture prints."""
    agreement = work.db.get_one(Agreement, closure.agreement_id)
    group = work.db.get_one(Group, agreement.group_id)
    line = funds.line(work, agreement.budget_line_id)
    on = closure.attested_at.date() if closure.attested_at else work.today
    return {
        "letterhead": letterhead(on),
        "on": on.isoformat(),
        "status": closure.status,
        "closure": closure.reference,
        "agreement": agreement.reference,
        "signed_on": agreement.signed_at.date().isoformat() if agreement.signed_at else "",
        "title": agreement.title,
        "group": group.name,
        "call": work.db.get_one(Call, agreement.call_id).code,
        "decision": work.db.get_one(Decision, agreement.decision_id).reference,
        "fund": work.db.get_one(Fund, agreement.fund_id).code,
        "line": line.code,
        "exercice": line.exercice,
        "amendments": queries.amendments(work, agreement),
        "committed_minor": closure.committed_minor,
        "paid_minor": closure.paid_minor,
        "justified_minor": closure.justified_minor,
        "repaid_minor": closure.repaid_minor,
        "written_off_minor": closure.written_off_minor,
        "released_minor": closure.released_minor,
        "currency": closure.amount_currency,
        "reports": [
            {
                "reference": r.reference,
                "from_on": r.from_on.isoformat(),
                "to_on": r.to_on.isoformat(),
                "validated_on": r.validated_at.date().isoformat() if r.validated_at else "",
            }
            for r in queries.reports(work, agreement)
        ],
        "equipment": queries.equipment(work, agreement),
        "keep_until": closure.keep_until.isoformat() if closure.keep_until else "",
        "follow_up_on": closure.follow_up_on.isoformat() if closure.follow_up_on else "",
        "note": closure.note,
        "ampliations": ampliations(work, "closure"),
        "clearer": signer(work, closure.cleared_by_id, closure.cleared_at, "closure:clear_account"),
        "clearing_number": closure.clearing_number or "",
        "signer": signer(work, closure.attested_by_id, closure.attested_at, "closure:attest"),
        "writer": signer(work, closure.prepared_by_id, closure.prepared_at, "closure:prepare"),
    }  # fmt: skip


def issue_closure(work: Work, closure: Closure) -> Paper:
    """Print the certificate and keep it."""
    return issue(
        work,
        kind="closure",
        reference=closure.reference,
        title="Attestation de clôture",
        subject=closure,
        facts=closure_facts(work, closure),
        draw=closure_pdf,
    )
