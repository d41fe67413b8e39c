"""From one hand to another: the author sends, somebody else publishes; the number is given and the notice printed in the same act (C2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from portfolio.calls import pdf
from portfolio.calls.models import Call
from portfolio.calls.queries import papers
from portfolio.calls.queries.complete import bundle, lacks
from portfolio.documents import service as documents
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.calls import CALL
from portfolio.work import Work

# Papers are French, and so are their titles, whatever language the publisher reads.
PAPERS: tuple[tuple[str, str, str, Callable[[dict[str, Any]], bytes]], ...] = (
    ("call_notice", "", "Avis d'appel à propositions", pdf.notice_pdf),
    ("call_poster", "/AFF", "Affiche", pdf.poster_pdf),
    ("call_radio", "/RAD", "Communiqué radio", pdf.radio_pdf),
)


def _too_late(work: Work, call: Call) -> Iterator[Refusal]:
    if call.closes_at <= work.now:
        yield Refusal(
            "deadline_past",
            _("The deadline of this call is already past."),
            _("Change the calendar before publishing."),
        )


def send_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """Everything that is lacking, whoever sends."""
    yield from lacks(bundle(work, call))
    yield from _too_late(work, call)


def publish_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """The same, read again at publication: credits and frameworks may have changed meanwhile."""
    yield from send_obstacles(work, call)


def send(work: Work, call: Call) -> Call:
    """Hand the draft over to the person who publishes."""
    call = work.hold(call)
    refuse(send_obstacles(work, call))
    work.advance(CALL, call, "send")
    return call


def return_(work: Work, call: Call, reason: str) -> Call:
    """Give the draft back to its author with a reason."""
    call = work.hold(call)
    work.advance(CALL, call, "return_", reason=reason)
    return call


def publish(work: Work, call: Call) -> Call:
    """Publish: number, freeze, notice, poster and communiqué. Open and closed then follow the clock."""
    call = work.hold(call)
    if call.status == "sent":
        refuse(publish_obstacles(work, call))
    # Advance first: whoever lost the race or may not publish uses no number and prints nothing.
    work.advance(CALL, call, "publish")
    call.reference = work.number("call", "call")
    work.db.flush()
    facts = papers.notice_facts(work, bundle(work, call))
    for kind, tail, title, draw in PAPERS:
        documents.issue(
            work,
            kind=kind,
            reference=f"{call.reference}{tail}",
            title=title,
            subject=call,
            facts=facts,
            draw=draw,
        )
    return call
