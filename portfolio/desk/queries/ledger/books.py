"""The grand livre and the balance générale: facts of their pages and of their papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from portfolio.accounts.queries import act_of
from portfolio.agreements.models import Agreement
from portfolio.desk.queries.ledger import natures
from portfolio.desk.queries.ledger.filters import Filters, account_words, question, said
from portfolio.documents import queries as documents
from portfolio.documents.reference import institution, letterhead
from portfolio.groups.models import Group
from portfolio.kit.i18n import date_text, pgettext, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.kit.pdf import fingerprint_of
from portfolio.ledger import queries as ledger
from portfolio.ledger.queries import Line, Question, Sums
from portfolio.procurement.models import Supplier
from portfolio.rulebook.events import WORDS
from portfolio.rulebook.postings import CHART, ENTRY_WORDS
from portfolio.strategy.models import Tag
from portfolio.work import Work

SOURCES = {
    "disbursement": "/disbursements/{id}",
    "justification": "/justifications/{id}",
    "recovery": "/justifications/recoveries/{id}",
    "closure": "/closures/{id}",
    "agreement": "/agreements/{id}",
    "budget_line": "/funds/lines/{id}",
    "money_receipt": "/funds/receipts/{id}",
    "donor_refund": "/funds/refunds/{id}",
    "treasury_account": "/funds/accounts/{id}",
    "commitment": "/awards/commitments/{id}",
}
"""Table of the record behind an entry → the page on which its papers are."""
EDITORS = ("accountant", "authorising_officer")
"""Who edits a balance in an office of his own: the comptable, and the ordonnateur when he closes a month."""


def source_url(subject_type: str, subject_id: int) -> str | None:
    """The page of the record that caused an entry, where there is one."""
    found = SOURCES.get(subject_type)
    return found.format(id=subject_id) if found else None


def party_names(session: Session, codes: Iterable[str | None]) -> dict[str, str]:
    """Names of groups and suppliers by code; one query."""
    wanted = sorted({c for c in codes if c})
    found: dict[str, str] = {}
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500]
        suppliers = select(Supplier.code, Supplier.name).where(Supplier.code.in_(some))
        groups = select(Group.code, Group.name).where(Group.code.in_(some))
        found.update({str(code): str(name) for code, name in session.execute(union_all(suppliers, groups))})
    return found


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names by code; where several codes have one name, the code is said with it: a sub-total is of one of them, never of all together."""
    times = Counter(names.values())
    return {code: f"{name} ({code})" if times[name] > 1 else name for code, name in names.items()}


def more_objectives(session: Session, references: Iterable[str | None]) -> dict[str, int]:
    """How many objectives an agreement has beside the one printed: « + n » (R14); one query."""
    wanted = sorted({r for r in references if r})
    found: dict[str, int] = {}
    for at in range(0, len(wanted), 500):
        statement = (
            select(Agreement.reference, func.count(Tag.id))
            .join(Tag, (Tag.subject_id == Agreement.id) & (Tag.subject_type == "agreement"))
            .where(Agreement.reference.in_(wanted[at : at + 500]))
            .group_by(Agreement.reference)
        )
        found.update({reference: int(n) - 1 for reference, n in session.execute(statement) if n > 1})
    return found


def objective_words(line: Line, more: Mapping[str, int]) -> str:
    """`C1 + 2`: the main objective, and how many others share the money."""
    code = line.codes.get("objective")
    if not code:
        return ""
    extra = more.get(line.codes.get("agreement") or "", 0)
    return f"{code} + {extra}" if extra else str(code)


def tranche_of(code: object) -> str:
    """`T2`, of the whole code of a tranche."""
    return str(code or "").rpartition("-")[2]


def tranche_words(line: Line) -> str:
    """`T2`."""
    return tranche_of(line.codes.get("tranche"))


def event_words(event: str) -> str:
    """The fact that an entry records, in the reader's language."""
    if event in ENTRY_WORDS:
        return pgettext("entry", ENTRY_WORDS[event])
    return pgettext(event.partition(":")[0], WORDS.get(event, event))


def entry_words(entry: Line | ledger.LedgerEntry) -> str:
    """What an entry says of itself: its act and that it came late, or which one it reverses and why."""
    if entry.reverses is not None:
        words = _("Reversal of entry no. %(seq)d: %(reason)s")
        return words % {"seq": entry.reverses, "reason": entry.reason or ""}
    said = event_words(entry.event)
    if entry.value_on is not None:
        said = _("%(act)s (late: value date %(day)s)") % {"act": said, "day": date_text(entry.value_on)}
    return said


def label_words(line: Line, upto: int | None = None) -> str:
    """The same with the reversal that marks it."""
    said = entry_words(line)
    if line.reverses is None and line.reversed_by is not None and (upto is None or line.reversed_by <= upto):
        return _("%(act)s (reversed by entry no. %(seq)d)") % {"act": said, "seq": line.reversed_by}
    return said


