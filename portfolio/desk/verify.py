"""Everything that the books promise, checked again: both chains, every balance, every guard column, every issued paper and every kept file
(T02, M08, T06, T08).

A guard column refuses money at the door; here each is derived from the ledger and compared. What differs is named in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.agreements.models import Tranche
from portfolio.audit import queries as audit
from portfolio.awards.models import Commitment
from portfolio.disbursements.models import Disbursement
from portfolio.documents.models import Paper
from portfolio.documents.queries import damages, is_true, witness
from portfolio.funds import queries as funds
from portfolio.justifications.models import Deduction, Expense, ExpenseClearing, Justification, Recovery
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.kit.money import amount
from portfolio.ledger import queries as ledger
from portfolio.rulebook.postings import TREASURY

CASH = tuple(TREASURY.values())
BUDGET = ("904", "905", "906", "907")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed: `kind` is a chain's kind, `guard`, `paper` or `file`; `words` are ready to be read."""

    kind: str
    subject: str
    words: str


def witnesses(session: Session) -> dict[tuple[int, str], str]:
    """The heads printed on every paper that left the house, with the reference of the first paper that says each (T06)."""
    found: dict[tuple[int, str], str] = {}
    for facts, reference in session.execute(select(Paper.facts, Paper.reference).order_by(Paper.id)):
        if (head := witness(facts)) is not None:
            found.setdefault(head, reference)
    return found


def findings(
    session: Session,
    outside: Sequence[Path] = (),
    data_dir: Path | None = None,
    key_dir: Path | None = None,
) -> list[Finding]:
    """Every anomaly, the chains first; an empty list when the books are whole. `outside` are the folders that keep the daily heads; with
    `data_dir` every kept file is read again too, which takes the time of reading them all; with
    `key_dir` the signatures of the heads are held against the keys that it publishes (T07)."""
    kept = _files(session, data_dir) if data_dir is not None else ()
    return [*_chains(session, outside), *_signatures(outside, key_dir), *_guards(session), *_papers(session), *kept]


def verify(
    session: Session,
    outside: Sequence[Path] = (),
    data_dir: Path | None = None,
    key_dir: Path | None = None,
) -> list[str]:
    """The same, in words: for the command line."""
    return [finding.words for finding in findings(session, outside, data_dir, key_dir)]


def _kind(anomaly: audit.Anomaly) -> str:
    words = {
        "edit": _("its content was changed"),
        "hash": _("its fingerprint was changed"),
        "previous": _("its link to the one before was changed"),
        "insertion": _("it was inserted"),
        "deletion": _("entries were removed here"),
        "swap": _("entries changed places here"),
        "truncation": _("the last entries were cut off from here"),
        "rehash": _("the chain was written again and does not end where its head says"),
        "witness": _("it does not agree with the fingerprint kept outside, on %(where)s"),
        "balances": _("the entries are whole, but a running total is not their sum"),
    }
    return words.get(anomaly.kind, anomaly.kind)


def _chains(session: Session, outside: Sequence[Path]) -> Iterator[Finding]:
    printed = witnesses(session)
    trail: dict[tuple[int, str], str] = {}
    for each in ledger.deposits(outside):
        printed.setdefault(each.ledger, str(each.folder))
        trail.setdefault(each.audit, str(each.folder))
    for name, heads, anomaly in (
        (_("Ledger"), printed, ledger.check(session, printed)),
        (_("Audit trail"), trail, audit.check(session, trail)),
    ):
        if anomaly is not None:
            where = ", ".join([said for (seq, _hash), said in heads.items() if seq == anomaly.seq][:3])
            words = _("%(chain)s, entry no. %(seq)d: %(what)s.")
            what = _kind(anomaly) % {"where": where} if anomaly.kind == "witness" else _kind(anomaly)
            facts = {"chain": name, "seq": anomaly.seq, "what": what}
            yield Finding(anomaly.kind, f"{anomaly.chain}:{anomaly.seq}", words % facts)


