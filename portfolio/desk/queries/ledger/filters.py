"""What a reader asks of the ledger: accounts, period, dimensions, sub-totals; read from the address, said in clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlencode

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import aliased

from portfolio.calls.models import Call
from portfolio.funds.models import BudgetLine, Donor, Fund, TreasuryAccount
from portfolio.groups.models import Group
from portfolio.kit.i18n import N_, date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.ledger.queries import SUBTOTALS, Question
from portfolio.places.models import Place
from portfolio.procurement.models import Supplier
from portfolio.rulebook.postings import CHART, DIMENSION_WORDS, TREASURY
from portfolio.work import Work

DEFAULT = ("907",)
FUND_ACCOUNTS = tuple(TREASURY.values())
"""Where the money of a fund stands: banks, decentralised systems, mobile money, cash."""
BOOK_ACCOUNTS = {"fund": FUND_ACCOUNTS, "journal": DEFAULT}
"""Books asked by name → the accounts they are drawn from."""
BOOKS = {"fund": N_("Book of a fund"), "journal": N_("Journal of payments")}
"""Their names; the other books follow from the accounts chosen."""
CHOSEN = ("fund", "line", "call", "donor", "treasury", "exercice", "objective")
"""Dimensions chosen in a list; the others are typed."""


class Pairs(Protocol):
    """The query string: `get` and `getlist`."""

    def get(self, key: str, /) -> Any:
        """One value, or None."""

    def getlist(self, key: Any, /) -> list[Any]:
        """Every value of a name."""


@dataclass(frozen=True)
class Filters:
    """What was asked, as typed; values that cannot be read are left out and said in `ignored`."""

    accounts: tuple[str, ...] = DEFAULT
    from_on: date | None = None
    to_on: date | None = None
    dims: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    ignored: tuple[str, ...] = ()
    book: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The address of this very view."""
        found = [("account", a) for a in self.accounts if self.accounts != DEFAULT and not self.book]
        found += [("book", self.book)] if self.book else []
        found += [("from", self.from_on.isoformat())] if self.from_on else []
        found += [("to", self.to_on.isoformat())] if self.to_on else []
        found += [(name, value) for name, value in self.dims.items()]
        return found + ([("by", self.by)] if self.by else [])

    def query(self, **more: str) -> str:
        """The same as a query string."""
        return urlencode([*self.pairs(), *((k, v) for k, v in more.items() if v)])

    def without(self, name: str) -> str:
        """The address with one filter less."""
        return urlencode([(k, v) for k, v in self.pairs() if k != name])


def _day(value: str) -> date | None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None


def read(query: Pairs) -> Filters:
    """The filters of an address; what cannot be read filters nothing and is said."""
    ignored: list[str] = []
    asked = [str(a) for a in query.getlist("account")]
    accounts = tuple(dict.fromkeys(a for a in asked if a in CHART))
    if len(accounts) < len(set(asked)):
        ignored.append("account")
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        typed = str(query.get(name) or "").strip()
        days[name] = _day(typed) if typed else None
        if typed and days[name] is None:
            ignored.append(name)
    dims = {}
    for name in DIMENSION_WORDS:
        value = str(query.get(name) or "").replace("\x00", "").strip()[:100]
        if name == "exercice" and value and not (value.isascii() and value.isdigit() and len(value) == 4):
            ignored.append(name)
        elif value:
            dims[name] = value
    by = str(query.get("by") or "")
    if by and by not in SUBTOTALS:
        ignored.append("by")
        by = ""
    book = str(query.get("book") or "")
    if book and book not in BOOK_ACCOUNTS:
        ignored.append("book")
        book = ""
    chosen = BOOK_ACCOUNTS.get(book) or accounts or DEFAULT
    return Filters(chosen, days["from"], days["to"], dims, by, tuple(ignored), book)


def _parties(text: str) -> Select[str]:
    """The codes of the groups and suppliers that a typed name or code may mean."""
    words = fold(text)
    groups = select(Group.code).where((Group.code == text) | Group.folded.contains(words, autoescape=True))
    suppliers = select(Supplier.code).where(
        (Supplier.code == text) | Supplier.folded.contains(words, autoescape=True)
    )
    some = union_all(*(select(each.limit(200).subquery().c.code) for each in (groups, suppliers)))
    return select(some.subquery().c.code)


