"""The ledger as foreign programs read it: beancount and hledger journals with a balance assertion for every balance that a screen shows,
CSV for a spreadsheet, JSON lines with every sealed column for an offline check of the chain (M18, T04).

Assertions come from the running balances and entries from the chain, so that a program that is not ours proves one by the other. In a file
the currency is XOF (R22); account names are the code and the French label in ASCII.

Screens also show totals by exercice, donor, call, third party, place …, and the cumulative stages of the spending chain (R1), which no single tree
of accounts can hold. For these each entry is posted once more in a view of each of its dimensions, `Equity:Par-Appel:AAP-2025-01:904-…:905-…`,
with the same debit and credit: a view sums to zero and disturbs no other total (in hledger they are virtual: `--real` leaves them out).
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.orm import Session

from portfolio.kit.chain import LATER, VERSION
from portfolio.kit.i18n import gettext, speaking
from portfolio.kit.money import EXPONENTS
from portfolio.ledger.models import DIMENSIONS, LedgerEntry
from portfolio.ledger.queries import Head, all_balances, head, walk
from portfolio.ledger.service import SEALED
from portfolio.rulebook.postings import CHART, DIMENSION_WORDS, STAGES, TREASURY

FORMATS = ("beancount", "hledger", "csv", "jsonl")
_ROOTS = {"1": "Liabilities", "4": "Assets", "5": "Assets", "6": "Expenses", "9": "Equity"}
"""Funds received are owed to donors until spent; budget accounts stand apart, under Equity."""
_MONEY = frozenset(TREASURY.values())
_CHAIN = STAGES["committed"]
VIEWS = {name: words for name, words in DIMENSION_WORDS.items() if name != "treasury"}
"""The dimensions that have a view; the institution's accounts have their place in the tree itself."""
VERIFIER = Path(__file__).with_name("offline.py")
_SIGNATURES = "from portfolio.ledger.signatures import PRINTED, Unusable, heads, receipt"
"""The line of it in whose place the part that verifies signatures is written."""
_TYPES = {"at": "t", "dated_on": "d", "value_on": "d"}
_NUMBERS = frozenset({"seq", "posting", "amount_minor", "exercice", "subject_id", "actor_id", "reverses"})


def write(session: Session, format: str, out: TextIO | Path) -> int:
    """Write the whole ledger in one of `FORMATS`, into an open text or a file; the number of entries. Raises KeyError for another format."""
    writers: dict[str, Callable[[Session, TextIO], int]] = {
        "beancount": _beancount,
        "hledger": _hledger,
        "csv": _csv,
        "jsonl": _jsonl,
    }
    writer = writers[format]
    if not isinstance(out, Path):
        return writer(session, out)
    with out.open("w", encoding="utf-8", newline="") as stream:
        return writer(session, stream)


def ascii_label(text: str, otherwise: str = "X") -> str:
    """Letters, figures and hyphens only: what every accounting program takes in an account name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    made = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    return made[:1].upper() + made[1:] if made else otherwise


@lru_cache(maxsize=256)
def account_words(account: str) -> str:
    """`409-Avances-a-justifier`: the code and the French label."""
    label = CHART[account].label if account in CHART else ""
    with speaking("fr"):
        return f"{account}-{ascii_label(gettext(label)) if label else 'Compte'}"


def account_name(account: str) -> str:
    """The same below one of the five roots of accounting programs: `Assets:409-Avances-a-justifier`."""
    return f"{_ROOTS.get(account[:1], 'Equity')}:{account_words(account)}"


def sycebnl(name: str) -> str:
    """The SYCEBNL number of an account of the tree by its name; nothing for a view or where none is sure."""
    found = re.match(r"(?:Assets|Liabilities|Expenses|Equity):(\d{3})-", name)
    return CHART[found[1]].sycebnl if found and found[1] in CHART else ""


def leaf(account: str, codes: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of an account name: money by institution account, the rest by fund, line, agreement and tranche, as screens show them."""
    by = ("treasury", "fund") if account in _MONEY else ("fund", "line", "agreement", "tranche")
    return (account_name(account), *(ascii_label(str(codes.get(name) or ""), "Sans") for name in by))