def _signatures(outside: Sequence[Path], key_dir: Path | None) -> Iterator[Finding]:
    for bad in ledger.signature_problems(outside, key_dir):
        words = _("Head of entry no. %(seq)d kept in %(folder)s since %(at)s: %(what)s.")
        facts = {
            "seq": bad.seq,
            "folder": bad.folder,
            "at": bad.at,
            "what": ledger.signature_words(bad.state),
        }
        yield Finding("signature", f"head:{bad.seq}", words % facts)


def _off(subject: str, column: str, stored: int, derived: int) -> Finding:
    words = _("%(subject)s: %(column)s says %(stored)s, the ledger gives %(derived)s.")
    shown = pgettext("column", column.removesuffix("_minor").replace("_", " "))
    facts = {"subject": subject, "column": shown, "stored": amount(stored), "derived": amount(derived)}
    return Finding("guard", subject, words % facts)


def _guards(session: Session) -> Iterator[Finding]:
    for drift in funds.drift(session):
        yield _off(drift.code, drift.column, drift.stored, drift.derived)
    for receipt in funds.miscounted(session):
        words = _("Receipt %(reference)s: %(donor)s at the rate %(rate)s are not %(amount)s.")
        facts = {
            "reference": receipt.reference,
            "donor": amount(receipt.donor_minor, receipt.donor_currency),
            "rate": receipt.rate_text,
            "amount": amount(receipt.amount_minor),
        }
        yield Finding("guard", receipt.reference, words % facts)
    yield from _tranches(session)
    yield from _recoveries(session)
    yield from _expenses(session)
    released = ledger.moved_by_subject(session, "commitment", "902", ["904"])
    for c in session.scalars(select(Commitment).order_by(Commitment.id)):
        debit, credit = released.get(c.id, (0, 0))
        if c.released_minor != debit - credit:
            yield _off(c.reference, "released_minor", c.released_minor, debit - credit)


def _tranches(session: Session) -> Iterator[Finding]:
    nets = ledger.nets(session, ("tranche", "account"), (*BUDGET, "409", "657"))

    def net(code: str, *accounts: str) -> int:
        return sum(nets.get((code, account), 0) for account in accounts)

    alive = Disbursement.status.not_in(("failed", "rejected"))
    statement = select(Disbursement.tranche_id, func.sum(Disbursement.amount_minor)).where(alive)
    asked = {int(n): int(total) for n, total in session.execute(statement.group_by(Disbursement.tranche_id))}
    papers = (
        select(Justification.tranche_id, func.sum(ExpenseClearing.amount_minor))
        .join(Expense, Expense.justification_id == Justification.id)
        .join(ExpenseClearing, ExpenseClearing.expense_id == Expense.id)
        .join(Tranche, Tranche.id == Justification.tranche_id)
        .where(ExpenseClearing.reversed_at.is_(None), Tranche.modality == "reimbursement")
        .group_by(Justification.tranche_id)
    )
    shown = {int(n): int(total) for n, total in session.execute(papers)}
    for t in session.scalars(select(Tranche).order_by(Tranche.id)):
        derived = {
            "shown_minor": shown.get(t.id, 0),
            "requested_minor": asked.get(t.id, 0),
            "liquidated_minor": net(t.code, "905", "906", "907"),
            "ordered_minor": net(t.code, "906", "907"),
            "paid_minor": net(t.code, "907"),
            "cleared_minor": net(t.code, "657"),
            "refused_minor": net(t.code, "907") - net(t.code, "409", "657"),
        }
        for column, value in derived.items():
            if (stored := getattr(t, column)) != value:
                yield _off(t.code, column, stored, value)


def _recoveries(session: Session) -> Iterator[Finding]:
    collected = ledger.moved_by_subject(session, "recovery", "463", (*CASH, "468"))
    written_off = ledger.moved_by_subject(session, "recovery", "463", ["659"])
    for r in session.scalars(select(Recovery).order_by(Recovery.id)):
        for column, moved in (("collected_minor", collected), ("written_off_minor", written_off)):
            debit, credit = moved.get(r.id, (0, 0))
            if (stored := getattr(r, column)) != credit - debit:
                yield _off(r.reference, column, stored, credit - debit)
    yield from _deductions(session)


