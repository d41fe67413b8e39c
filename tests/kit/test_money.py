"""Money is an integer of minor units and its currency, from the keyboard to the printed page (M01, M02, M03, M05). Five hundred amounts a way;
`PORTFOLIO_WHOLE=1` takes ten thousand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from babel.numbers import get_currency_precision
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, Table, insert, select

from portfolio.agreements.service.sums import schedule_obstacles
from portfolio.app import load_rooms
from portfolio.documents.models import Paper as StoredPaper
from portfolio.funds.models import Fund, MoneyReceipt
from portfolio.funds.queries import exchange_gap
from portfolio.kit import money
from portfolio.kit.db import Base, Database
from portfolio.kit.forms import Amount, Form
from portfolio.kit.money import (
    EXPONENTS,
    MAX_MINOR,
    NBSP,
    NNBSP,
    Money,
    MoneyError,
    parse_minor,
    split,
    total,
)
from portfolio.kit.pdf import Column as Printed
from portfolio.kit.pdf import amount as printed
from portfolio.kit.sheets import read_csv, read_xlsx, write_csv, write_xlsx
from portfolio.ledger.models import LedgerBalance
from portfolio.payments.service.reading import Unreadable
from portfolio.payments.service.reading import _minor as stated
from tests.kit.test_pdf import pages, paper

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
AMOUNTS = 10_000 if WHOLE else 500
EDGES = [0, 1, -1, 99, 100, -100, 9_007_199_254_740_99, 2**31, 2**32 + 1, MAX_MINOR - 1, MAX_MINOR, -MAX_MINOR]
MINOR = st.integers(-MAX_MINOR, MAX_MINOR) | st.sampled_from(EDGES)
BATCH = 100
batches = settings(max_examples=AMOUNTS // BATCH, deadline=None, database=None,
                   suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.too_slow])
few = settings(batches, max_examples=100 if WHOLE else 1)
LISTS = st.lists(MINOR, min_size=BATCH, max_size=BATCH)


class Typed(Form):
    amount: Amount


def unworded(text: str, currency: str) -> int:
    """What a page or a paper says, read back; the sign apart, for nobody types one."""
    bare = text.replace(NNBSP, " ").replace(NBSP, " ")
    sign = -1 if bare.startswith("\u2212") else 1
    return sign * parse_minor(bare.removeprefix("\u2212").replace("$ US", "$"), currency)


@settings(max_examples=AMOUNTS, deadline=None, database=None)
@given(MINOR, st.sampled_from(sorted(EXPONENTS)))
def test_an_amount_is_read_as_it_was_worded(minor: int, currency: str) -> None:
    """M01: screen, paper, JSON, and the form that takes them back."""
    assert unworded(money.amount(minor, currency), currency) == minor
    assert unworded(printed(minor, currency), currency) == minor
    assert json.loads(json.dumps({"minor": minor}))["minor"] == minor
    if minor >= 0:
        assert Typed.model_validate({"amount": money.amount(minor)}).amount == minor


def kept(database: Database, table: Table, given: list[int], to: Callable[[int], object], back: Callable[[object], int]) -> bool:
    """Whether a column gives back what it was given."""
    with database.engine.begin() as connection:
        connection.execute(table.delete())
        connection.execute(insert(table), [{"id": at, "value": to(minor)} for at, minor in enumerate(given)])
        return [back(value) for value in connection.scalars(select(table.c.value).order_by(table.c.id))] == given


@pytest.mark.both_engines
def test_the_database_keeps_every_unit(database: Database) -> None:
    """M01: a column of amounts and one of JSON give every amount back; the same check sees what a column of fractions loses."""
    made = MetaData()

    def column(name: str, kind: object) -> Table:
        return Table(name, made, Column("id", Integer, primary_key=True), Column("value", kind))  # type: ignore[arg-type]

    exact, facts = column("exact", LedgerBalance.__table__.c.debit_minor.type), column("facts", StoredPaper.__table__.c.facts.type)
    inexact = column("inexact", Float(53))
    made.create_all(database.engine)

    @batches
    @given(LISTS)
    def every(given: list[int]) -> None:
        assert kept(database, exact, given, int, int)
        assert kept(database, facts, given, lambda minor: {"minor": minor}, lambda value: value["minor"])  # type: ignore[index]

    every()
    units = [9_007_199_254_740_993 // 10 * 10 + at for at in range(3)]
    assert kept(database, exact, units, int, int)
    assert not kept(database, inexact, units, lambda minor: minor / 1000, lambda value: int(value * 1000))  # type: ignore[operator]


def test_every_column_of_money_is_a_whole_number() -> None:
    load_rooms()
    columns = [c for table in Base.metadata.tables.values() for c in table.c if c.name.endswith("_minor")]
    assert len(columns) > 100 and [str(c) for c in columns if not isinstance(c.type, BigInteger)] == []


@few
@given(LISTS)
def test_sheets_keep_every_unit(tmp_path: Path, given: list[int]) -> None:
    """M01: CSV and XLSX, read back by the reader of statements."""
    write_csv(tmp_path / "s.csv", ["Montant"], ([minor] for minor in given))
    assert [int(cell) for [cell] in read_csv((tmp_path / "s.csv").read_bytes())[1:]] == given
    write_xlsx(tmp_path / "s.xlsx", ["Montant"], ["money"], ([minor] for minor in given))
    assert [Fraction(cell) for [cell] in read_xlsx((tmp_path / "s.xlsx").read_bytes())[1:]] == given


@few
@given(LISTS)
def test_a_printed_table_keeps_every_unit(given: list[int]) -> None:
    """M01: the text of the PDF, line by line."""
    made = paper()
    made.table([Printed("Montant", kind="amount")], [[minor] for minor in given], numbered=False)
    text = "\n".join(pages(made.render()))
    lines = {line.replace(NNBSP, "").replace(NBSP, "").replace("\u2212", "-").strip() for line in text.splitlines()}
    assert {str(minor) for minor in given} <= lines


def test_the_exponents_are_those_of_the_standard() -> None:
    """M02: against Unicode's table; and the paper prints by the same ones."""
    assert {code: get_currency_precision(code) for code in EXPONENTS} == EXPONENTS
    assert [EXPONENTS[code] for code in ("XOF", "XAF", "BIF", "RWF", "CDF", "USD", "EUR", "KWD")] == [0, 0, 0, 0, 2, 2, 2, 3]
    assert printed(1_234, "KWD") == f"1,234{NBSP}KWD" and printed(1_234, "RWF") == f"1{NNBSP}234{NBSP}RWF"
    assert money.amount(1_234, "EUR") == f"12,34{NBSP}EUR" and parse_minor("1,234", "KWD") == 1_234


