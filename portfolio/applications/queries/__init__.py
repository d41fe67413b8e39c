"""Every SELECT about files: who sees which, what stands in one, where a draft stands."""

from portfolio.applications.queries.counter import (
    call_counts,
    counter_facts,
    counter_register,
    found_groups,
    mine_facts,
    officers,
)
from portfolio.applications.queries.facts import receipt_facts, register_facts
from portfolio.applications.queries.files import (
    budget,
    by_follow_up,
    call_of,
    contacts,
    filings,
    get,
    group_of,
    is_own,
    live,
    of_call,
    of_group,
    own,
    pieces,
    place_of,
    place_words,
    receipt,
    register,
    requests,
    required,
    seen,
    staff_clause,
    visible,
)
from portfolio.applications.queries.pages import (
    OPEN_PIECES,
    Totals,
    accepting,
    answers,
    budget_obstacles,
    duration_obstacles,
    missing,
    own_lacking,
    page_states,
    page_version,
    shown_answers,
    totals,
    wrong,
)
from portfolio.applications.queries.record import (
    PIECE_TONES,
    PIECE_WORDS,
    channel_text,
    check_facts,
    contact_text,
    draft_facts,
    facts,
    page_facts,
    piece_rows,
    piece_state,
    saved_words,
    source_text,
)
from portfolio.documents import queries as documents
from portfolio.strategy.queries import Subject, subject_context
from portfolio.work import Work


def _subject(work: Work, number: int) -> Subject:
    """A file, for the tag editor: its country, and the frameworks in force when its call was published (R8)."""
    application = get(work, number)
    call = call_of(work, application)
    on = call.published_at.date() if call.published_at else None
    return Subject(application, application.reference, f"/applications/{number}", (application.country,), on)


documents.owner("application", get)
subject_context("application", _subject)

__all__ = [
    "OPEN_PIECES",
    "PIECE_TONES",
    "PIECE_WORDS",
    "Totals",
    "accepting",
    "answers",
    "budget",
    "budget_obstacles",
    "by_follow_up",
    "call_counts",
    "call_of",
    "channel_text",
    "check_facts",
    "contact_text",
    "contacts",
    "counter_facts",
    "counter_register",
    "draft_facts",
    "duration_obstacles",
    "facts",
    "filings",
    "found_groups",
    "get",
    "group_of",
    "is_own",
    "live",
    "mine_facts",
    "missing",
    "of_call",
    "of_group",
    "officers",
    "own",
    "own_lacking",
    "page_facts",
    "page_states",
    "page_version",
    "piece_rows",
    "piece_state",
    "pieces",
    "place_of",
    "place_words",
    "receipt",
    "receipt_facts",
    "register",
    "register_facts",
    "requests",
    "required",
    "saved_words",
    "seen",
    "shown_answers",
    "source_text",
    "staff_clause",
    "totals",
    "visible",
    "wrong",
]
