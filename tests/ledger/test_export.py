"""Programs that are not ours read the ledger and agree with every balance a screen shows (M18)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from beancount import loader

from portfolio.kit.db import Database
from portfolio.ledger import export
from portfolio.ledger.queries import net, walk
from tests.ledger.books import fill


def written(database: Database, form: str) -> str:
    out = io.StringIO()
    with database.session(readonly=True) as session:
        export.write(session, form, out)
    return out.getvalue()


@pytest.mark.both_engines
@pytest.mark.parametrize("acts", [0, 1, 80])
def test_beancount_agrees(database: Database, acts: int) -> None:
    fill(database, acts) if acts else None
    journal = written(database, "beancount")
    entries, errors, _ = loader.load_string(journal)
    assert errors == []
    if acts:
        assert sum(type(e).__name__ == "Transaction" for e in entries) == len(list(_rows(database)))
        assert "Assets:409-Avances-a-justifier" in journal or "409" not in journal


def test_beancount_sees_a_balance_that_lies(database: Database) -> None:
    fill(database, 30)
    journal = written(database, "beancount")
    line = next(x for x in journal.splitlines() if " balance " in x)
    lie = re.sub(r"  (-?\d+) XOF", lambda m: f"  {int(m[1]) + 1} XOF", line)
    _, errors, _ = loader.load_string(journal.replace(line, lie))
    assert errors


def test_the_balance_command_of_beancount_agrees(database: Database, tmp_path: Path) -> None:
    fill(database, 30)
    path = tmp_path / "livre.beancount"
    path.write_text(written(database, "beancount"), encoding="ascii")
    found = next((p for p in (shutil.which("bean-check"), Path(__import__("sys").executable).parent / "bean-check")
                  if p and Path(p).exists()), None)
    assert found, "bean-check comes with the test dependencies"
    assert subprocess.run([str(found), str(path)], capture_output=True, timeout=120).returncode == 0


@pytest.mark.parametrize("acts", [0, 1, 80])
def test_hledger_agrees(database: Database, tmp_path: Path, acts: int) -> None:
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not on this machine")
    fill(database, acts) if acts else None
    path = tmp_path / "livre.journal"
    text = written(database, "hledger")
    path.write_text(text, encoding="ascii")
    checked = subprocess.run([program, "check", "--strict", "-f", str(path)], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stderr
    if acts:
        line = next(x for x in text.splitlines() if "==*" in x)
        path.write_text(text.replace(line, re.sub(r"\* (-?\d+)", lambda m: f"* {int(m[1]) + 1}", line)))
        assert subprocess.run([program, "check", "--strict", "-f", str(path)], capture_output=True, timeout=120).returncode


def test_every_account_total_is_asserted(database: Database) -> None:
    fill(database, 60)
    journal = written(database, "beancount")
    with database.session(readonly=True) as session:
        for account in ("409", "521", "657", "907", "902"):
            expected = net(session, [account])
            assert re.search(rf" balance \w+:{account}-[\w-]+  {expected} XOF", journal)


def _rows(database: Database) -> list[dict[str, object]]:
    with database.session(readonly=True) as session:
        return list(walk(session))


def test_csv_and_json_lines_hold_every_column(database: Database) -> None:
    count = fill(database, 15)
    table = list(csv.DictReader(io.StringIO(written(database, "csv"))))
    assert len(table) == count
    assert set(table[0]) == set(_rows(database)[0])
    assert sum(int(r["amount_minor"]) for r in table) == sum(int(str(r["amount_minor"])) for r in _rows(database))
    first, *lines, last = [json.loads(x) for x in written(database, "jsonl").splitlines()]
    lines = [line for line in lines if "balance" not in line]
    assert len(lines) == count == last["head"]["seq"]
    # The file alone proves the chain: the rule is in its first line and in nobody's library.
    previous = "0" * 64
    for row in lines:
        parts = [first["chain"].encode(), first["kind"].encode()]
        for name in sorted(first["sealed"].keys() & row.keys()):  # what a line does not have is not among its bytes
            value = row[name]
            tag = "n" if value is None else first["sealed"][name]
            body = b"" if value is None else str(value).encode()
            parts.append(f"{name}:{tag}:{len(body)}:".encode() + body)
        previous = hashlib.sha256(previous.encode() + b"\n" + b"\n".join(parts)).hexdigest()
        assert previous == row["hash"]
    assert previous == last["head"]["hash"]


@pytest.mark.parametrize("nasty", ['=HYPERLINK("x")', "-2+3", "@x", 'a"b\\c\nd;e|f', "Ü ß ñ 漢字", ""])
def test_text_of_people_breaks_no_format(database: Database, nasty: str) -> None:
    from dataclasses import replace

    from portfolio.ledger.service import Dims, post
    from tests.ledger.books import transfers

    row = transfers(1)[0]
    with database.session(readonly=False) as session:
        post(session, [replace(row, document=nasty, dims=Dims(fund=nasty, agreement=nasty, treasury=nasty))])
        session.commit()
    assert loader.load_string(written(database, "beancount"))[1] == []
    cell = next(csv.DictReader(io.StringIO(written(database, "csv"))))["document"]
    assert cell[:1] not in ("=", "-", "@", "+")
    assert json.loads(written(database, "jsonl").splitlines()[1])["document"] == nasty


def test_an_unknown_format_is_refused(database: Database) -> None:
    with database.session(readonly=True) as session, pytest.raises(KeyError):
        export.write(session, "xml", io.StringIO())
