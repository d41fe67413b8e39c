"""What a call still lacks before it can be sent or published, section by section: read by the page and by the verbs alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from portfolio.calls.models import Call, Criterion, RequiredPiece, ReservedShare
from portfolio.calls.queries import record
from portfolio.calls.queries.objectives import Tagged, tagged
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import N_, date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.places.models import Place
from portfolio.work import Work

SECTIONS = {
    "identity": N_("Title and contacts"),
    "money": N_("Envelope and amounts"),
    "calendar": N_("Calendar"),
    "applicants": N_("Who may apply, where and how"),
    "pieces": N_("Papers required"),
    "grid": N_("Grid: criteria and levels"),
    "objectives": N_("Objectives served"),
}
"""The sections of a call, in the order they are written."""

DATES = (
    "questions_until",
    "answers_on",
    "pieces_by",
    "scoring_from",
    "scoring_until",
    "session_on",
    "decision_on",
    "notification_on",
)
DATE_WORDS = {
    "opens_at": N_("Opening"),
    "questions_until": N_("Questions until"),
    "answers_on": N_("Answers published on"),
    "closes_at": N_("Deadline for filing"),
    "pieces_by": N_("Missing papers completed by"),
    "scoring_from": N_("Scoring from"),
    "scoring_until": N_("Scoring until"),
    "session_on": N_("Session of the committee"),
    "decision_on": N_("Decision"),
    "notification_on": N_("Letters to the applicants"),
}


def date_label(name: str) -> str:
    """The words of a date of the calendar."""
    return _(DATE_WORDS[name])


@dataclass
class Bundle:
    """A call with all that hangs on it, read once."""

    call: Call
    lines: list[record.Envelope]
    shares: list[ReservedShare]
    places: list[Place]
    pieces: list[RequiredPiece]
    criteria: list[Criterion]
    tags: list[Tagged] = field(default_factory=list)

    @property
    def countries(self) -> list[str]:
        """The countries of its places."""
        return record.countries(self.places)


def bundle(work: Work, call: Call) -> Bundle:
    """Everything a call is made of; six queries."""
    found = record.places(work, call)
    return Bundle(
        call,
        record.lines(work, call),
        record.shares(work, call),
        found,
        record.pieces(work, call),
        record.criteria(work, call),
        tagged(work, call, record.countries(found)),
    )


def ordered_dates(values: dict[str, date | None]) -> Iterator[tuple[str, str, str]]:
    """(field, before, words) for each date that comes before the one it must follow; the blank ones are skipped (C3).

    `values` holds the dates of the calendar; `opens_at` and `closes_at` as days.
    """
    order = ["opens_at", "questions_until", "answers_on", "closes_at", *DATES[2:]]
    last: tuple[str, date] | None = None
    for name in order:
        day = values.get(name)
        if day is None:
            continue
        if last is not None and day < last[1]:
            words = _("This date comes before « %(other)s » (%(day)s).") % {
                "other": _(DATE_WORDS[last[0]]),
                "day": date_text(last[1]),
            }
            yield name, last[0], words
            continue
        last = (name, day)


def calendar_of(call: Call) -> dict[str, date | None]:
    """The dates of a call, as days."""
    found: dict[str, date | None] = {name: getattr(call, name) for name in DATES}
    return {**found, "opens_at": call.opens_at.date(), "closes_at": call.closes_at.date()}


def identity_lacks(b: Bundle) -> Iterator[Refusal]:
    """The title is there from the start; the purpose and the three contacts are printed."""
    call = b.call
    for value, words in (
        (call.summary, _("The purpose of the call is not written.")),
        (call.contact, _("Nobody is named for questions.")),
        (call.complaints_contact, _("No contact for complaints is given.")),
        (call.corruption_contact, _("No contact for reporting corruption is given.")),
    ):
        if not value:
            yield Refusal("identity_missing", words)


def money_lacks(b: Bundle) -> Iterator[Refusal]:
    """The lines sum to the envelope and each has enough free credits (R1, R5)."""
    call = b.call
    total = sum(line.amount_minor for line in b.lines)
    if total != call.envelope_minor:
        gap = call.envelope_minor - total
        words = (
            _("The budget lines carry %(gap)s less than the envelope.")
            if gap > 0
            else _("The budget lines carry %(gap)s more than the envelope.")
        )
        yield Refusal(
            "lines_do_not_sum",
            words % {"gap": amount(abs(gap), call.amount_currency)},
            _("Change a line, or the envelope."),
            missing_minor=max(gap, 0),
        )
    for line in b.lines:
        if line.line_status != "voted":
            yield Refusal(
                "line_not_voted", _("The credits of line %(line)s are not voted.") % {"line": line.line}
            )
        elif line.amount_minor > line.available_minor:
            lacking = line.amount_minor - line.available_minor
            yield Refusal(
                "credits_missing",
                _("Line %(line)s has %(free)s free: %(lacking)s are missing.")
                % {
                    "line": line.line,
                    "free": amount(line.available_minor, call.amount_currency),
                    "lacking": amount(lacking, call.amount_currency),
                },
                _("Take less from this line, or have credits voted."),
                missing_minor=lacking,
            )
    if sum(share.percent for share in b.shares if share.category != "woman_president") > 100:
        yield Refusal("shares_too_large", _("The reserved shares sum to more than 100 %."))
    if not call.refused_expenses:
        yield Refusal("expenses_missing", _("The expenses that are refused are not listed."))


def calendar_lacks(b: Bundle) -> Iterator[Refusal]:
    """Every date is there, in order."""
    call = b.call
    for name in DATES:
        if getattr(call, name) is None:
            yield Refusal("date_missing", _("This date is missing: %(name)s.") % {"name": date_label(name)})
    for name, _before, words in ordered_dates(calendar_of(call)):
        yield Refusal("dates_disordered", f"{date_label(name)} : {words}")
    if not call.answers_where:
        yield Refusal("answers_where", _("It is not said where the answers are published."))
    if not call.appeal_to:
        yield Refusal("appeal_to", _("It is not said to whom appeals are sent."))


def applicants_lacks(b: Bundle) -> Iterator[Refusal]:
    """Who, where, how many, and where to hand in."""
    call = b.call
    for value, code, words in (
        (call.categories, "categories_missing", _("No category of group may apply yet.")),
        (b.places, "places_missing", _("No place is chosen.")),
        (call.excluded, "excluded_missing", _("It is not said who may not apply.")),
        (call.filing_place, "filing_place", _("The place where files are handed in is not written.")),
        (call.filing_hours, "filing_hours", _("The opening hours of the counter are not written.")),
    ):
        if not value:
            yield Refusal(code, words)


def pieces_lacks(b: Bundle) -> Iterator[Refusal]:
    """At least one paper."""
    if not b.pieces:
        yield Refusal("pieces_missing", _("No paper is required yet."))


def grid_lacks(b: Bundle) -> Iterator[Refusal]:
    """Weights sum to 100, and each mark from 0 to 5 is described (documents.md 4)."""
    if len(b.criteria) < 2:
        yield Refusal("criteria_missing", _("A grid needs at least two criteria."))
    total = sum(c.weight for c in b.criteria)
    if b.criteria and total != 100:
        yield Refusal(
            "weights_do_not_sum", _("The weights sum to %(total)d instead of 100.") % {"total": total}
        )
    for criterion in b.criteria:
        written = [level for level in criterion.levels if level]
        if len(criterion.levels) != 6 or len(written) != 6:
            yield Refusal(
                "levels_missing",
                _("« %(label)s »: %(n)d levels of 6 are described.")
                % {"label": criterion.label, "n": len(written)},
            )


def objectives_lacks(b: Bundle) -> Iterator[Refusal]:
    """100 % in each framework in force on the places of the call (R8)."""
    if not b.places:
        yield Refusal("places_first", _("Choose the places first: they say which frameworks are in force."))
        return
    for each in b.tags:
        if each.needed and each.total != 100:
            yield Refusal(
                "tags_do_not_sum",
                _("%(framework)s: the objectives sum to %(total)d %% instead of 100 %%.")
                % {"framework": each.title, "total": each.total},
            )


LACKS = {
    "identity": identity_lacks,
    "money": money_lacks,
    "calendar": calendar_lacks,
    "applicants": applicants_lacks,
    "pieces": pieces_lacks,
    "grid": grid_lacks,
    "objectives": objectives_lacks,
}


def lacks(b: Bundle, sections: Sequence[str] = tuple(SECTIONS)) -> Iterator[Refusal]:
    """Everything that is lacking, section by section."""
    for name in sections:
        yield from LACKS[name](b)
