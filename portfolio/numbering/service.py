"""Numbers people say aloud: type-year-number-check, gapless because they are given inside the transaction that uses them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portfolio.numbering.models import Counter, GivenNumber

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No I and no O: they are read as 1 and 0 over the phone."""
PREFIXES = {
    "call": "AAP",
    "application": "DOS",
    "minutes": "PV",
    "decision": "DEC",
    "agreement": "CONV",
    "order": "OP",
    "purchase": "BC",
    "recovery": "OR",
    "receipt": "QT",
    "filing": "RD",
    "letter": "LT",
    "register": "REG",
    "edition": "GL",
    "grievance": "PL",
    "commitment": "ENG",
    "amendment": "AV",
    "procedure": "PM",
    "justification": "JUS",
    "reception": "PVR",
    "handover": "PRM",
    "reached": "BEN",
    "supplier": "FRN",
    "closure": "ATT",
    "account_cleared": "APU",
    "recovery_charge": "PEC",
    "visit": "VIS",
    "cash_receipt": "REC",
    "project": "MP",
    "convening": "CVC",
    "attendance": "FP",
    "notice": "NOT",
    "group": "DEM",
    "batch": "LOT",
    "statement": "RLV",
    "cash_count": "PVC",
    "reconciliation": "ERB",
    "exercice": "CEX",
    "fund_call": "AF",
    "donor_refund": "RB",
    "rejection": "NR",
    "formal_notice": "MED",
    "requisition": "RP",
    "deduction": "CP",
    "sample": "ECH",
    "mission": "MAU",
    "follow_up": "SRA",
    "reversal": "CTP",
}
"""Reference prefixes are data (R22)."""


def check_character(prefix: str, year: int, number: int) -> str:
    """One letter that changes when a digit is mistyped or two neighbours are swapped: weights 2, 3, 4 … modulo 23 (a prime,
    so that no single error and no swap of neighbours goes unseen)."""
    digits = f"{year:04d}{number:05d}"
    total = sum((i + 2) * int(d) for i, d in enumerate(digits)) + sum(
        (i + 3) * ord(c) for i, c in enumerate(prefix)
    )
    return ALPHABET[total % 23]


def reference(prefix: str, year: int, number: int) -> str:
    """`CONV-2026-00042-K`."""
    return f"{prefix}-{year}-{number:05d}-{check_character(prefix, year, number)}"


def give(
    session: Session, kind: str, subject_type: str, year: int, at: datetime, subject_id: int | None = None
) -> str:
    """The next number of this kind in this exercice, recorded for its thing."""
    prefix = PREFIXES[kind]
    build = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        build(Counter)
        .values(prefix=prefix, year=year, last=0)
        .on_conflict_do_nothing(index_elements=["prefix", "year"])
    )
    statement = (
        update(Counter)
        .where(Counter.prefix == prefix, Counter.year == year)
        .values(last=Counter.last + 1)
        .returning(Counter.last)
    )
    number = session.execute(statement.execution_options(synchronize_session=False)).scalar_one()
    word = reference(prefix, year, number)
    row = {
        "reference": word,
        "prefix": prefix,
        "year": year,
        "number": number,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "given_at": at,
    }
    session.execute(insert(GivenNumber).values(**row))
    return word


def year_of(number: str) -> int:
    """The year that a number says: 2026 of `DEC-2026-00001-K`."""
    return int(number.split("-")[1])


def void(session: Session, number: str, reason: str) -> None:
    """A number that names nothing any more stays in the register, with its reason (F2)."""
    session.execute(update(GivenNumber).where(GivenNumber.reference == number).values(voided_reason=reason))
