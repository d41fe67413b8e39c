"""Closing an exercice of the budget: the accountant proposes, the ordonnateur closes. What is engaged and not paid, what is reserved and, where
the fund allows it, what is unused is carried to a line of the next exercice; the rest lapses (R1, R12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import or_, select, update

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.applications.models import Application
from portfolio.audit.service import lock_head
from portfolio.awards.models import Commitment, Reservation
from portfolio.awards.queries import dims_for
from portfolio.awards.queries.acts import DEAD
from portfolio.calls.models import Call, CallLine
from portfolio.desk.pdf.exercices import exercice_pdf
from portfolio.desk.queries import exercices as queries
from portfolio.desk.service.ledger import books
from portfolio.documents.models import Paper
from portfolio.documents.service import issue
from portfolio.funds import queries as funds
from portfolio.funds import service as money
from portfolio.funds.models import BudgetLine
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, refuse
from portfolio.kit.i18n import date_text, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.ledger.queries import LedgerExercice
from portfolio.ledger.service import Dims
from portfolio.rulebook.lifecycles.funds import BUDGET_LINE
from portfolio.rulebook.lifecycles.periods import EXERCICE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def get(work: Work, number: int) -> LedgerExercice:
    """A closing by its number; NotFound when there is none."""
    found = work.db.get(LedgerExercice, number)
    if found is None:
        raise NotFound
    return found


def close_obstacles(work: Work, year: int) -> Iterator[Refusal]:
    """An exercice closes after the one before it, once every month of it is closed."""
    older = [y for y in queries.years(work) if y < year and y > (ledger.closed_exercice(work.db) or 0)]
    if older:
        yield Refusal(
            "not_in_order",
            _("Exercices are closed one after the other: %(year)s is still open.") % {"year": min(older)},
            way_out=_("Close that exercice first."),
        )
    last, until = date(year, 12, 31), ledger.closed_until(work.db)
    if until is None or until < last:
        yield Refusal(
            "months_open",
            _("The months of %(year)s are not all closed.") % {"year": year}
            if until is None
            else _("The months of %(year)s are closed only up to %(day)s.")
            % {"year": year, "day": date_text(until)},
            way_out=_("Close every month up to December first."),
            who=who_may("period:close"),
            url="/ledger/periods",
        )


def propose_obstacles(work: Work, year: int) -> Iterator[Refusal]:
    """The same, and no closing of it stands already."""
    if year not in queries.years(work):
        yield Refusal("no_credits", _("No credits were voted for %(year)s.") % {"year": year})
        return
    if (found := queries.closing_of(work, year)) is not None:
        words = (
            _("The exercice %(year)s is already closed.")
            if found.status == "closed"
            else _("The closing of %(year)s is already proposed.")
        )
        yield Refusal("already_proposed", words % {"year": year}, who=who_may("period:close"))
    yield from close_obstacles(work, year)


def propose(work: Work, year: int, act: str, reason: str, carry: Sequence[str]) -> LedgerExercice:
    """Propose to close an exercice, under the act that allows the credits to be carried; `carry` names the funds whose unused credits are."""
    work.require("period:propose")
    lock_head(work.db.connection(), "ledger")  # one proposal at a time
    refuse(propose_obstacles(work, year))
    allowed = [code for code, _words in queries.carry_options(work, year)]
    if set(carry) - set(allowed):
        raise Invalid([FieldError("carry", _("Choose among the funds whose agreement still runs."))])
    made = LedgerExercice(
        year=year,
        reference=work.number("exercice", "ledger_exercice", year=year),
        act=act,
        reason=reason,
        funds=[code for code in allowed if code in carry],
        proposed_by_id=work.actor.id,
        proposed_at=work.now,
    )
    return work.create(made, "exercice:proposed", data={"year": year, "act": act}, reason=reason)


def withdraw(work: Work, closing: LedgerExercice, reason: str) -> None:
    """Take the proposal back: the exercice stays open."""
    work.advance(EXERCICE, work.hold(closing), "withdraw", reason=reason)


def close(work: Work, closing: LedgerExercice) -> Paper:
    """Close for good. Its lines are locked first, then the head of the books, in the order of every payment; nothing slips in between."""
    closing = work.hold(closing)
    year = closing.year
    statement = select(BudgetLine).where(BudgetLine.exercice == year, BudgetLine.status == "voted")
    lines = [work.hold(line) for line in work.db.scalars(statement.order_by(BudgetLine.id)).all()]
    lock_head(work.db.connection(), "ledger")
    stands, shown = ledger.head(work.db), queries.state(work, year)
    if closing.status == "proposed":
        refuse(close_obstacles(work, year))
    work.advance(
        EXERCICE,
        closing,
        "close",
        data={"year": year, "head": stands.hash},
        owed_minor=shown.sum_owed(),
        reserved_minor=shown.sum_credits("reserved"),
        unused_minor=shown.sum_credits("unused"),
        lapsed_minor=shown.sum_credits("lapsed"),
        head_seq=stands.seq,
        head_hash=stands.hash,
    )
    held = queries.held_now(work, year)
    by_line = {credits.line_id: credits for credits in shown.credits}
    for line in lines:
        _carry(
            work,
            closing,
            line,
            by_line[line.id],
            [row for row in shown.owed if row.line_id == line.id],
            [found for found, of in held if of.id == line.id],
        )
    return print_state(work, shown)


def _carry(
    work: Work,
    closing: LedgerExercice,
    line: BudgetLine,
    credits: queries.Credits,
    owed: Sequence[queries.Owed],
    held: Sequence[Reservation],
) -> None:
    """One line: its credits to the line that follows it, each engagement and reservation with its own entries."""
    rest = money.Rest(
        available=credits.unused,
        reserved=sum(found.amount_minor for found in held),
        committed=sum(row.committed for row in owed),
        liquidated=sum(row.liquidated for row in owed),
        ordered=sum(row.ordered for row in owed),
    )
    target = _next_line(work, closing, line) if rest.total else None
    money.carry(work, line, target, rest, credits.lapsed)
    why = closing.reason
    plain = funds.dims(work, line)
    if credits.lapsed:
        work.record("budget_line:lapsed", line, data={"amount_minor": credits.lapsed}, reason=closing.reason)
        work.post(
            "budget_line:lapsed",
            line,
            {"amount": credits.lapsed},
            plain,
            document=closing.reference,
            reason=why,
        )
    if target is None:
        return
    data = {"to": target.code, "amount_minor": rest.total, "owed_minor": rest.owed, "act": closing.act}
    work.record("budget_line:carried_out", line, data=data, reason=closing.reason)
    work.record("budget_line:carried_in", target, data={**data, "to": line.code}, reason=closing.reason)
    parts = [(closing.reference, plain, {"available": rest.available})]
    for found in held:
        call, application = (
            work.db.get_one(Call, found.call_id),
            work.db.get_one(Application, found.application_id),
        )
        dims = dims_for(work, line, call, application)
        parts.append((application.reference or closing.reference, dims, {"reserved": found.amount_minor}))
    for row in owed:
        parts += [(row.file, dims, measures) for dims, measures in _engaged(work, line, row)]
    for paper, dims, measures in parts:
        after = replace(dims, exercice=target.exercice, line=target.code)
        work.post("budget_line:carried_out", line, measures, dims, document=paper, reason=why)
        work.post("budget_line:carried_in", target, measures, after, document=paper, reason=why)
    _recharge(work, line, target, owed)


def _engaged(work: Work, line: BudgetLine, row: queries.Owed) -> list[tuple[Dims, dict[str, int]]]:
    """The parts of one engagement: what is not liquidated, then each tranche on its way."""
    if row.agreement_id is None:
        commitment = work.db.get_one(Commitment, row.commitment_id)
        call = work.db.get_one(Call, commitment.call_id)
        application = work.db.get_one(Application, commitment.application_id)
        return [(dims_for(work, line, call, application), {"committed": row.committed})]
    agreement = work.db.get_one(Agreement, row.agreement_id)
    found = [(agreements.dims(work, agreement), {"committed": row.committed})]
    for stage in row.stages:
        dims = agreements.dims(work, agreement, tranche=work.db.get_one(Tranche, stage.tranche_id))
        found.append((dims, {"liquidated": stage.liquidated, "ordered": stage.ordered}))
    return found


def _next_line(work: Work, closing: LedgerExercice, line: BudgetLine) -> BudgetLine:
    """The line that follows in the next exercice: the one voted under its code and year, else a new one without a vote of its own."""
    year = closing.year + 1
    code = f"{re.sub(rf'-{closing.year}$', '', line.code)[:30]}-{year}"
    known = work.db.scalars(select(BudgetLine).where(BudgetLine.code == code)).one_or_none()
    if known is not None and (known.fund_id, known.exercice, known.status) == (line.fund_id, year, "voted"):
        return work.hold(known)
    made = BudgetLine(
        fund_id=line.fund_id,
        code=code if known is None else f"{code}-R",
        label=line.label,
        exercice=year,
        voted_minor=0,
        amount_currency=line.amount_currency,
        created_by_id=closing.proposed_by_id,
    )
    work.create(made, "budget_line:created", data={"from": line.code, "exercice": year})
    work.advance(BUDGET_LINE, made, "carry")
    return made


def _recharge(work: Work, line: BudgetLine, target: BudgetLine, owed: Sequence[queries.Owed]) -> None:
    """The files that still owe or hold are charged to the new line from now on; each call keeps its share, cut where its credits are."""
    moved = [row.commitment_id for row in owed]
    files = select(Commitment.application_id).where(Commitment.id.in_(moved))
    quiet = {"synchronize_session": False}
    still = or_(Reservation.freed_at.is_(None), Reservation.application_id.in_(files))
    for statement in (
        update(Reservation)
        .where(Reservation.budget_line_id == line.id, still)
        .values(budget_line_id=target.id),
        update(Agreement).where(Agreement.commitment_id.in_(moved)).values(budget_line_id=target.id),
        update(Commitment).where(Commitment.id.in_(moved)).values(budget_line_id=target.id),
    ):
        work.db.execute(statement.execution_options(**quiet))
    work.db.expire_all()
    for share in work.db.scalars(select(CallLine).where(CallLine.budget_line_id == line.id)).all():
        spent = work.db.scalars(
            select(Commitment).where(
                Commitment.budget_line_id == line.id,
                Commitment.call_id == share.call_id,
                Commitment.status.not_in(DEAD),
            )
        )
        used = sum(c.amount_minor - c.released_minor for c in spent)
        known = work.db.scalars(
            select(CallLine).where(CallLine.call_id == share.call_id, CallLine.budget_line_id == target.id)
        ).one_or_none()
        rest = share.amount_minor - used
        if rest <= 0:
            continue
        if known is not None:
            known.amount_minor += rest
        elif used:
            work.db.add(CallLine(call_id=share.call_id, budget_line_id=target.id, amount_minor=rest))
        if known is None and not used:
            share.budget_line_id = target.id
        elif used:
            share.amount_minor = used
        else:
            work.db.delete(share)
    work.db.flush()


def print_state(work: Work, shown: queries.State) -> Paper:
    """État des restes à payer et du report de crédits, numbered with the editions of the books and kept."""
    reference = work.number("edition", "ledger")
    with speaking("fr"):
        title = _("Sums left to pay and credits carried, exercice %(year)s") % {"year": shown.year}
    paper = issue(
        work,
        kind="exercice_state",
        reference=reference,
        title=title,
        subject=books(),
        facts=queries.paper_facts(work, shown),
        draw=exercice_pdf,
    )
    work.record("ledger:printed", books(), data={"reference": reference})
    return paper
