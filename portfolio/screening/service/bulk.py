"""Several files at once: the same verbs, a preview that hides nothing, a result for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from portfolio.actor import same_person
from portfolio.applications import queries as applications
from portfolio.applications.models import Application
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.rulebook.permissions import who_may
from portfolio.screening.service.pieces import request_obstacles, request_pieces
from portfolio.screening.service.verdicts import admit, admit_obstacles, eligible_obstacles, find_eligible
from portfolio.work import Work

Obstacles = Callable[[Work, Application], Iterator[Refusal]]
VERBS: dict[str, tuple[Obstacles, Callable[[Work, Application], object]]] = {
    "admit": (admit_obstacles, admit),
    "find_eligible": (eligible_obstacles, find_eligible),
    "request_pieces": (request_obstacles, request_pieces),
}


@dataclass(frozen=True)
class Outcome:
    """One row of the preview or of the result: what stands in the way, empty when nothing does."""

    application: Application
    refusals: tuple[Refusal, ...]

    @property
    def free(self) -> bool:
        """Nothing stands in the way."""
        return not self.refusals


def preview(work: Work, files: Sequence[Application], verb: str) -> list[Outcome]:
    """What would happen to each file, in the words that the verb itself would use."""
    return [Outcome(a, tuple(_obstacles(work, a, verb))) for a in files]


def _obstacles(work: Work, application: Application, verb: str) -> Iterator[Refusal]:
    move = APPLICATION.find(verb, application.status)
    if move is None:
        label = pgettext(APPLICATION.noun, APPLICATION.state(application.status).label)
        yield Refusal("wrong_status", _("Not in this status: %(status)s.") % {"status": label})
        return
    if not work.may(move.permission, application):
        yield Refusal("not_allowed", _("This file is outside what you may do."), who=who_may(move.permission))
        return
    yield from same_person(work.actor, move, application)
    yield from VERBS[verb][0](work, application)


def run(work: Work, ids: Sequence[int], verb: str) -> list[Outcome]:
    """Do it, file by file in the order of their numbers; what is blocked is left as it was, and said."""
    results = []
    for number in sorted(set(ids)):
        application = work.hold(applications.get(work, number))
        outcome = Outcome(application, tuple(_obstacles(work, application, verb)))
        if outcome.free:
            VERBS[verb][1](work, application)
        results.append(outcome)
    return results