def test_two_currencies_are_never_put_together() -> None:
    """M02: added, taken away, compared or summed; the same sum without its guard would give a figure."""
    francs, euros = Money(500, "XOF"), Money(500, "EUR")
    assert (francs + Money(1, "XOF")).minor == 501 and (francs - Money(1, "XOF")).minor == 499 and francs < Money(501)
    for put in (lambda: francs + euros, lambda: francs - euros, lambda: francs < euros, lambda: francs <= euros,
                lambda: total([francs, euros], "XOF"), lambda: total([euros], "XOF")):
        with pytest.raises(MoneyError):
            put()
    for minor, currency in ((1.5, "XOF"), (True, "XOF"), (1, "ABC")):
        with pytest.raises(MoneyError):
            Money(minor, currency)  # type: ignore[arg-type]
    fund = Fund(amount_minor=65_595_700, granted_minor=10_000_000, granted_currency="EUR")
    sent = [MoneyReceipt(donor_minor=100, donor_currency=code, amount_minor=656, status="confirmed") for code in ("EUR", "USD")]
    assert exchange_gap(fund, sent[:1]) == (100, 0)
    with pytest.raises(MoneyError):
        exchange_gap(fund, sent)


READ = {
    "1250000": 1_250_000, "1 250 000": 1_250_000, "1\u00a0250\u00a0000": 1_250_000, "1\u202f250\u202f000": 1_250_000,
    "1\u2009250\u2009000": 1_250_000, "1 250\u00a0000": 1_250_000, "  1 250 000  ": 1_250_000, "\t500\n": 500, "0": 0, "1": 1,
    "12 500 F CFA": 12_500, "12 500 FCFA": 12_500, "12500fcfa": 12_500, "12 500 F": 12_500, "12 500F": 12_500, "12 500 f cfa": 12_500,
    "12 500 CFA": 12_500, "12 500 XOF": 12_500, "12\u202f500\u00a0F\u202fCFA": 12_500, "007": 7, "9 000 000 000 000 000": MAX_MINOR,
}  # fmt: skip
REFUSED = [
    "", " ", "F CFA", "-5", "- 5", "\u22125", "+5", "(5)", "5-", "1,5", "1 000,50", "1 000,00", "1.000", "1.000,50", "1,000.50", "1,000", "1 000.00",
    "1'000", "1’000", "1_000", "1e3", "1E3", "1e-3", "0x10", "0b1", "1/2", "½", "²", "5²", "٣", "١٢٣", "０", "１２", "५", "߅", "Ⅴ", "①",
    "NaN", "nan", "inf", "Infinity", "∞", "null", "None", "true", "cinq", "mille", "5k", "5 M", "1 000 000 de francs", "12 50", "1 2500", "12 5000",
    "1  000", "1 00 000", " , ", ",", ",5", "5,", "5 %", "5 000 F CFA F", "5 €", "5 EUR", "$5", "5 $", "5 USD", "5 000 DA", "5\u200b000", "5\u202e000",
    "5\x00", "5\n000", "5\t000", "5;DROP", "=5", "9 000 000 000 000 001", "9" * 16, "9" * 40, "1 " + "000 " * 12, "1" * 100_000,
]  # fmt: skip
EUROS = {"1 234,57": 123_457, "0,5": 50, "12,30 €": 1_230, "12 €": 1_200, "12EUR": 1_200, "1\u202f000,00\u00a0€": 100_000}
NO_EUROS = ["1,234", "1.50", "12 F CFA", "12 F", "12 $", "12,3,4", "12,-3", "12, 5", "12,٣", "90 000 000 000 000,01"]


