"""Every total of the books and statements of the demo, parsed back from the screen, the CSV, the XLSX and the PDF, against sums made straight from
the entries: difference 0; and one franc too many in any of the four is seen (M18)."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from portfolio.kit import sheets
from portfolio.kit.pdf import book_sums, paper
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from tests.desk.comparing import Asked
from tests.desk.own_books import Own
from tests.desk.screens_compared import Screens
from tests.desk.test_every_figure import HELD, HELD_PAPERS


@pytest.mark.slow
def test_the_books_and_statements_of_the_demo(demo: Surroundings) -> None:
    compared = Screens(demo, Own(demo.database))
    compared.statements(("fund", "party", "call", "objective", "place"))
    compared.screens()
    verdict = compared.everything(random.Random(18), 14)
    assert verdict.wrong == []
    assert verdict.places >= {*HELD, *HELD_PAPERS}
    assert min(verdict.seen[medium] for medium in ("html", "csv", "xlsx", "pdf")) > 1_000
    print(f"figures compared: {dict(verdict.seen)}")


def _one_more(rows: Any) -> Any:
    """The last whole number of the last row, and a franc."""
    made = [list(row) for row in rows]
    at = max(n for n, cell in enumerate(made[-1]) if isinstance(cell, int))
    made[-1][at] += 1
    return made


def test_one_franc_too_many_in_any_medium_is_seen(demo: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control, one lie at a time: a total of the screen, of the CSV, of the XLSX, a foot of a page of a book, the total of another table."""
    own = Own(demo.database)
    csv, xlsx, carried, shown = sheets.write_csv, sheets.write_xlsx, book_sums.Sums.carried, ledger.sums
    foot = paper.Paper.table

    def wrong() -> set[str]:
        compared = Screens(demo, own)
        compared.book(Asked(account="409", by="agreement"))
        compared.trial()
        return {line.partition(" ")[0] for line in compared.verdict.wrong}

    assert wrong() == set()
    with monkeypatch.context() as lie:
        lie.setattr(sheets, "write_csv", lambda path, labels, rows: csv(path, labels, _one_more(rows)))
        assert wrong() == {"csv"}
    with monkeypatch.context() as lie:
        lie.setattr(sheets, "write_xlsx", lambda path, labels, kinds, rows, notes: xlsx(path, labels, kinds, _one_more(rows), notes))
        assert wrong() == {"xlsx"}
    with monkeypatch.context() as lie:
        lie.setattr(book_sums.Sums, "carried", lambda self: (*carried(self)[:-1], (carried(self)[-1] or 0) + 1))
        assert wrong() == {"pdf"}
    with monkeypatch.context() as lie:
        lie.setattr(paper.Paper, "table", lambda self, columns, rows, **more: foot(self, columns, _one_more(rows), **more))
        assert wrong() == {"pdf"}
    with monkeypatch.context() as lie:
        lie.setattr(ledger, "sums", lambda *given, **more: replace(shown(*given, **more), debit_minor=shown(*given, **more).debit_minor + 1))
        assert "html" in wrong()


BALANCE = (
    "UPDATE ledger_balance SET debit_minor = debit_minor + 1 WHERE id = (SELECT min(id) FROM ledger_balance WHERE account = '409' AND debit_minor > 0)",
    "UPDATE ledger_day SET debit_minor = debit_minor + 1 WHERE account = '409' AND dated_on = (SELECT min(dated_on) FROM ledger_day WHERE account = '409')",
)
ENTRY = (
    "DROP TRIGGER ledger_entry_no_update",
    "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE seq = (SELECT min(seq) FROM ledger_entry WHERE debit = '409')",
)


@pytest.mark.parametrize("lies", [BALANCE, ENTRY], ids=["a running balance", "an entry"])
def test_one_row_altered_is_seen_in_every_medium(demo: Surroundings, lies: tuple[str, ...]) -> None:
    """Positive control: the entries themselves are read, not what the product keeps of them; whichever of the two lies, they part."""
    with demo.database.session(readonly=False) as session:
        for lie in lies:
            session.execute(text(lie))
        session.commit()
    compared = Screens(demo, Own(demo.database))
    compared.trial()
    compared.book(Asked(account="409"))
    assert {line.partition(" ")[0] for line in compared.verdict.wrong} == {"html", "csv", "xlsx", "pdf"}, compared.verdict.wrong


def test_two_third_parties_of_one_name_have_a_sub_total_each(demo: Surroundings) -> None:
    """On screen, in the files and on paper: the code is said where the name does not tell them apart."""
    with demo.database.session(readonly=False) as session:
        session.execute(text("UPDATE grp SET name = 'Groupement Espoir' WHERE id IN (SELECT DISTINCT group_id FROM agreement)"))
        session.commit()
    compared = Screens(demo, Own(demo.database))
    compared.book(Asked(account="409", by="party"))
    compared.ageing("party")
    assert compared.verdict.wrong == []
    assert sum("Groupement Espoir (" in name for name in compared._keys("party", compared.own.book(["409"], by="party"))) > 10
