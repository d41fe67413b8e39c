"""Balance âgée: what stands on the account of advances (409), tranche by tranche, by the days since it was paid (documents.md 3.4, K).

Every figure is the ledger's own balance; the records only bring names and the day of the payment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portfolio.agreements.models import Agreement, ForceMajeure, Suspension, Tranche
from portfolio.agreements.queries.stops import stopped_days, stops_along
from portfolio.calls.models import Call
from portfolio.desk.queries import ledger as books
from portfolio.desk.queries.contacts import contacts
from portfolio.funds.models import Fund
from portfolio.groups.models import Group
from portfolio.justifications.queries import AGES
from portfolio.kit.i18n import N_, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.places.models import Place
from portfolio.rulebook.postings import DIMENSION_WORDS
from portfolio.work import Work

ACCOUNT = "409"
AGE_WORDS = {
    "0": N_("0 to 90 days"),
    "91": N_("91 to 180 days"),
    "181": N_("181 to 270 days"),
    "271": N_("Over 270 days"),
}
"""Each age by its first day."""
BY = ("fund", "party", "call", "objective", "place")
"""What sub-totals go by."""
DIMS = ("fund", "call", "party", "objective", "place")
SHOWN = 50
"""Sub-totals on the screen; the largest first."""

STANDS = ledger.standing(ACCOUNT, "tranche", DIMS)
LEFT = STANDS.c.net
_stopped: WeakKeyDictionary[Session, dict[int, int]] = WeakKeyDictionary()
_moved: WeakKeyDictionary[Session, dict[int, int]] = WeakKeyDictionary()
"""Age in days of each advance whose days were stopped."""
_options: WeakKeyDictionary[Session, dict[str, dict[str, str]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Part:
    """A sub-total: by what, how many advances, their total, and by age."""

    code: str
    name: str
    count: int
    left: int
    ages: tuple[int, ...]


def _path_inside(zone: Any) -> ColumnElement[bool]:
    inside = func.substr(Place.path, 1, func.length(zone.c.path) + 1) == zone.c.path + "/"
    return or_(Place.path == zone.c.path, inside)


def stopped(work: Work) -> dict[int, int]:
    """Days that do not count since the payment, by tranche: force majeure of its zone, suspensions (R18). Two queries a request, one when none."""
    kept = _stopped.get(work.db)
    if kept is not None:
        return kept
    zone = Place.__table__.alias("zone")
    held = exists().where(ForceMajeure.place_id == zone.c.id, _path_inside(zone)).correlate(Place)
    own = Agreement.id.in_(select(Suspension.agreement_id))
    asked: Any = select(Tranche.id, Tranche.paid_on, Agreement.id, Place.path)
    rows: Any = work.db.execute(
        joined(asked).join(Place, Place.id == Agreement.place_id).where(own | held)
    ).all()
    along = stops_along(work, {agreement: path for _t, _on, agreement, path in rows}) if rows else {}
    found = {}
    for tranche, paid_on, agreement, _path in rows:
        days = stopped_days(along[agreement], (paid_on or work.today) + timedelta(days=1), work.today)
        if days:
            found[tranche] = days
    _stopped[work.db] = found
    _moved[work.db] = {t: _days(work.today, on) - found[t] for t, on, _a, _p in rows if t in found}
    return found


def _among(tranches: Iterable[int]) -> ColumnElement[bool]:
    return Tranche.id.in_([literal(n, literal_execute=True) for n in tranches])


def aged(work: Work, since: int, until: int | None) -> ColumnElement[bool]:
    """The advances of one age: by the day of payment, but for those whose days were stopped. Without a day of payment, of the youngest."""
    paid = func.coalesce(Tranche.paid_on, work.today)
    by_day = paid <= work.today - timedelta(days=since)
    if until is not None:
        by_day &= paid >= work.today - timedelta(days=until)
    if not stopped(work):
        return by_day
    moved = _moved[work.db]
    mine = [n for n, days in moved.items() if days >= since and (until is None or days <= until)]
    return (by_day & ~_among(moved)) | _among(mine) if mine else by_day & ~_among(moved)


def bands(work: Work) -> list[Any]:
    """What stands in the column of each age; nothing where it is of another."""
    return [case((aged(work, *age), LEFT)).label(f"age_{age[0]}") for age in AGES]


def named(name: str, value: str) -> ColumnElement[bool]:
    """The advances of one fund, call, group, objective or place, as the ledger is asked for them."""
    wanted = books.coded(name, value)
    column = STANDS.c[name]
    return column.in_(wanted) if isinstance(wanted, Select) else column == wanted


def of_age(work: Work, since: str) -> ColumnElement[bool] | None:
    """The advances of the age that begins with this day."""
    found = next((age for age in AGES if str(age[0]) == since), None)
    return aged(work, *found) if found else None


def clauses(work: Work, dims: Mapping[str, str], age: str = "") -> list[ColumnElement[bool]]:
    """Everything asked, as conditions."""
    found = [named(name, value) for name, value in dims.items()]
    only = of_age(work, age) if age else None
    return found if only is None else [*found, only]


def joined(statement: Select[Any]) -> Select[Any]:
    """The statement from the balances, with the tranche, its agreement and its group."""
    return (
        statement.select_from(STANDS)
        .join(Tranche, Tranche.code == STANDS.c.code)
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .join(Group, Group.id == Tranche.group_id)
    )


def _days(today: date, paid_on: date | None) -> int:
    return (today - paid_on).days if paid_on else 0


def parts(work: Work, by: str, wanted: Iterable[ColumnElement[bool]]) -> list[Part]:
    """Sub-totals by fund, call, group, objective or place, the largest first."""
    key = STANDS.c[by]
    sums = [func.coalesce(func.sum(band), 0) for band in bands(work)]
    statement = joined(select(key, func.count(), func.sum(LEFT), *sums)).where(*wanted).group_by(key)
    rows = work.db.execute(statement.order_by(func.sum(LEFT).desc(), key)).all()
    names = names_of(work, by, [row[0] for row in rows])
    return [
        Part(str(row[0]), names.get(row[0], str(row[0])), int(row[1]), int(row[2]), tuple(map(int, row[3:])))
        for row in rows
    ]


def folded(found: Sequence[Part], shown: int = SHOWN) -> tuple[list[Part], Part | None]:
    """The first ones, and the others in one line: so that the lines always make the total."""
    kept, rest = list(found[:shown]), found[shown:]
    if not rest:
        return kept, None
    ages_of = tuple(sum(part.ages[n] for part in rest) for n in range(len(AGES)))
    return kept, Part("", "", sum(p.count for p in rest), sum(p.left for p in rest), ages_of)


def names_of(work: Work, by: str, codes: Sequence[str]) -> dict[str, str]:
    """What the codes of sub-totals are called; one query, none for objectives."""
    if by == "party":
        return books.party_names(work.db, codes)
    if by in ("fund", "call"):
        return options(work)[by]
    found: dict[str, str] = {}
    for at in range(0, len(codes) if by == "place" else 0, 500):
        some = select(Place.code, Place.name).where(Place.code.in_(codes[at : at + 500]))
        found.update({str(c): str(n) for c, n in work.db.execute(some)})
    return found


def options(work: Work) -> dict[str, dict[str, str]]:
    """Names of funds and calls by code: the choices of the filters; one query a request."""
    kept = _options.get(work.db)
    if kept is None:
        kept = {"fund": {}, "call": {}}
        pairs = (("fund", Fund.code, Fund.name), ("call", Call.code, Call.title))
        read = union_all(*(select(literal(kind), code, name) for kind, code, name in pairs))
        for kind, code, name in sorted(tuple(row) for row in work.db.execute(read)):
            kept[kind][code] = name
        _options[work.db] = kept
    return kept


def funds(work: Work) -> list[tuple[str, str]]:
    """The funds, as choices."""
    return [(code, f"{code} – {name}") for code, name in options(work)["fund"].items()]


def calls(work: Work) -> list[tuple[str, str]]:
    """The calls, as choices, newest first."""
    return [(code, f"{code} – {title}") for code, title in reversed(options(work)["call"].items())]


def said(work: Work, dims: Mapping[str, str], age: str, by: str) -> list[tuple[str, str]]:
    """The filters in clear, as the paper prints them."""
    found = []
    for name, value in dims.items():
        words = names_of(work, name, [value]).get(value, "") if name in ("fund", "call") else ""
        found.append((_(DIMENSION_WORDS[name]), f"{value} – {words}" if words else value))
    if age in AGE_WORDS:
        found.append((_("Age"), _(AGE_WORDS[age])))
    found.append((_("Age in days"), _("since the payment, less days of force majeure or suspension")))
    return [*found, (_("Sub-totals by"), _(DIMENSION_WORDS[by]))]


Row = tuple[str, str, int, str, date | None, int, int, str]
"""Sub-total key, agreement, tranche number, group, paid on, days, left, last contact."""


def rows(work: Work, by: str, wanted: Iterable[ColumnElement[bool]]) -> list[Row]:
    """Every advance, by sub-total then oldest first; two queries and the names."""
    key = STANDS.c[by]
    statement = joined(
        select(
            key,
            Agreement.reference,
            Tranche.number,
            Group.name,
            Tranche.paid_on,
            LEFT,
            Tranche.id,
        )
    ).where(*wanted)
    order = (Group.name, key) if by == "party" else (key,)
    paid = func.coalesce(Tranche.paid_on, work.today)
    found = work.db.execute(statement.order_by(*order, paid, Tranche.code)).all()
    names = {str(row[0]): row[3] for row in found} if by == "party" else {}
    if by == "place":
        names = names_of(work, by, sorted({row[0] for row in found}))
    names = books.told_apart(names)
    told, held = contacts(work), stopped(work)
    return [
        (
            names.get(code, code) or "—",
            agreement,
            number,
            names.get(code, group) if by == "party" else group,
            paid_on,
            _days(work.today, paid_on) - held.get(tranche, 0),
            int(left),
            told.get(tranche, ""),
        )
        for code, agreement, number, group, paid_on, left, tranche in found
    ]


def digest(found: Iterable[Sequence[Any]]) -> str:
    """SHA-256 of rows that a paper prints and its facts do not repeat: one JSON line each."""
    made = hashlib.sha256()
    for row in found:
        made.update(json.dumps(row, default=str, ensure_ascii=False).encode() + b"\n")
    return made.hexdigest()


def facts(work: Work, dims: Mapping[str, str], age: str, by: str, found: Sequence[Row]) -> dict[str, Any]:
    """All that the paper prints but its rows; with what the ledger says of the account under the same filters, where an age is not asked."""
    control = None
    if not age:
        asked = books.Filters((ACCOUNT,), dims=dims)
        control = ledger.sums(work.db, books.question(work, asked)).closing_minor
    with speaking("fr"):
        clear = said(work, dims, age, by)
    return {
        "ages": [list(each) for each in AGES],
        "by": by,
        "filters": [list(pair) for pair in clear],
        "count": len(found),
        "left_minor": sum(row[6] for row in found),
        "ledger_minor": control,
        "rows": digest(found),
    }
