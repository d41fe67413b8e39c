"""Layouts of the files that banks and operators read, as data with dates; keys of accounts; which accounts go by which channel."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date

from portfolio.kit.i18n import N_
from portfolio.kit.tables import optional_date, rows

PACKAGE = "portfolio.payments"
CHANNEL_WORDS = {"bank": N_("Bank"), "mobile": N_("Mobile money"), "cash": N_("Cash")}
SIGNATURE_WORDS = {
    "approve": N_("Approval"),
    "authorise": N_("Authorisation"),
    "release": N_("Release for payment"),
}
DIAL = {"ML": "223", "BF": "226", "NE": "227"}
"""Country codes of telephone numbers; eight digits follow them."""


@dataclass(frozen=True)
class Profile:
    """One layout: what a bank or operator wants in a file, from a date to a date."""

    code: str
    label: str
    channel: str
    format: str
    encoding: str
    delimiter: str
    ending: str
    account: str
    """rib (24 characters with its key, or the IBAN that holds it), phone, any, none"""
    charset: str
    name_length: int
    bic: str
    valid_from: date | None
    valid_to: date | None
    source: str
    columns: tuple[tuple[str, str], ...]

    @property
    def extension(self) -> str:
        """csv, or xml for ISO 20022."""
        return "csv" if self.format == "csv" else "xml"


@functools.cache
def _profiles() -> tuple[Profile, ...]:
    columns: dict[str, list[tuple[int, str, str]]] = {}
    for row in rows(PACKAGE, "bank_columns.csv"):
        columns.setdefault(row["code"], []).append((int(row["position"]), row["header"], row["field"]))
    return tuple(
        Profile(
            code=row["code"],
            label=row["label"],
            channel=row["channel"],
            format=row["format"],
            encoding=row["encoding"],
            delimiter=row["delimiter"],
            ending="\r\n" if row["ending"] == "crlf" else "\n",
            account=row["account"],
            charset=row["charset"],
            name_length=int(row["name_length"]),
            bic=row["bic"],
            valid_from=optional_date(row["valid_from"]),
            valid_to=optional_date(row["valid_to"]),
            source=row["source"],
            columns=tuple((header, field) for _at, header, field in sorted(columns.get(row["code"], []))),
        )
        for row in rows(PACKAGE, "bank_files.csv")
    )


def profiles(channel: str, on: date) -> list[Profile]:
    """The layouts in force for a channel."""
    return [
        p
        for p in _profiles()
        if p.channel == channel
        and (p.valid_from is None or p.valid_from <= on)
        and (p.valid_to is None or on < p.valid_to)
    ]


def profile(code: str) -> Profile | None:
    """The layout with this code, in force or not."""
    return next((p for p in _profiles() if p.code == code), None)


_VALUES = {c: str(i % 9 + 1) for i, c in enumerate("ABCDEFGHIJKLMNOPQR")} | {
    c: str(i + 2) for i, c in enumerate("STUVWXYZ")
}
RIB = re.compile(r"[A-Z]{2}\d{3}\d{5}\d{12}\d{2}")
"""The account of the UEMOA zone: bank (two letters, three digits), branch, account, key."""
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z]{2}\d{3}\d{5}\d{12}\d{2}")


def compact(number: str) -> str:
    """An account without its spaces, in capitals."""
    return re.sub(r"[\s\u00a0\u202f.-]", "", number).upper()


def rib_key(body: str) -> int:
    """The key of the 22 characters of a RIB: 97 less the remainder by 97, letters read as figures."""
    return 97 - int("".join(_VALUES.get(c, c) for c in body)) * 100 % 97


def iban_of(rib: str) -> str:
    """The IBAN of a RIB (ISO 13616): country and its two check digits before it."""
    country = rib[:2]
    digits = "".join(str(int(c, 36)) for c in rib + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{rib}"


def invented_rib(country: str, branch: str, number: int) -> str:
    """An account of a bank that does not exist (code 099), with its right key: for the demonstration."""
    body = f"{country}099{branch}{number:012d}"
    return f"{body[:5]} {branch} {number:012d} {rib_key(body):02d}"


def rib_of(number: str) -> tuple[str, str]:
    """The RIB inside a typed number, and what is wrong with it: "" nothing, "missing", "format", "iban" or "key"."""
    typed = compact(number)
    if not typed:
        return "", "missing"
    if IBAN.fullmatch(typed):
        if iban_of(typed[4:]) != typed:
            return "", "iban"
        typed = typed[4:]
    if not RIB.fullmatch(typed):
        return "", "format"
    return (typed, "") if rib_key(typed[:-2]) == int(typed[-2:]) else ("", "key")


def phone_of(number: str, country: str) -> str:
    """A wallet's number with its country code, or "" when it is none."""
    typed = re.sub(r"[\s\u00a0\u202f.()-]", "", number).removeprefix("+").removeprefix("00")
    dial = DIAL.get(country, "")
    if re.fullmatch(r"\d{8}", typed):
        typed = dial + typed
    return f"+{typed}" if dial and re.fullmatch(dial + r"\d{8}", typed) else ""


@functools.cache
def _headings() -> dict[str, str]:
    return {row["heading"]: row["field"] for row in rows(PACKAGE, "statement_columns.csv")}


def heading_of(folded: str) -> str | None:
    """What a column of a statement holds, by its heading folded: date, value, label, reference, debit, credit, amount, balance; or None."""
    return _headings().get(" ".join(folded.replace("’", "'").split()))
