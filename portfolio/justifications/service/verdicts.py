"""Verdicts: a paper is shared out to the franc between what is accepted, held and refused, with a reason each (K2); what is held is decided
later, without touching what was cleared meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, AgreementLine, Tranche
from portfolio.justifications import queries
from portfolio.justifications.forms import AcceptForm, VerdictForm, VerdictsForm
from portfolio.justifications.models import Expense, ExpenseClearing, Justification
from portfolio.justifications.service.caps import cap_refusals
from portfolio.justifications.service.duties import four_eyes
from portfolio.justifications.service.twice import twice_refusals
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.justifications import EXPENSE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

SENTENCE = 10
"""Letters below which a reason is no sentence."""


@dataclass(frozen=True)
class Shares:
    """What becomes of one paper, in minor units: the three make its amount."""

    accepted: int
    queried: int
    refused: int


def _open(expense: Expense, report: Justification) -> Iterator[Refusal]:
    """Verdicts are given while a report is examined; a held paper also after its validation."""
    if report.status == "submitted":
        return
    if report.status == "validated" and expense.status in ("queried", "accepted", "refused"):
        return
    if report.status == "reviewed":
        yield Refusal(
            "examination_closed",
            _("The examination of report %(reference)s is closed.") % {"reference": report.reference},
            way_out=_("Have it sent back to the examiner, with a reason."),
            who=who_may("justification:validate"),
        )
        return
    yield Refusal(
        "not_submitted",
        _("Report %(reference)s has not been submitted: its papers are not examined yet.")
        % {"reference": report.reference},
        way_out=_("Submit the report first."),
        who=who_may("justification:submit"),
    )


def accept_obstacles(work: Work, expense: Expense, line_id: int | None = None) -> Iterator[Refusal]:
    """What forbids to accept a paper: pro forma, same invoice or file elsewhere, no line of the budget (K2, K8)."""
    report = queries.report_of(work, expense)
    yield from _open(expense, report)
    yield from twice_refusals(work, [expense])
    agreement = work.db.get_one(Agreement, expense.agreement_id)
    end = agreements.end_of(work, agreement)
    for flag in queries.flags(expense, agreement, report, 1, end=end):
        if not flag.blocks or (flag.code == "no_line" and line_id is not None):
            continue
        way_out = _("Refuse it with its reason.")
        if flag.code == "no_line":
            way_out = _("Choose its budget line, or refuse it: it is not in the agreed budget.")
        who = who_may("justification:review")
        yield Refusal(flag.code, f"N° {expense.number}. {flag.words}", way_out=way_out, who=who)
    actor = work.maybe_actor
    if actor is not None and expense.duplicate_by_id == actor.id:
        yield four_eyes("justification:review")


def share_out(expense: Expense, form: VerdictForm, verdict: str = "") -> Shares:
    """The three shares of a paper as they were typed. The rest goes to the one left empty: that of the verdict, the refused part when less than
    all is accepted, or the only one. Invalid when they do not make the amount, with the francs."""
    typed = {"accepted": form.accepted, "queried": form.queried, "refused": form.refused}
    empty = [name for name, value in typed.items() if value is None]
    wanted = {"accept": "accepted", "query": "queried", "refuse": "refused"}.get(verdict, "")
    rest_to = ""
    if wanted in empty:
        rest_to = wanted
    elif verdict == "accept" and "refused" in empty:
        rest_to = "refused"
    elif len(empty) == 1:
        rest_to = empty[0]
    # What was decided before stands unless something else is typed; what was held is what is shared out now.
    before = {"accepted": expense.accepted_minor, "queried": 0, "refused": expense.refused_minor}
    given = {name: before[name] if value is None else value for name, value in typed.items()}
    if rest_to:
        given[rest_to] = 0
        given[rest_to] = max(0, expense.amount_minor - sum(given.values()))
    missing = expense.amount_minor - sum(given.values())
    if missing:
        words = (
            _(
                "The three parts make %(sum)s and the paper is for %(amount)s: say what becomes of the %(rest)s left."
            )
            if missing > 0
            else _("The three parts make %(sum)s and the paper is for %(amount)s: take %(rest)s off.")
        )
        facts = {
            "sum": amount(sum(given.values())),
            "amount": amount(expense.amount_minor),
            "rest": amount(abs(missing)),
        }
        field = next((name for name, value in typed.items() if value is not None), "accepted")
        raise Invalid([FieldError(field, words % facts)])
    return Shares(**given)


def share_obstacles(work: Work, expense: Expense, shares: Shares) -> Iterator[Refusal]:
    """Only what is held is decided: what was accepted or refused stands until it is taken back, and what was cleared stands for good."""
    n = {"n": expense.number}
    if shares.accepted < expense.cleared_minor:
        yield Refusal(
            "already_cleared",
            _("%(cleared)s of paper n° %(n)d have been cleared in the ledger: no less is accepted.")
            % {"cleared": amount(expense.cleared_minor), **n},
            way_out=_("Reverse the clearing entry first."),
            who=who_may("ledger:reverse"),
        )
    elif shares.accepted < expense.accepted_minor or shares.refused < expense.refused_minor:
        yield Refusal(
            "verdict_stands",
            _(
                "Of paper n° %(n)d, %(accepted)s are accepted and %(refused)s refused: only what is held is decided now."
            )
            % {"accepted": amount(expense.accepted_minor), "refused": amount(expense.refused_minor), **n},
            way_out=_("Take the verdict back first, with a reason."),
            who=who_may("justification:review"),
        )
    elif shares == Shares(expense.accepted_minor, expense.queried_minor, expense.refused_minor):
        yield Refusal(
            "same_verdict",
            _("Paper n° %(n)d is already shared out like this: nothing changes.") % n,
            way_out=_("Accept or refuse a part of what is held."),
        )
    if _cleared_by_me(work, expense):
        yield four_eyes("justification:review")


def _cleared_by_me(work: Work, expense: Expense) -> bool:
    actor = work.maybe_actor
    if actor is None or not expense.cleared_minor:
        return False
    mine = select(ExpenseClearing.id).where(
        ExpenseClearing.expense_id == expense.id,
        ExpenseClearing.cleared_by_id == actor.id,
        ExpenseClearing.reversed_at.is_(None),
    )
    return work.db.scalar(mine.limit(1)) is not None


def _reasons(
    expense: Expense, form: VerdictForm, shares: Shares, asks: list[queries.Flag], general: str
) -> dict[str, Any]:
    """A reason for each share that needs one: its own, or the general one where only one share needs it, or the one that already stands."""
    fewer, held = shares.refused > expense.refused_minor, shares.queried > 0
    kept = {
        "accepted_reason": form.accepted_reason or (general if asks or not (fewer or held) else ""),
        "queried_reason": form.queried_reason or ("" if fewer else general),
        "refused_reason": form.refused_reason or (general if fewer else ""),
    }
    kept = {name: told.strip() or getattr(expense, name) for name, told in kept.items()}
    errors = []
    if asks and len(kept["accepted_reason"]) < SENTENCE:
        words = _("%(why)s Give the reason in a sentence.") % {"why": asks[0].words}
        errors.append(FieldError("accepted_reason", words))
    if held and len(kept["queried_reason"]) < SENTENCE:
        words = _("Say in a sentence what is asked of the group about the part that is held.")
        errors.append(FieldError("queried_reason", words))
    if fewer and len(kept["refused_reason"]) < SENTENCE:
        errors.append(FieldError("refused_reason", _("Say in a sentence why this part is refused.")))
    if errors:
        raise Invalid(errors)
    return {
        name: told if getattr(shares, name.removesuffix("_reason")) else "" for name, told in kept.items()
    }


def decide(
    work: Work, expense: Expense, form: VerdictForm, verdict: str = "", reason: str | None = None
) -> None:
    """The verdict on one paper: so much accepted, held, refused, to the franc, with a reason each. `verdict` names the share that an empty
    amount goes to; `reason` is the one reason of a verdict that needs only one. Decides only what is presented or held."""
    expense = work.hold(expense)
    report = queries.report_of(work, expense)
    if form.line_id is not None:
        line = work.db.get(AgreementLine, form.line_id)
        if line is None or line.agreement_id != expense.agreement_id:
            raise Invalid([FieldError("line_id", _("Choose one of the answers proposed."))])
        if expense.cleared_minor and form.line_id != expense.agreement_line_id:
            words = _("A part of this paper is cleared on its budget line: the line stays.")
            raise Invalid([FieldError("line_id", words)])
    refuse(_open(expense, report))
    if EXPENSE.find("accept", expense.status) is None:  # the verdict is given: the rulebook says so
        work.advance(EXPENSE, expense, verdict or "accept", permission_on=report)
    shares = share_out(expense, form, verdict)
    refuse(share_obstacles(work, expense, shares))
    more = shares.accepted > expense.accepted_minor
    asks: list[queries.Flag] = []
    accepted_by = list(expense.accepted_by)
    line_id = form.line_id or expense.agreement_line_id
    if more:
        refuse(accept_obstacles(work, expense, form.line_id))
        agreement = work.db.get_one(Agreement, expense.agreement_id)
        refuse(cap_refusals(work, agreement, expense, line_id, shares.accepted))
        end = agreements.end_of(work, agreement)
        asks = [f for f in queries.flags(expense, agreement, report, 1, end=end) if f.reasoned]
        accepted_by = sorted({*accepted_by, work.actor.id})
    reasons = _reasons(expense, form, shares, asks, reason or "")
    verb = "query" if shares.queried else "accept" if shares.accepted else "refuse"
    told = {"query": "queried_reason", "accept": "accepted_reason", "refuse": "refused_reason"}[verb]
    if verb == "accept" and shares.refused > expense.refused_minor:
        told = "refused_reason"
    work.advance(
        EXPENSE,
        expense,
        verb,
        reason=reasons[told] or None,
        permission_on=report,
        data={"flags": [f.code for f in asks]},
        accepted_minor=shares.accepted,
        queried_minor=shares.queried,
        refused_minor=shares.refused,
        accepted_by=accepted_by,
        agreement_line_id=line_id if more else expense.agreement_line_id,
        **reasons,
    )


def accept(work: Work, expense: Expense, form: AcceptForm) -> None:
    """Accept a paper wholly or in part; what is not accepted is refused. A reason is asked for a part, and against a flag."""
    expense = work.hold(expense)
    if form.accepted is not None and not 0 < form.accepted <= expense.amount_minor:
        words = _("Accept an amount from 1 to %(amount)s; to accept nothing, refuse the paper.")
        raise Invalid([FieldError("accepted", words % {"amount": amount(expense.amount_minor)})])
    decide(work, expense, VerdictForm(accepted=form.accepted, line_id=form.line_id), "accept", form.reason)


def query(work: Work, expense: Expense, reason: str) -> None:
    """Hold a paper: something is asked of the group."""
    decide(work, expense, VerdictForm(), "query", reason)


def refuse_expense(work: Work, expense: Expense, reason: str) -> None:
    """Refuse a paper, or what is held of it: it is not an expense of the grant."""
    decide(work, expense, VerdictForm(), "refuse", reason)


def _back(work: Work, expense: Expense) -> Shares:
    """The shares once a verdict is taken back: what was cleared stays accepted, what an order to repay asks back stays refused."""
    tranche = work.db.get_one(Tranche, queries.report_of(work, expense).tranche_id)
    refused = max(0, expense.refused_minor - queries.refused_unasked(work, tranche))
    return Shares(expense.cleared_minor, expense.amount_minor - expense.cleared_minor - refused, refused)


def reconsider_obstacles(work: Work, expense: Expense) -> Iterator[Refusal]:
    """What the ledger has cleared is corrected by a contre-passation; what is ordered back, by a new paper."""
    yield from _open(expense, queries.report_of(work, expense))
    if _back(work, expense).queried == expense.queried_minor and expense.status != "presented":
        if expense.cleared_minor:
            yield Refusal(
                "already_cleared",
                _("Paper n° %(n)d has been cleared in the ledger.") % {"n": expense.number},
                way_out=_("Reverse the clearing entry first."),
                who=who_may("ledger:reverse"),
            )
        elif expense.refused_minor:
            yield Refusal(
                "ordered_back",
                _("An order to repay already asks back what is refused of paper n° %(n)d.")
                % {"n": expense.number},
                way_out=_("Enter the proof as a new paper, in a new report."),
                who=who_may("justification:enter"),
            )
        else:
            yield Refusal(
                "nothing_to_take_back",
                _("Paper n° %(n)d is wholly held: there is no verdict to take back.") % {"n": expense.number},
                way_out=_("Accept or refuse a part of what is held."),
            )
    if _cleared_by_me(work, expense):
        yield four_eyes("justification:review")


def reconsider(work: Work, expense: Expense, reason: str) -> None:
    """Take a verdict back: all that is neither cleared nor ordered back is held again."""
    report = queries.report_of(work, expense)
    # The tranche first, as where papers are cleared: an order to repay takes its refused papers under this lock.
    work.hold(work.db.get_one(Tranche, report.tranche_id))
    expense = work.hold(expense)
    refuse(reconsider_obstacles(work, expense))
    shares = _back(work, expense)
    work.advance(
        EXPENSE,
        expense,
        "reconsider",
        reason=reason,
        permission_on=report,
        accepted_minor=shares.accepted,
        queried_minor=shares.queried,
        refused_minor=shares.refused,
        accepted_by=expense.accepted_by if shares.accepted else [],
        accepted_reason=expense.accepted_reason if shares.accepted else "",
        queried_reason=reason,
        refused_reason=expense.refused_reason if shares.refused else "",
    )


IN_GRID = {"accepted_reason": "reason", "refused_reason": "reason"}
"""The fields of the grid that stand for those of one paper."""


def decide_all(work: Work, report: Justification, form: VerdictsForm) -> int:
    """The verdicts of the examination grid, all or none; how many were given. Errors stand beside their rows."""
    by_id = {e.id: e for e in queries.expenses(work, report)}
    errors: list[FieldError] = []
    refusals: list[Refusal] = []
    given = 0
    for at, row in enumerate(form.lines):
        if not row.verdict and row.accepted is None and row.queried is None and row.refused is None:
            continue
        if (expense := by_id.get(row.id)) is None:
            raise NotFound
        try:
            shares = row.model_dump(include={"accepted", "queried", "refused", "line_id", "queried_reason"})
            decide(work, expense, VerdictForm(**shares), row.verdict, row.reason)
        except Invalid as bad:
            errors += [
                FieldError(f"lines-{at}-{IN_GRID.get(e.field, e.field)}", e.message) for e in bad.errors
            ]
        except Refused as bad:
            refusals += bad.refusals
        else:
            given += 1
    if not (given or errors or refusals):
        errors.append(FieldError("", _("Choose at least one verdict.")))
    if errors:
        raise Invalid(errors)
    if refusals:
        raise Refused(*refusals)
    return given