@lru_cache(maxsize=65_536)
def view(dimension: str, code: object, account: str) -> tuple[str, ...]:
    """The parts of an account's name in the view of one code. The stages of the chain lie one in the other, so that each node is a cumulative
    total as screens show it (R1: what is paid is also ordered, liquidated and committed), and all money lies under one node."""
    with speaking("fr"):
        by = f"Par-{ascii_label(gettext(VIEWS[dimension]))}"
    above: tuple[str, ...] = (account,)
    if account in _CHAIN:
        above = _CHAIN[: _CHAIN.index(account) + 1]
    money = ("Tresorerie",) if account in _MONEY else ()
    return (f"Equity:{by}", ascii_label(str(code)), *money, *(account_words(a) for a in above))


def views(account: str, codes: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The views that an entry with these codes is seen in, for one of its accounts."""
    return [view(name, codes[name], account) for name in VIEWS if codes.get(name)]


def _decimal(minor: int, currency: str) -> str:
    exponent = EXPONENTS[currency]
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    if not exponent:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**exponent}.{whole % 10**exponent:0{exponent}d}"


def _text(value: object) -> str:
    """One line without the characters that journals give a meaning to."""
    plain = re.sub(r"[\x00-\x1f\x7f\"\\;|]+", " ", str(value or ""))
    return re.sub(r"\s+", " ", plain).strip()


def _by_day(session: Session) -> Iterator[dict[str, Any]]:
    """Entries in the order of their dates, then of their numbers: journals are read by date."""
    return iter(sorted(walk(session), key=lambda row: (row["dated_on"], row["seq"])))


def _assertions(session: Session) -> dict[tuple[tuple[str, ...], str], int]:
    """The net of every node of the account tree and of the views, from the balances: {(name parts, currency): debit less credit}."""
    nets: dict[tuple[tuple[str, ...], str], int] = {}
    for row in all_balances(session):
        for parts in (leaf(row["account"], row), *views(row["account"], row)):
            for depth in range(1, len(parts) + 1):
                key = (parts[:depth], row["currency"])
                nets[key] = nets.get(key, 0) + row["debit_minor"] - row["credit_minor"]
    return nets


def _legs(row: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """The postings of an entry: account, sign, and whether it is one of a view."""
    for side, sign in (("debit", ""), ("credit", "-")):
        yield ":".join(leaf(row[side], row)), sign, False
    for side, sign in (("debit", ""), ("credit", "-")):
        for parts in views(row[side], row):
            yield ":".join(parts), sign, True


def _names(rows: list[dict[str, Any]], nets: Mapping[tuple[tuple[str, ...], str], int]) -> list[str]:
    """Every account that the file speaks of."""
    return sorted(
        {":".join(parts) for parts, _ in nets} | {name for row in rows for name, *_rest in _legs(row)}
    )


def _beancount(session: Session, out: TextIO) -> int:
    rows = list(_by_day(session))
    nets = _assertions(session)
    opened = min((row["dated_on"] for row in rows), default=date(2000, 1, 1))
    closed = max((row["dated_on"] for row in rows), default=opened) + timedelta(days=1)
    out.write('option "title" "Grand livre"\n')
    for currency in sorted({currency for _, currency in nets} | {"XOF"}):
        out.write(f'option "operating_currency" "{currency}"\n')
    out.write("\n")
    for name in _names(rows, nets):
        out.write(f"{opened} open {name}\n")
        if number := sycebnl(name):
            out.write(f'  sycebnl: "{number}"\n')
    out.write("\n")
    for row in rows:
        amount, unit = _decimal(row["amount_minor"], row["amount_currency"]), row["amount_currency"]
        out.write(f'{row["dated_on"]} * "{_text(row["document"])}" "{_text(row["event"])}"\n')
        out.write(f'  seq: "{row["seq"]}"\n  posting: "{row["posting"]}"\n  hash: "{row["hash"]}"\n')
        if row["reverses"] is not None:
            out.write(f'  reverses: "{row["reverses"]}"\n  reason: "{_text(row["reason"])}"\n')
        for name in DIMENSIONS:
            if row[name] is not None:
                out.write(f'  {name}: "{_text(row[name])}"\n')
        for account, sign, _seen in _legs(row):
            out.write(f"  {account}  {sign}{amount} {unit}\n")
        out.write("\n")
    for (parts, currency), minor in sorted(nets.items()):
        out.write(f"{closed} balance {':'.join(parts)}  {_decimal(minor, currency)} {currency}\n")
    return len(rows)


def _hledger(session: Session, out: TextIO) -> int:
    rows = list(_by_day(session))
    nets = _assertions(session)
    closed = max((row["dated_on"] for row in rows), default=date(2000, 1, 1)) + timedelta(days=1)
    out.write("; Grand livre\n")
    for currency in sorted({currency for _, currency in nets} | {"XOF"}):
        point = "." + "0" * EXPONENTS[currency] if EXPONENTS[currency] else "."
        out.write(f"commodity 1000{point} {currency}\n")
    kinds = {"Assets": "A", "Liabilities": "L", "Expenses": "X", "Equity": "E"}
    for root, letter in kinds.items():
        out.write(f"account {root}  ; type:{letter}\n")
    for name in _names(rows, nets):
        number = sycebnl(name)
        out.write(f"account {name}  ; sycebnl:{number}\n" if number else f"account {name}\n")
    out.write("\n")
    for row in rows:
        amount, unit = _decimal(row["amount_minor"], row["amount_currency"]), row["amount_currency"]
        said = (
            _text(row["event"])
            if row["document"] is None
            else f"{_text(row['document'])} {_text(row['event'])}"
        )
        out.write(f"{row['dated_on']} * ({row['seq']}) {said}\n")
        out.write(f"    ; posting:{row['posting']}, hash:{row['hash']}\n")
        if row["reverses"] is not None:
            out.write(
                f"    ; reverses:{row['reverses']}\n    ; reason:{_text(row['reason']).replace(',', ' ')}\n"
            )
        for name in DIMENSIONS:
            if row[name] is not None:
                out.write(f"    ; {name}:{_text(row[name]).replace(',', ' ')}\n")
        for account, sign, seen in _legs(row):
            out.write(f"    {f'[{account}]' if seen else account}  {sign}{amount} {unit}\n")
        out.write("\n")
    out.write(f"{closed} * Soldes\n" if nets else "")
    for (parts, currency), minor in sorted(nets.items()):
        shown, name = _decimal(minor, currency), ":".join(parts)
        virtual = parts[0].startswith("Equity:Par-")
        out.write(f"    {f'[{name}]' if virtual else name}  0 {currency} ==* {shown} {currency}\n")
    return len(rows)


def _plain(value: object) -> object:
    """Moments as the chain's canonical bytes have them, dates in ISO form."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value


def _csv(session: Session, out: TextIO) -> int:
    names = [column.name for column in LedgerEntry.__table__.columns]
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    count = 0
    for row in walk(session):
        writer.writerow([_safe(_plain(row[name])) for name in names])
        count += 1
    return count


def _safe(value: object) -> object:
    """A spreadsheet runs what begins like a formula: such a text gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def sealed_lines(
    rows: Iterable[Mapping[str, Any]], totals: Sequence[Mapping[str, Any]], stands: Head
) -> Iterator[str]:
    """First a line that says how to read the file, then one line an entry, then the running totals, then the head of the chain: what the
    offline verifier reads."""

    def line(value: Mapping[str, object]) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"

    later = LATER["ledger"]
    types = {name: _TYPES.get(name, "i" if name in _NUMBERS else "s") for name in SEALED}
    yield line({"chain": VERSION, "kind": "ledger", "sealed": types})
    for row in rows:
        yield line({n: _plain(value) for n, value in row.items() if value is not None or n not in later})
    for total in totals:
        yield line({"balance": total})
    yield line({"head": {"seq": stands.seq, "hash": stands.hash}, "balances": len(totals)})


def _jsonl(session: Session, out: TextIO) -> int:
    totals, count = all_balances(session), -2
    for line in sealed_lines(walk(session), totals, head(session)):
        out.write(line)
        count += 1
    return count - len(totals)


def write_verifier(out: Path) -> None:
    """The offline verifier as it is given to an auditor: one file, for any Python, beside the export (T04)."""
    source = VERIFIER.read_text(encoding="utf-8")
    part = VERIFIER.with_name("signatures.py").read_text(encoding="utf-8")
    part = part.partition('"""\n\nfrom __future__ import annotations\n')[2].strip()
    out.write_text(source.replace(_SIGNATURES, part), encoding="utf-8")
