"""The grand livre drawn without a number, for the command line: nothing is written, so no edition is given."""

from __future__ import annotations

from typing import cast

from portfolio.desk.pdf.ledger import book
from portfolio.desk.queries.ledger.books import book_facts, book_rows
from portfolio.desk.queries.ledger.filters import DEFAULT, Filters, question
from portfolio.origin import Surroundings
from portfolio.rulebook.postings import CHART
from portfolio.work import Work


def draw(around: object, account: str, fund: str | None) -> bytes:
    """The bytes of the book. Raises KeyError for an account that is not in the chart."""
    chosen = (CHART[account].code,) if account else DEFAULT
    work = Work(cast(Surroundings, around), readonly=True)
    try:
        filters = Filters(chosen, dims={"fund": fund} if fund else {})
        facts = book_facts(work, filters, "hors série", editor="ligne de commande")
        facts["fingerprint"] = facts["head"]["hash"]
        return book(facts, book_rows(work.db, question(work, filters, upto=facts["upto"]), facts, printed=True))
    finally:
        work.undo()
        work.close()
