"""Whose hand may write in a mission: its auditors' in the findings, anybody else's in the answers."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.kit.errors import NotFound, Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries
from portfolio.missions.models import Mission
from portfolio.work import Work


def of_team(work: Work, mission_id: int) -> Iterator[Refusal]:
    """Only the auditors named on the mission write in it."""
    team = queries.auditors_of(work, mission_id)
    if work.actor.id not in team:
        yield Refusal(
            "not_of_the_team",
            _("This mission is led by: %(names)s.") % {"names": ", ".join(team.values())},
            way_out=_("Ask one of them, or open a mission of your own."),
            who=", ".join(team.values()),
        )


def not_of_team(work: Work, mission_id: int) -> Iterator[Refusal]:
    """None of its auditors answers for the audited."""
    if work.actor.id in queries.auditors_of(work, mission_id):
        yield Refusal(
            "own_finding",
            _(
                "You are an auditor of this mission: somebody else answers and carries out its recommendations."
            ),
        )


def refuse_strangers(work: Work, mission: Mission) -> None:
    """A draft is read by the auditors of its mission: for anybody else it does not exist."""
    if work.actor.id not in queries.auditors_of(work, mission.id):
        raise NotFound