def test_typed_amounts_are_read_or_refused() -> None:
    """M03: as people type them, accepted exactly or refused with a sentence, never guessed."""
    assert len(READ) + len(REFUSED) + len(EUROS) + len(NO_EUROS) >= 60
    assert {text: parse_minor(text) for text in READ} == READ
    assert {text: parse_minor(text, "EUR") for text in EUROS} == EUROS
    guessed = []
    for currency, texts in (("XOF", REFUSED), ("EUR", NO_EUROS)):
        for text in texts:
            try:
                guessed.append((text, parse_minor(text, currency)))
            except MoneyError:
                continue
    assert guessed == []
    for text in REFUSED:
        with pytest.raises(ValidationError) as caught:
            Typed.model_validate({"amount": text})
        assert caught.value.errors()[0]["msg"].endswith("."), text


def lenient(text: str) -> int:
    """As a kind programmer reads an amount."""
    kind = text.replace(" ", "").replace("\u202f", "").replace("\u00a0", "").replace(",", ".").split("F")[0]
    return int(float(kind))


def test_the_corpus_sees_a_reader_that_guesses() -> None:
    """M03's negative control."""
    def taken(text: str) -> bool:
        try:
            return lenient(text) is not None
        except (ValueError, OverflowError):
            return False

    assert sum(map(taken, REFUSED)) >= 20


def test_the_amounts_of_a_statement_keep_their_sign() -> None:
    """M03: a bank's file may write a sign before, or brackets; a sign behind, or half a bracket, is not guessed."""
    said = {"1 250": 1_250, "-1 250": -1_250, "\u22121 250": -1_250, "(1 250)": -1_250, "- 1 250": -1_250, "+1 250": 1_250, "1250.0": 1_250,
            "1 250,00 FCFA": 1_250, "-1\u202f250,00 F CFA": -1_250, "0": 0}  # fmt: skip
    assert {text: stated(text) for text in said} == said
    for text in ("1 250-", "--5", "(5", "5)", "((5))", "-(5)", "+-5", "5-3", "1.250", "1,250", "12,50", "5 EUR", ""):
        with pytest.raises(Unreadable):
            stated(text)


def rounded(whole: int, weights: list[int]) -> list[int]:
    """As a spreadsheet shares."""
    return [round(Fraction(whole * each, sum(weights))) for each in weights]


WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


@settings(max_examples=AMOUNTS, deadline=None, database=None)
@given(MINOR, WEIGHTS)
def test_a_sum_is_shared_to_the_last_unit(whole: int, weights: list[int]) -> None:
    """M05: the parts sum to the whole, and none is a unit away from its share."""
    parts = split(whole, weights)
    assert sum(parts) == whole
    assert all(abs(part - Fraction(whole * each, sum(weights))) < 1 for part, each in zip(parts, weights, strict=True))


def test_parts_rounded_one_by_one_lose_a_unit() -> None:
    """M05's negative control: the same sum sees it; and a schedule that it made is refused with the franc that is missing."""
    assert [sum(rounded(whole, [1, 1, 1])) - whole for whole in (100, 101, 102)] == [-1, 1, 0]
    assert list(schedule_obstacles(split(100, [1, 1, 1]), 100)) == []
    assert [(r.code, r.missing_minor) for r in schedule_obstacles(rounded(100, [1, 1, 1]), 100)] == [("schedule_sum", 1)]