def printed_words(line: Line, upto: int | None = None) -> str:
    """The same on paper, where a column holds few words: which entry reverses which is never cut (document 18); the reason is on screen."""
    if line.reverses is not None:
        return _("Reversal of entry no. %(seq)d") % {"seq": line.reverses}
    said = event_words(line.event)
    if line.reversed_by is not None and (upto is None or line.reversed_by <= upto):
        return _("%(act)s, reversed: no. %(seq)d") % {"act": said, "seq": line.reversed_by}
    return said


def rows_for(work: Work, lines: list[Line], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Lines with the words beside them, ready for the page; one query."""
    more = more_objectives(work.db, (line.codes.get("agreement") for line in lines))
    return [
        {
            "line": line,
            "label": label_words(line),
            "party": names.get(line.codes.get("party") or "", line.codes.get("party") or ""),
            "objective": objective_words(line, more),
            "tranche": tranche_words(line),
            "other": account_words(line.counterpart),
            "cells": {
                "counterpart": line.counterpart,
                "account": line.account,
                "fund": line.codes.get("fund") or "",
                "treasury": line.codes.get("treasury") or "",
            },
            "source": source_url(line.subject_type, line.subject_id),
        }
        for line in lines
    ]


def subtotal_rows(
    rows: Iterable[tuple[Any, int, int, int]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Sub-totals with names in front of codes."""
    return [
        {
            "code": code,
            "name": names.get(str(code), code if code is not None else ""),
            "debit": d,
            "credit": c,
            "count": n,
        }
        for code, d, c, n in rows
    ]


def page_facts(work: Work, filters: Filters, after: str | None, before: str | None) -> dict[str, Any]:
    """The screen of the grand livre."""
    q = question(work, filters)
    sums = ledger.sums(work.db, q)
    found = ledger.page(work.db, q, opening_minor=sums.opening_minor, after=after, before=before)
    parts = ledger.subtotals(work.db, q, filters.by) if filters.by else []
    parties = [line.codes.get("party") for line in found.lines]
    if filters.by == "party":
        parties += [str(code) for code, *_rest in parts if code]
    names = party_names(work.db, parties)
    among = {str(code): names[str(code)] for code, *_rest in parts if str(code) in names}
    return {
        "filters": filters,
        "columns": natures.fields(filters),
        "said": said(filters),
        "sums": sums,
        "found": found,
        "rows": rows_for(work, found.lines, names),
        "subtotals": subtotal_rows(parts, told_apart(among) if filters.by == "party" else {}),
        "head": ledger.head(work.db),
    }


def _sums_facts(sums: Sums) -> dict[str, Any]:
    return {
        "opening_minor": sums.opening_minor,
        "debit_minor": sums.debit_minor,
        "credit_minor": sums.credit_minor,
        "closing_minor": sums.closing_minor,
        "count": sums.count,
    }


def book_facts(work: Work, filters: Filters, reference: str, editor: str | None = None) -> dict[str, Any]:
    """All that an edition of the grand livre prints but its rows, which are read again from the ledger up to entry `upto`: entries never
    change, so the same edition is always the same bytes."""
    stands = ledger.head(work.db)
    q = question(work, filters, upto=stands.seq)
    sums = ledger.sums(work.db, q)
    marks = ledger.hashes(work.db, [n for n in (sums.first_seq, sums.last_seq) if n])
    parties = [str(code) for code, *_rest in ledger.subtotals(work.db, q, "party") if code]
    agreements = [str(code) for code, *_rest in ledger.subtotals(work.db, q, "agreement") if code]
    names = party_names(work.db, parties)
    actor = work.maybe_actor
    with speaking("fr"):
        clear = said(filters)
        accounts = [account_words(a) for a in filters.accounts]
        kind = natures.facts_of(filters)
    return {
        **_sums_facts(sums),
        **kind,
        "reference": reference,
        "letterhead": letterhead(work.today, _accounting(work)),
        "on": work.today.isoformat(),
        "at": work.now.isoformat(),
        "editor": editor or (actor.name if actor else ""),
        "editor_function": actor.function if actor else "",
        "editor_role": "accountant" if actor and "accountant" in actor.roles else "",
        "editor_act": act_of(work, actor.id, work.today, "ledger:print") if actor else "",
        "accounts": accounts,
        "filters": [list(pair) for pair in clear],
        "by": filters.by,
        "exercice": filters.dims.get("exercice", ""),
        "fund": filters.dims.get("fund", ""),
        "upto": stands.seq,
        "head": {"seq": stands.seq, "hash": stands.hash},
        "first": {"seq": sums.first_seq, "hash": marks.get(sums.first_seq or 0, "")},
        "last": {"seq": sums.last_seq, "hash": marks.get(sums.last_seq or 0, "")},
        "names": told_apart(names) if filters.by == "party" else names,
        "more": more_objectives(work.db, agreements),
    }


def _accounting(work: Work) -> str:
    return institution(work.today).get("accounting") or "Agence comptable"


def book_rows(
    session: Session, q: Question, facts: Mapping[str, Any], *, printed: bool = False
) -> Iterator[list[str | int | None]]:
    """The rows of a book in the order of its columns; the first is what sub-totals go by."""
    names, more, by, upto = facts["names"], facts["more"], facts["by"], facts["upto"]

    def label(line: Line) -> str:
        with speaking("fr"):
            return printed_words(line, upto) if printed else label_words(line, upto)

    def objective(line: Line) -> str:
        return objective_words(line, more)

    made = natures.cells([c[0] for c in facts["columns"]], label, names, tranche_words, objective)
    for line in ledger.lines(session, q, opening_minor=facts["opening_minor"], by=by or None):
        key = line.codes.get(by) if by else None
        row = made(line)
        if by:
            row.insert(0, names.get(str(key), str(key)) if key is not None else "—")
        yield row


def trial_rows(work: Work, filters: Filters, upto: int | None = None) -> list[dict[str, Any]]:
    """The balance générale, budget accounts apart from the money's."""
    dims: dict[str, Any] = dict(question(work, filters).dims)
    rows = ledger.trial_balance(work.db, filters.from_on, filters.to_on, upto=upto, **dims)
    return [
        {
            "account": row.account,
            "label": _(CHART[row.account].label) if row.account in CHART else row.account,
            "sycebnl": CHART[row.account].sycebnl if row.account in CHART else "",
            "budget": row.account in CHART and CHART[row.account].budget,
            "opening": row.opening_minor,
            "debit": row.debit_minor,
            "credit": row.credit_minor,
            "closing": row.closing_minor,
        }
        for row in rows
    ]


def trial_totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Debit and credit columns of a balance: each pair is equal, or the books are wrong."""
    return {
        "opening_debit": sum(max(0, r["opening"]) for r in rows),
        "opening_credit": sum(max(0, -r["opening"]) for r in rows),
        "debit": sum(r["debit"] for r in rows),
        "credit": sum(r["credit"] for r in rows),
        "closing_debit": sum(max(0, r["closing"]) for r in rows),
        "closing_credit": sum(max(0, -r["closing"]) for r in rows),
    }


def trial_facts(work: Work, filters: Filters, reference: str) -> dict[str, Any]:
    """All that the balance générale prints."""
    stands = ledger.head(work.db)
    actor = work.maybe_actor
    with speaking("fr"):
        clear = [pair for pair in said(filters)[1:] if pair[0] != _("Sub-totals by")]
        rows = trial_rows(work, filters, upto=stands.seq)
    return {
        "reference": reference,
        "letterhead": letterhead(work.today, _accounting(work)),
        "on": work.today.isoformat(),
        "at": work.now.isoformat(),
        "editor": actor.name if actor else "",
        "editor_function": actor.function if actor else "",
        "editor_role": next((r for r in EDITORS if actor and r in actor.roles), ""),
        "editor_act": act_of(work, actor.id, work.today, "ledger:print") if actor else "",
        "to": filters.to_on.isoformat() if filters.to_on else "",
        "filters": [list(pair) for pair in clear],
        "rows": rows,
        "totals": trial_totals(rows),
        "head": {"seq": stands.seq, "hash": stands.hash},
    }


def act_facts(work: Work, posting: int) -> dict[str, Any] | None:
    """One act: its entries with both accounts, the record behind it, its reversal or its original."""
    entries = list(ledger.act(work.db, posting))
    if not entries:
        return None
    reversals = ledger.reversals_of(work.db, [e.seq for e in entries])
    names = party_names(work.db, [e.party for e in entries])
    actors = work.around.names_of(work.db, {e.actor_id for e in entries if e.actor_id})
    reversed_posting = None
    if entries[0].reverses is not None:
        original = ledger.act_of(work.db, entries[0].reverses)
        reversed_posting = original
    return {
        "posting": posting,
        "entries": entries,
        "first": entries[0],
        "label": event_words(entries[0].event),
        "party": names.get(entries[0].party or "", entries[0].party or ""),
        "actor_name": actors.get(entries[0].actor_id or 0, _("The system")),
        "reversals": reversals,
        "reversed_in": min((r.posting for r in reversals.values()), default=None),
        "original_act": reversed_posting,
        "accounts": {code: account_words(code) for e in entries for code in (e.debit, e.credit)},
        "source": source_url(entries[0].subject_type, entries[0].subject_id),
        "fingerprint": fingerprint_of(*(e.hash for e in entries)),
    }


def open_books(work: Work, number: int) -> object:
    """Editions are seen by whoever may read the ledger."""
    work.require("ledger:view")
    return number


documents.owner("ledger", open_books)