def _deductions(session: Session) -> Iterator[Finding]:
    """What a claim holds and what a payment is lessened by, each against the deductions decided: until paid, no entry knows of them."""
    stands, one = Deduction.status != "released", Deduction.status == "held"
    for model, key, column, counted in (
        (Recovery, Deduction.recovery_id, "held_minor", one),
        (Disbursement, Deduction.disbursement_id, "deducted_minor", stands),
    ):
        totals = select(key, func.sum(Deduction.amount_minor)).where(counted).group_by(key)
        derived = {int(n): int(total) for n, total in session.execute(totals)}
        stored = select(model.id, model.reference, getattr(model, column)).order_by(model.id)
        for number, reference, kept in session.execute(stored):
            if kept != derived.get(number, 0):
                yield _off(reference, column, kept, derived.get(number, 0))


def _expenses(session: Session) -> Iterator[Finding]:
    moved = ledger.moved_by_subject(session, "justification", "657", ["409"])
    statement = (
        select(Justification.id, Justification.reference, func.coalesce(func.sum(Expense.cleared_minor), 0))
        .outerjoin(Expense, Expense.justification_id == Justification.id)
        .join(Tranche, Tranche.id == Justification.tranche_id)
        .where(
            Tranche.modality != "reimbursement"
        )  # shown before they are paid: no entry, and `shown_minor` of the tranche
        .group_by(Justification.id, Justification.reference)
        .order_by(Justification.id)
    )
    for number, reference, cleared in session.execute(statement):
        debit, credit = moved.get(number, (0, 0))
        if int(cleared) != debit - credit:
            yield _off(reference, "cleared_minor", int(cleared), debit - credit)
    yield from _parts(session)


def _parts(session: Session) -> Iterator[Finding]:
    """What is cleared of each paper, against the clearing acts that took it: two papers that compensate each other are found too."""
    standing = (
        select(ExpenseClearing.expense_id, func.sum(ExpenseClearing.amount_minor))
        .where(ExpenseClearing.reversed_at.is_(None))
        .group_by(ExpenseClearing.expense_id)
    )
    derived = {int(n): int(total) for n, total in session.execute(standing)}
    papers = (
        select(Expense.id, Justification.reference, Expense.number, Expense.cleared_minor)
        .join(Justification, Justification.id == Expense.justification_id)
        .order_by(Expense.id)
    )
    for number, reference, row, cleared in session.execute(papers):
        if cleared != derived.get(number, 0):
            yield _off(f"{reference} n° {row}", "cleared_minor", cleared, derived.get(number, 0))


def _papers(session: Session) -> Iterator[Finding]:
    """The facts kept with each issued paper still give the fingerprint printed on it."""
    last = 0
    while papers := session.scalars(select(Paper).where(Paper.id > last).order_by(Paper.id).limit(500)).all():
        for paper in papers:
            if not is_true(paper):
                words = _("Paper %(reference)s, edition %(n)d: its facts were changed since it was issued.")
                yield Finding(
                    "paper", paper.reference, words % {"reference": paper.reference, "n": paper.edition}
                )
        last = papers[-1].id
        session.expunge_all()


def _files(session: Session, data_dir: Path) -> Iterator[Finding]:
    """The bytes of papers and documents still give the hash of their row, and that hash is the one sealed in the trail (T08)."""
    words = {
        "missing": _("its file is missing from the disk"),
        "altered": _("its file was altered"),
        "unrecorded": _("the hash of its file is not the one that was sealed"),
        "removed": _("it was removed, though the trail says that it came in"),
    }
    for damage in damages(session, data_dir):
        said = (
            _("Paper %(name)s: %(what)s.")
            if damage.table == "paper"
            else _("Document %(name)s (no. %(n)d): %(what)s.")
        )
        facts = {"name": damage.name, "n": damage.id, "what": words[damage.what]}
        yield Finding("file", f"{damage.table}:{damage.id}", said % facts)