def _places(text: str) -> Select[str]:
    """The code of a place and of everything below it: administrative codes begin with those above them; else, by name."""
    exact = aliased(Place)
    known = select(exact.id).where(exact.code == text).exists()
    below = Place.code.startswith(text, autoescape=True)
    named = Place.folded.contains(fold(text), autoescape=True)
    return select(Place.code).where((known & below) | (~known & named))


def coded(name: str, value: str) -> object:
    """What was typed of one dimension as the ledger understands it: names become the codes that they may mean."""
    if name == "exercice":
        return int(value)
    if name == "party":
        return _parties(value)
    return _places(value) if name == "place" else value


def question(work: Work, filters: Filters, *, upto: int | None = None) -> Question:
    """The filters as the ledger understands them."""
    dims = {name: coded(name, value) for name, value in filters.dims.items()}
    return Question(filters.accounts, filters.from_on, filters.to_on, dims, upto=upto)


def account_words(code: str) -> str:
    """`907 Paiements`."""
    return f"{code} {_(CHART[code].label)}" if code in CHART else code


def _period(filters: Filters) -> str:
    start, end = date_text(filters.from_on), date_text(filters.to_on)
    if start and end:
        return _("from %(start)s to %(end)s") % {"start": start, "end": end}
    if start:
        return _("since %(start)s") % {"start": start}
    return _("until %(end)s") % {"end": end} if end else _("every entry")


def said(filters: Filters) -> list[tuple[str, str]]:
    """The filters in clear, as they stand on the screen and at the head of a book."""
    found = [(_("Accounts"), " · ".join(account_words(a) for a in filters.accounts))]
    found.append((_("Period"), _period(filters)))
    found += [(_(DIMENSION_WORDS[name]), value) for name, value in filters.dims.items()]
    if filters.by:
        found.append((_("Sub-totals by"), _(DIMENSION_WORDS[filters.by])))
    return found


def chips(filters: Filters, base: str) -> list[dict[str, str]]:
    """Each filter with the address that takes it away."""
    found = []
    if filters.book:
        found.append({"label": _(BOOKS[filters.book]), "remove_url": f"{base}?{filters.without('book')}"})
    elif filters.accounts != DEFAULT:
        words = ", ".join(account_words(a) for a in filters.accounts)
        found.append({"label": words, "remove_url": f"{base}?{filters.without('account')}"})
    for name, label, day in (("from", _("From"), filters.from_on), ("to", _("To"), filters.to_on)):
        if day:
            found.append(
                {"label": f"{label} {date_text(day)}", "remove_url": f"{base}?{filters.without(name)}"}
            )
    for name, value in filters.dims.items():
        words = _("%(label)s: %(value)s") % {"label": _(DIMENSION_WORDS[name]), "value": value}
        found.append({"label": words, "remove_url": f"{base}?{filters.without(name)}"})
    return found


def options(work: Work) -> dict[str, list[tuple[str, str]]]:
    """The choices of each list; codes with their names. One query: five short lists of (code, words)."""
    lists: dict[str, tuple[Any, Any]] = {
        "fund": (Fund.code, Fund.name),
        "line": (BudgetLine.code, BudgetLine.label),
        "call": (Call.code, Call.title),
        "donor": (Donor.code, Donor.name),
        "treasury": (TreasuryAccount.code, TreasuryAccount.label),
    }
    read = [select(literal(name), *pair, literal(0)) for name, pair in lists.items() if name != "line"]
    read.append(select(literal("line"), *lists["line"], BudgetLine.exercice))
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in lists}
    years = set()
    for name, code, words, year in work.db.execute(union_all(*read)):
        found[name].append((code, words if name == "donor" else f"{code} · {words}"))
        years |= {year} if name == "line" else set()
    for name, pairs in found.items():
        pairs.sort(key=lambda pair: fold(pair[1]) if name == "donor" else pair[0])
    return {
        "account": [(code, account_words(code)) for code in CHART],
        **found,
        "exercice": [(str(year), str(year)) for year in sorted(years)],
        "book": [(name, _(words)) for name, words in BOOKS.items()],
        "by": [(name, _(DIMENSION_WORDS[name])) for name in SUBTOTALS],
    }


def narrowed(filters: Filters, **dims: str) -> Filters:
    """The same filters with other dimensions."""
    return replace(filters, dims={**filters.dims, **dims})
