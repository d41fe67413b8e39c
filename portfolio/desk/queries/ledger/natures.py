"""Which book a question asks for: its title, its columns, its closing words. The disbursement ledger is one of them (document 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portfolio.desk.queries.ledger.filters import DEFAULT, Filters
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.ledger.queries import Line
from portfolio.rulebook.postings import CHART

DISBURSEMENTS, ACCOUNT, FUND, JOURNAL = "disbursements", "account", "fund", "journal"


@dataclass(frozen=True)
class Field:
    """A column of a book: its words, its width on paper in millimetres, its kind on paper and in a sheet."""

    name: str
    label: str
    mm: float
    kind: str = "text"
    sheet: str = "text"
    align: str = "left"


_SEQ = Field("seq", N_("No."), 10, sheet="number", align="right")
_DATE = Field("date", N_("Date"), 17, sheet="date")
_PAPER = Field("document", N_("Paper no."), 26)
_PARTY = Field("party", N_("Third party"), 56)
_AGREEMENT = Field("agreement", N_("Agreement"), 26)
_TRANCHE = Field("tranche", N_("Tranche"), 7, align="center")
_OBJECTIVE = Field("objective", N_("Objective"), 14)
_LABEL = Field("label", N_("Entry"), 34)
_OTHER = Field("counterpart", N_("Counterpart"), 12, align="center")
_OWN = Field("account", N_("Account"), 12, align="center")
_FUND = Field("fund", N_("Fund"), 20)
_TREASURY = Field("treasury", N_("Paid by account"), 22)
_DEBIT = Field("debit", N_("Debit"), 20, "amount", "money")
_CREDIT = Field("credit", N_("Credit"), 20, "amount", "money")
_BALANCE = Field("balance", N_("Running balance"), 23, "balance", "money")
_IN = Field("debit", N_("Received"), 20, "amount", "money")
_OUT = Field("credit", N_("Paid out"), 20, "amount", "money")
_LEFT = Field("balance", N_("Balance of the fund"), 23, "balance", "money")
_PAID = Field("debit", N_("Paid"), 20, "amount", "money")
_UNDONE = Field("credit", N_("Reversed or returned"), 20, "amount", "money")
_CUMUL = Field("balance", N_("Cumulated"), 23, "balance", "money")

COLUMNS: dict[str, tuple[Field, ...]] = {
    DISBURSEMENTS: (_SEQ, _DATE, _PAPER, _PARTY, _AGREEMENT, _TRANCHE, _OBJECTIVE, _LABEL, _DEBIT, _CREDIT, _BALANCE),
    ACCOUNT: (_SEQ, _DATE, _PAPER, _PARTY, _AGREEMENT, _TRANCHE, _OTHER, _LABEL, _DEBIT, _CREDIT, _BALANCE),
    FUND: (_SEQ, _DATE, _PAPER, _PARTY, _AGREEMENT, _OWN, _OTHER, _LABEL, _IN, _OUT, _LEFT),
    JOURNAL: (_SEQ, _DATE, _PAPER, _PARTY, _AGREEMENT, _TRANCHE, _FUND, _TREASURY, _PAID, _UNDONE, _CUMUL),
}  # fmt: skip


def nature(filters: Filters) -> str:
    """The book that these filters ask for."""
    if filters.book in (FUND, JOURNAL):
        return filters.book
    return DISBURSEMENTS if filters.accounts == DEFAULT else ACCOUNT


def fields(filters: Filters) -> tuple[Field, ...]:
    """The columns of the book; several accounts say which on each line."""
    found = COLUMNS[nature(filters)]
    if nature(filters) == ACCOUNT and len(filters.accounts) > 1:
        found = (*found[:6], _OWN, *found[6:])
    return found


def title(filters: Filters) -> str:
    """« Grand livre des décaissements », « Grand livre du compte 521 – Banques », « Livre du fonds F1 », « Journal des paiements »."""
    kind = nature(filters)
    if kind == JOURNAL:
        return _("Journal of payments")
    if kind == FUND:
        fund = filters.dims.get("fund")
        return _("Book of fund %(fund)s") % {"fund": fund} if fund else _("Book of all funds")
    if kind == DISBURSEMENTS:
        return _("Ledger of disbursements")
    if filters.accounts == ("409",):
        return _("Ledger of advances to be justified (account 409)")
    if len(filters.accounts) == 1:
        code = filters.accounts[0]
        return _("Ledger of account %(code)s – %(label)s") % {"code": code, "label": _(CHART[code].label)}
    return _("Ledger of accounts %(codes)s") % {"codes": ", ".join(filters.accounts)}


def file_name(filters: Filters) -> str:
    """The beginning of the name of a file."""
    kind = nature(filters)
    if kind == ACCOUNT:
        return f"grand-livre-{'-'.join(filters.accounts)}"
    return {DISBURSEMENTS: "grand-livre", FUND: "livre-de-fonds", JOURNAL: "journal-des-paiements"}[kind]


def cells(
    wanted: Sequence[str],
    label: Callable[[Line], str],
    names: Mapping[str, str],
    tranche: Callable[[Line], str],
    objective: Callable[[Line], str],
) -> Callable[[Line], list[str | int | None]]:
    """What fills the columns of a line, one reader a column."""
    readers: dict[str, Callable[[Line], str | int | None]] = {
        "seq": lambda line: str(line.seq),
        "date": lambda line: f"{line.dated_on:%d/%m/%Y}",
        "document": lambda line: line.document or "",
        "party": lambda line: names.get(line.codes.get("party") or "", line.codes.get("party") or ""),
        "agreement": lambda line: line.codes.get("agreement") or "",
        "tranche": tranche,
        "objective": objective,
        "label": label,
        "counterpart": lambda line: line.counterpart,
        "account": lambda line: line.account,
        "fund": lambda line: line.codes.get("fund") or "",
        "treasury": lambda line: line.codes.get("treasury") or "",
        "debit": lambda line: line.debit_minor or None,
        "credit": lambda line: line.credit_minor or None,
        "balance": lambda line: line.balance_minor,
    }
    makers = [readers[name] for name in wanted]
    return lambda line: [make(line) for make in makers]


def facts_of(filters: Filters) -> dict[str, Any]:
    """What an edition keeps of its book, in French: title, columns, period."""
    return {
        "nature": nature(filters),
        "title": title(filters),
        "columns": [[f.name, f.mm, f.kind, f.align] for f in fields(filters)],
        "to": filters.to_on.isoformat() if filters.to_on else "",
    }
