"""The tests, computed from data: each gives its outcome and the value it was computed from (D5).

What is computed is shown; what is judged is recorded. A person may judge otherwise where the data can be incomplete, with a note
that stays in the trail; sums, hours and the ledger are not a matter of judgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from portfolio.accounts.models import Person
from portfolio.applications import queries as applications
from portfolio.applications.models import Application, FilingReceipt, Piece, ScreeningFinding
from portfolio.calls.models import Call, CallPlace
from portfolio.committees.models import Committee, Seat
from portfolio.groups.models import Group, Officer
from portfolio.groups.queries import category_text
from portfolio.kit.i18n import N_, date_text, datetime_text, percent_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount, percent_of
from portfolio.ledger import queries as ledger
from portfolio.places.models import Place
from portfolio.work import Work

ADMISSIBILITY = ("in_time", "complete")
ELIGIBILITY = (
    "territory",
    "category",
    "members",
    "age",
    "youth",
    "floor",
    "ceiling",
    "contribution",
    "duration",
    "advance",
    "previous_grant",
    "sitting_member",
)
LABELS = {
    "in_time": N_("Filed in time"),
    "complete": N_("Every paper asked for is here"),
    "territory": N_("Place inside the territory of the call"),
    "category": N_("Category admitted"),
    "members": N_("Number of members"),
    "age": N_("Age of the group"),
    "youth": N_("Share of members aged 15 to 35"),
    "floor": N_("Sum not below the floor"),
    "ceiling": N_("Sum not above the ceiling"),
    "contribution": N_("Own contribution"),
    "duration": N_("Duration"),
    "advance": N_("No advance unjustified for more than 180 days"),
    "previous_grant": N_("Previous grant closed"),
    "sitting_member": N_("No tie to a sitting member"),
}
JUDGED = frozenset({"territory", "members", "age", "youth", "previous_grant", "sitting_member"})
"""Where the record can be incomplete and a person may judge otherwise, with a note."""
ADVANCE_DAYS = 180
"""Who may not apply: a group with an advance unjustified for longer (demo 5.2, the three calls)."""


@dataclass(frozen=True)
class Test:
    """One test of a file. `met` is what counts: the judgement if there is one, else what was computed."""

    kind: str
    code: str
    label: str
    computed_met: bool
    computed: str
    met: bool
    note: str = ""

    @property
    def judged(self) -> bool:
        """Whether a person judged otherwise than the data."""
        return self.met != self.computed_met


def latest_findings(work: Work, application: Application) -> dict[str, ScreeningFinding]:
    """The last outcome recorded for each test."""
    statement = select(ScreeningFinding).where(ScreeningFinding.application_id == application.id)
    return {f.code: f for f in work.db.scalars(statement.order_by(ScreeningFinding.id))}


def tests(work: Work, application: Application) -> list[Test]:
    """Every test of a file, admissibility first."""
    call = applications.call_of(work, application)
    group = applications.group_of(work, application)
    recorded = latest_findings(work, application)
    made = []
    for code, met, computed in _computed(work, application, call, group):
        kind = "admissibility" if code in ADMISSIBILITY else "eligibility"
        found = recorded.get(code)
        judged = found is not None and code in JUDGED and bool(found.note)
        counts = found.met if found is not None and judged else met
        note = found.note if found is not None and judged else ""
        made.append(Test(kind, code, _(LABELS[code]), met, computed, counts, note))
    return made


def _computed(
    work: Work, application: Application, call: Call, group: Group
) -> Iterator[tuple[str, bool, str]]:
    receipt = applications.receipt(work, application)
    yield "in_time", *_in_time(application, receipt)
    yield "complete", *_complete(applications.pieces(work, application))
    yield "territory", *_territory(work, application, call)
    yield "category", not call.categories or group.category in call.categories, category_text(group.category)
    members = group.women + group.men
    yield (
        "members",
        members >= call.min_members,
        _("%(n)d members, %(least)d asked") % {"n": members, "least": call.min_members},
    )
    yield "age", *_age(call, group)
    share = percent_of(group.youth, members)
    yield (
        "youth",
        share >= call.min_youth_percent * 10,
        _("%(share)s, %(least)d %% asked") % {"share": percent_text(share), "least": call.min_youth_percent},
    )
    asked = application.requested_minor
    yield "floor", asked >= call.floor_minor, _against(asked, call.floor_minor)
    yield "ceiling", asked <= call.ceiling_minor, _against(asked, call.ceiling_minor)
    sums = applications.totals(application)
    yield (
        "contribution",
        applications.own_lacking(call, sums) == 0,
        _("%(share)s of the cost, %(least)d %% asked")
        % {"share": percent_text(sums.own_tenths), "least": call.own_contribution_percent},
    )
    yield (
        "duration",
        0 < application.months <= call.max_months,
        _("%(n)d months, %(most)d at most") % {"n": application.months, "most": call.max_months},
    )
    old = old_advance(work, group, work.today)
    yield "advance", old == 0, amount(old)
    yield "previous_grant", *_previous(work, application, group)
    yield "sitting_member", *_tied(work, group)


def _against(asked: int, bound: int) -> str:
    return _("%(asked)s against %(bound)s") % {"asked": amount(asked), "bound": amount(bound)}


def _in_time(application: Application, receipt: FilingReceipt | None) -> tuple[bool, str]:
    if receipt is None:
        return False, _("not filed")
    at = datetime_text(receipt.received_at)
    if not receipt.late:
        return True, at
    if application.status == "late":
        return False, _("%(moment)s, after the deadline") % {"moment": at}
    return True, _("%(moment)s, late, accepted by a reasoned decision") % {"moment": at}


def _complete(kept: Sequence[Piece]) -> tuple[bool, str]:
    lacking = [p for p in kept if p.state in applications.OPEN_PIECES]
    unchecked = [p for p in kept if p.state == "present" and p.checked_at is None]
    if lacking:
        names = "; ".join(p.label for p in lacking)[:250]
        return False, _("missing: %(papers)s") % {"papers": names}
    if unchecked:
        return False, _("%(n)d papers not checked yet") % {"n": len(unchecked)}
    return True, _("%(n)d papers") % {"n": sum(1 for p in kept if p.state == "present")}


def _territory(work: Work, application: Application, call: Call) -> tuple[bool, str]:
    place = applications.place_of(work, application)
    statement = select(Place.path).join(CallPlace, CallPlace.place_id == Place.id)
    roots = list(work.db.scalars(statement.where(CallPlace.call_id == call.id)))
    inside = not roots or any(place.path == r or place.path.startswith(f"{r}/") for r in roots)
    return inside, place.name


def _age(call: Call, group: Group) -> tuple[bool, str]:
    if group.founded_on is None:
        return call.min_age_months == 0, _("date of foundation unknown")
    on = call.closes_at.date()
    months = (on.year - group.founded_on.year) * 12 + on.month - group.founded_on.month
    months -= on.day < group.founded_on.day
    return (
        months >= call.min_age_months,
        _("founded on %(day)s: %(n)d months, %(least)d asked")
        % {"day": date_text(group.founded_on), "n": months, "least": call.min_age_months},
    )


def old_advance(work: Work, group: Group, today: date) -> int:
    """What this group was advanced more than 180 days ago and has not justified, first in first out, in minor units."""
    before = today - timedelta(days=ADVANCE_DAYS + 1)
    question = ledger.Question(("409",), to_on=before, dims={"party": group.code})
    paid = ledger.sums(work.db, question).debit_minor
    if not paid:
        return 0
    cleared = ledger.turnover(work.db, "409", party=group.code)[1]
    return max(0, paid - cleared)


def _previous(work: Work, application: Application, group: Group) -> tuple[bool, str]:
    statement = select(Application.reference).where(
        Application.group_id == group.id,
        Application.id != application.id,
        Application.status == "awarded",
        Application.grant_closed_at.is_(None),
    )
    running = list(work.db.scalars(statement.order_by(Application.id)))
    return not running, ", ".join(running) or _("none in progress")


def _tied(work: Work, group: Group) -> tuple[bool, str]:
    """An office holder who bears the name or the telephone of somebody who sits on a selection committee."""
    statement = (
        select(Person.full_name)
        .join(Seat, Seat.person_id == Person.id)
        .join(Committee, Committee.id == Seat.committee_id)
        .join(
            Officer,
            or_(
                Officer.full_name == Person.full_name, (Officer.phone != "") & (Officer.phone == Person.phone)
            ),
        )
        .where(
            Officer.group_id == group.id,
            or_(Officer.until.is_(None), Officer.until >= work.today),
            Seat.active.is_(True),
            Seat.capacity != "observer",
            Committee.kind == "selection",
            Committee.active.is_(True),
        )
        .distinct()
    )
    names = sorted(work.db.scalars(statement))
    return not names, ", ".join(names) or _("none found")
