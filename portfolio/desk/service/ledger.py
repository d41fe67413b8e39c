"""The comptable's verbs over the books: editions that are numbered and kept, the check on record (M07, M08, document 18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from portfolio.desk.pdf.ledger import book, trial_balance
from portfolio.desk.queries import ledger as queries
from portfolio.desk.service.reversing import UNDO as UNDO
from portfolio.desk.service.reversing import reverse as reverse
from portfolio.desk.service.reversing import reverse_obstacles as reverse_obstacles
from portfolio.desk.verify import Finding, findings
from portfolio.documents.models import Paper
from portfolio.documents.service import issue
from portfolio.kit.db import Base
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.work import Work


@dataclass
class Books:
    """The books themselves as a subject of the trail and of papers: there is one."""

    id: int = 1
    reference: str | None = None
    __tablename__ = "ledger"


def books() -> Base:
    """The one subject under which editions are kept and checks recorded."""
    return cast(Base, Books())


def check(work: Work) -> list[Finding]:
    """Check everything and put the result on record: who, when, how many entries, how many anomalies."""
    work.require("ledger:verify")
    found = findings(work.db, work.around.outside, key_dir=work.around.key_dir)
    stands = ledger.head(work.db)
    data = {
        "entries": stands.seq,
        "head": stands.hash,
        "anomalies": len(found),
        "first": found[0].subject if found else "",
    }
    work.record("ledger:verified", books(), data=data)
    return found


def print_edition(work: Work, filters: queries.Filters) -> Paper:
    """A numbered edition of the grand livre, kept for good: the same edition is always the same bytes (document 18)."""
    work.require("ledger:print")
    reference = work.number("edition", "ledger")
    facts = queries.book_facts(work, filters, reference)
    question = queries.question(work, filters, upto=facts["upto"])
    paper = issue(
        work,
        kind="ledger_book",
        reference=reference,
        title=facts["title"],
        subject=books(),
        facts=facts,
        draw=lambda full: book(full, queries.book_rows(work.db, question, full, printed=True)),
    )
    work.record("ledger:printed", books(), data={"reference": reference, "entries": facts["count"]})
    return paper


def print_trial_balance(work: Work, filters: queries.Filters) -> Paper:
    """A numbered edition of the balance générale, kept for good."""
    work.require("ledger:print")
    return keep_trial_balance(work, filters)


def keep_trial_balance(work: Work, filters: queries.Filters) -> Paper:
    """The same, by an act that has its own permission (the closing of a month)."""
    reference = work.number("edition", "ledger")
    facts = queries.trial_facts(work, filters, reference)
    paper = issue(
        work,
        kind="trial_balance",
        reference=reference,
        title=_("Trial balance"),
        subject=books(),
        facts=facts,
        draw=trial_balance,
    )
    work.record("ledger:printed", books(), data={"reference": reference})
    return paper
