"""Shapes of a call for proposals and its calendar."""

from dataclasses import dataclass

Tags = tuple[tuple[str, int], ...]
"""Weighted objectives `(code, percent)`; each framework's percents sum to 100."""


def tags(text: str) -> Tags:
    """Read `"A1.1=60 A3.2=40 PBF-MS=100"`."""
    pairs = (item.split("=") for item in text.split())
    return tuple((code, int(percent)) for code, percent in pairs)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A weighted criterion: `floor` is in points of `weight`; `levels` describe the marks 0 to 5."""

    call: str
    code: str
    title: str
    weight: int
    floor: int | None
    levels: tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A required paper; `when` is `always` or the condition that makes it due."""

    code: str
    number: int
    title: str
    when: str = "always"


@dataclass(frozen=True, slots=True)
class ReservedShare:
    """A share of the envelope kept for a category: `women`, `youth` or `woman_president`."""

    category: str
    percent: int


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A convening of the committee: voices present of those in office, and what came out of it."""

    j: int
    convening: int
    present: int
    members: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many files stand at each stage; zero where a stage is not reached yet."""

    filed: int
    late: int
    examined: int
    admissible: int
    eligible: int
    scored: int
    ranked: int
    awarded: int
    waiting: int
    not_selected: int
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A call for proposals. Hours are UTC; every `_j` is a day counted from J."""

    code: str
    title: str
    summary: str
    state: str
    envelope: int
    lines: tuple[tuple[str, int], ...]
    reserved: tuple[ReservedShare, ...]
    grant_floor: int
    grant_ceiling: int
    contribution_percent: int
    contribution_note: str
    months: int
    applicants: tuple[str, ...]
    applicants_note: str
    min_members: int
    min_age_years: int
    min_youth_percent: int
    exclusions: tuple[str, ...]
    places: tuple[str, ...]
    pieces: tuple[str, ...]
    tags: Tags
    total_floor: int
    tie_break: tuple[str, ...]
    assessors_per_file: int
    published_j: int
    questions_until_j: int
    answers_j: int
    deadline_j: int
    deadline_hour: str
    pieces_until_j: int
    scoring_from_j: int
    scoring_to_j: int
    sessions: tuple[SessionPlan, ...]
    decision_j: int
    notification_j: int
    appeals_until_j: int | None
    funnel: Funnel
