"""Where a draft stands: which pages are complete, what is missing on each, and what the budget adds up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portfolio.applications.forms import PAGES, shown_day
from portfolio.applications.models import Application, Piece
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import date_text, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount, percent_of

OPEN_PIECES = ("absent", "illegible", "expired", "nonconforming")


@dataclass(frozen=True)
class Totals:
    """The budget added up, in minor units: asked (S), contribution in cash (N) and in kind (V)."""

    asked: int = 0
    cash: int = 0
    kind: int = 0

    @property
    def own(self) -> int:
        """The whole own contribution."""
        return self.cash + self.kind

    @property
    def cost(self) -> int:
        """The whole cost of the project."""
        return self.asked + self.own

    @property
    def own_tenths(self) -> int:
        """The own contribution in tenths of a percent of the cost."""
        return percent_of(self.own, self.cost)


@dataclass(frozen=True)
class PageState:
    """A page of the form in the task list. `missing` names its blank fields, or the papers not attached; `wrong` says what
    contradicts the call."""

    code: str
    label: str
    state: str
    missing: tuple[str, ...] = ()
    wrong: tuple[Refusal, ...] = field(default=())

    @property
    def note(self) -> str:
        """What is still to be done, in words."""
        if self.wrong:
            return self.wrong[0].message
        if not self.missing or self.state == "todo":
            return ""
        if self.code == "pieces":
            return _("Still to attach: %(papers)s") % {"papers": ", ".join(self.missing)}
        labels = PAGES[self.code].labels
        return _("Still to fill in: %(fields)s") % {"fields": ", ".join(_(labels[n]) for n in self.missing)}


def accepting(call: Call, now: datetime) -> bool:
    """Whether files may be filed in time now: published, opened, and not a second after the deadline."""
    return call.status == "published" and call.opens_at <= now <= call.closes_at


def answers(application: Application, page: str) -> Mapping[str, Any]:
    """What was saved on a page."""
    found = application.answers.get(page)
    return found if isinstance(found, dict) else {}


def page_version(application: Application, page: str) -> int:
    """The edition of a page: how many times it was saved."""
    return int(answers(application, page).get("rev", 0))


def totals(application: Application) -> Totals:
    """The totals kept with the file."""
    return Totals(application.requested_minor, application.own_cash_minor, application.own_kind_minor)


def complete_line(line: Mapping[str, Any]) -> bool:
    """Whether a line of the budget can be added up."""
    return bool(line.get("label") and line.get("quantity") and line.get("price") and line.get("source"))


def missing(application: Application, page: str, pieces: Sequence[Piece] = ()) -> tuple[str, ...]:
    """The fields of a page without which it is not complete."""
    saved = answers(application, page)
    if page == "pieces":
        return tuple(p.label for p in pieces if p.state in OPEN_PIECES)
    absent = [name for name in PAGES[page].needed if saved.get(name) in (None, "", [], False)]
    if page == "budget" and not absent and not all(complete_line(line) for line in saved["lines"]):
        absent.append("lines")
    return tuple(absent)


def budget_obstacles(call: Call, application: Application, group: Group) -> Iterator[Refusal]:
    """Where the budget contradicts the call: floor, ceiling, own contribution; each says by how much."""
    sums = totals(application)
    if sums.asked > call.ceiling_minor:
        yield Refusal(
            "above_ceiling",
            _("The sum requested is %(over)s above the ceiling of the call (%(ceiling)s).")
            % {"over": amount(sums.asked - call.ceiling_minor), "ceiling": amount(call.ceiling_minor)},
            _("Reduce the lines paid by the grant, or move some to the own contribution."),
            missing_minor=sums.asked - call.ceiling_minor,
        )
    if sums.asked < call.floor_minor:
        yield Refusal(
            "below_floor",
            _("The sum requested is %(under)s below the least of the call (%(floor)s).")
            % {"under": amount(call.floor_minor - sums.asked), "floor": amount(call.floor_minor)},
            missing_minor=call.floor_minor - sums.asked,
        )
    lacking = own_lacking(call, sums)
    if lacking:
        yield Refusal(
            "own_contribution",
            _(
                "The own contribution is %(part)s of the cost; the call asks for %(percent)d %%: %(lacking)s more."
            )
            % {
                "part": percent_words(sums.own_tenths),
                "percent": call.own_contribution_percent,
                "lacking": amount(lacking),
            },
            _("Value the work, the land and the materials that the group brings, or add a part in cash."),
            missing_minor=lacking,
        )


def own_lacking(call: Call, sums: Totals) -> int:
    """Minor units missing from the own contribution for it to reach the percentage of the call; 0 when it does.

    The rule is own ≥ p % of (asked + own), hence own ≥ asked × p / (100 − p), rounded up to the franc.
    """
    percent = call.own_contribution_percent
    if percent <= 0 or percent >= 100:
        return 0
    needed = -(-sums.asked * percent // (100 - percent))
    return max(0, needed - sums.own)


def percent_words(tenths: int) -> str:
    """Tenths of a percent in words."""
    from portfolio.kit.i18n import percent_text

    return percent_text(tenths)


def duration_obstacles(call: Call, application: Application) -> Iterator[Refusal]:
    """Where the duration contradicts the call."""
    if application.months > call.max_months:
        yield Refusal(
            "too_long",
            _("The project lasts %(months)d months; the call allows %(max)d at most.")
            % {"months": application.months, "max": call.max_months},
        )


def wrong(page: str, call: Call, application: Application, group: Group) -> tuple[Refusal, ...]:
    """What contradicts the call on a page that is filled in."""
    if page == "budget":
        return tuple(budget_obstacles(call, application, group))
    if page == "contribution":
        return tuple(duration_obstacles(call, application))
    return ()


def page_states(
    application: Application, call: Call, group: Group, pieces: Sequence[Piece]
) -> list[PageState]:
    """The task list: each page with its state todo, doing, done or error."""
    states = []
    for code, form in PAGES.items():
        lacking = missing(application, code, pieces)
        bad = wrong(code, call, application, group) if not lacking else ()
        touched = code in application.pages_saved or (
            code == "pieces" and any(p.document_id or p.state == "present" for p in pieces)
        )
        if bad:
            state = "error"
        elif not touched:
            state = "todo"
        else:
            state = "doing" if lacking else "done"
        states.append(PageState(code, pgettext("application", form.title_of), state, lacking, bad))
    return states


def shown_answers(application: Application, place_name: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Every page with its questions and answers in words, for checking before filing and for reading afterwards."""
    found = []
    for code, form in PAGES.items():
        if code in ("budget", "pieces"):
            continue
        saved = answers(application, code)
        rows = []
        for name, label in form.labels.items():
            if name == "rows":
                continue
            rows.append((_(label), _worded(name, saved.get(name), place_name)))
        found.append((code, pgettext("application", form.title_of), rows))
    return found


def _worded(name: str, value: object, place_name: str) -> str:
    if name == "commune_id":
        return place_name if value else ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_on") and value:
        return date_text(shown_day(value))
    return "" if value is None else str(value)
