"""The exported ledger as programs that are not ours read it: bean-check and hledger, and what each says of an account."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, realization

from portfolio.kit.db import Database
from portfolio.ledger import export


def program(name: str) -> str:
    """A program of the machine or of the test dependencies; without it the test is skipped, and fails when CI=true."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is not on this machine")
    return str(found)


def write(database: Database, folder: Path) -> dict[str, Path]:
    """The journals of this ledger: {format: file}."""
    made = {form: folder / f"livre.{form}" for form in ("beancount", "hledger")}
    with database.session(readonly=True) as session:
        for form, path in made.items():
            export.write(session, form, path)
        session.rollback()
    return made


def accepted(journals: dict[str, Path]) -> dict[str, bool]:
    """What `bean-check` and `hledger check --strict` say of the journals."""
    commands = {
        "beancount": [program("bean-check"), "--no-cache", str(journals["beancount"])],
        "hledger": [program("hledger"), "check", "--strict", "-f", str(journals["hledger"])],
    }
    return {
        form: subprocess.run(command, capture_output=True, timeout=300, check=False).returncode == 0
        for form, command in commands.items()
    }


@dataclass
class Foreign:
    """Balances as read from the journals: asserted in both files, computed by both programs from the entries alone."""

    asserted: dict[str, dict[str, int]]
    hledger: dict[str, int]
    beancount: realization.RealAccount
    credits: dict[str, int]

    def at(self, *parts: str) -> int:
        """The balance of one account with all below it. The file must assert it and both programs must agree; 0 when nothing was ever posted there."""
        name = ":".join(parts)
        node = realization.get(self.beancount, name)
        if node is None:
            assert all(name not in known for known in self.asserted.values()), name
            return 0
        found = {
            "beancount": int(realization.compute_balance(node).get_currency_units("XOF").number),
            "hledger": _below(self.hledger, name),
            **{f"asserted in {form}": known[name] for form, known in self.asserted.items()},
        }
        assert len(set(found.values())) == 1, (name, found)
        return found["hledger"]

    def credited(self, *parts: str) -> int:
        """The sum of what was ever credited there, as hledger finds it."""
        return _below(self.credits, ":".join(parts))


def _below(balances: dict[str, int], name: str) -> int:
    return sum(amount for account, amount in balances.items() if account == name or account.startswith(f"{name}:"))


def _hledger(path: Path, *query: str) -> dict[str, int]:
    command = [program("hledger"), "balance", "-f", str(path), "--flat", "--no-total", "--empty", "--output-format", "csv", *query]
    found: dict[str, int] = defaultdict(int)
    text = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout
    for account, amount in list(csv.reader(io.StringIO(text)))[1:]:
        found[account] += int(re.sub(r"[^\d-]", "", amount) or 0)
    return found


def read(journals: dict[str, Path]) -> Foreign:
    """Load both journals; beancount must find no error."""
    entries, errors, _options = loader.load_file(str(journals["beancount"]))
    assert errors == []
    lines = journals["hledger"].read_text()
    asserted = {
        "beancount": {e.account: int(e.amount.number) for e in entries if isinstance(e, data.Balance)},
        "hledger": {
            (m[1] or m[2]): int(m[3]) for m in re.finditer(r"^ +(?:\[(.+?)\]|(\S+))  0 XOF ==\* (-?\d+)\.? XOF$", lines, re.M)
        },
    }
    assert asserted["beancount"] == asserted["hledger"] != {}
    entered = realization.realize([e for e in entries if not isinstance(e, data.Balance)])
    return Foreign(asserted, _hledger(journals["hledger"]), entered, _hledger(journals["hledger"], "amt:<0"))


# -- what a screen shows ------------------------------------------------------------------------------------------


def number(text: str) -> int | None:
    """The francs of a cell or a figure: `−1 250 000 F CFA` → -1250000; None when it holds something else."""
    plain = re.sub(r"[\u202f\u00a0 ]|F\s*CFA", "", text).replace("\u2212", "-")
    return int(plain) if re.fullmatch(r"-?\d+", plain) else None


class Screen(HTMLParser):
    """The rows of every table of a page by their first cell, and its figures by their label."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.figures: dict[str, str] = {}
        self._cell: list[str] | None = None
        self._label = ""
        self._in: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th", "dt", "dd") or kind in ("kpi-label", "kpi-value"):
            self._cell, self._in = [], kind if kind.startswith("kpi") else tag

    def handle_data(self, words: str) -> None:
        if self._cell is not None:
            self._cell.append(words)

    def handle_endtag(self, tag: str) -> None:
        if self._cell is None or tag not in ("td", "th", "dt", "dd", "p") or (tag == "p") != (self._in or "").startswith("kpi"):
            return
        text, where = " ".join("".join(self._cell).split()), self._in
        self._cell = self._in = None
        if where in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append(text)
        elif where in ("kpi-label", "dt"):
            self._label = text
        elif where in ("kpi-value", "dd"):
            self.figures[self._label] = text

    def row(self, first: str, table: int | None = None) -> list[int | None]:
        """The numbers of the row that begins with these words."""
        for rows in self.tables if table is None else [self.tables[table]]:
            for row in rows:
                if row and (row[0] == first or row[0].startswith(f"{first} ")):
                    return [number(cell) for cell in row[1:]]
        raise KeyError(first)

    def figure(self, label: str) -> int:
        """The number under this label."""
        found = number(self.figures[label])
        assert found is not None, (label, self.figures[label])
        return found
