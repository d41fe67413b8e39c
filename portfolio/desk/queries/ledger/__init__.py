"""What the ledger's pages and papers show."""

from portfolio.desk.queries.ledger.books import (
    act_facts,
    book_facts,
    book_rows,
    event_words,
    page_facts,
    party_names,
    rows_for,
    source_url,
    subtotal_rows,
    told_apart,
    trial_facts,
    trial_rows,
    trial_totals,
)
from portfolio.desk.queries.ledger.filters import (
    CHOSEN,
    DEFAULT,
    Filters,
    account_words,
    chips,
    coded,
    narrowed,
    options,
    question,
    read,
    said,
)
from portfolio.desk.queries.ledger.natures import fields, file_name, nature, title

__all__ = [
    "CHOSEN",
    "DEFAULT",
    "Filters",
    "account_words",
    "act_facts",
    "book_facts",
    "book_rows",
    "chips",
    "coded",
    "event_words",
    "fields",
    "file_name",
    "narrowed",
    "nature",
    "options",
    "page_facts",
    "party_names",
    "print_book",
    "question",
    "read",
    "rows_for",
    "said",
    "source_url",
    "subtotal_rows",
    "title",
    "told_apart",
    "trial_facts",
    "trial_rows",
    "trial_totals",
]


def print_book(around: object, *, account: str = "907", fund: str | None = None) -> bytes:
    """The book for the command line; see `portfolio.desk.queries.ledger.prints`."""
    from portfolio.desk.queries.ledger.prints import draw

    return draw(around, account, fund)
