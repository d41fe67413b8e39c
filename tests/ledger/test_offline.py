"""The offline verifier: one file that imports nothing of the product and says what the product says (T02, T04, T06).

Twelve kinds of tampering at fifty entries each; `PORTFOLIO_WHOLE=1` takes five hundred entries each.
"""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from portfolio.kit import chain
from portfolio.kit.chain import seal
from portfolio.kit.db import Database
from portfolio.ledger import export, offline
from portfolio.ledger.queries import Head
from portfolio.ledger.service import SEALED
from tests.ledger.books import fill, transfers
from tests.ledger.tampering import ATTACKS, COLUMNS, Books, again, different, sealed

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
POSITIONS = 500 if WHOLE else 50


@pytest.fixture(scope="module")
def books() -> Books:
    """Half as many entries again as positions are taken, some with texts that need escapes in JSON."""
    made = transfers(POSITIONS, seed=5)
    odd = ['dit « le "grand" marché »', "une\nligne", "a\\b", "", "漢字 é", "un, deux,", ",\"seq\":3,", "\u2028"]
    return sealed([replace(t, reason=odd[i % len(odd)]) if i % 5 == 0 else t for i, t in enumerate(made)])


def run(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """As an auditor runs it: a bare interpreter, another folder, nothing of the product on its path."""
    alone = folder / "offline.py"
    export.write_verifier(alone)
    return subprocess.run([sys.executable, "-I", "-S", str(alone), *map(str, arguments)], cwd=folder, encoding="utf-8",
                          capture_output=True, check=False, env={"PYTHONIOENCODING": "utf-8"})  # fmt: skip


def test_it_imports_the_standard_library_only(tmp_path: Path) -> None:
    names = set()
    export.write_verifier(tmp_path / "given.py")
    for node in ast.walk(ast.parse((tmp_path / "given.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(str(node.module).partition(".")[0])
    assert names <= sys.stdlib_module_names, names - sys.stdlib_module_names


def test_the_bytes_of_a_record_are_the_same_in_both() -> None:
    """Golden bytes: neither side may change alone, nor both together."""
    record = {"at": datetime(2026, 3, 12, 8, 1, 2, 30, tzinfo=UTC), "dated_on": date(2026, 3, 1), "n": 12, "none": None, "yes": True,
              "text": "é\n:", "data": {"b": [1, "x"], "a": None}}  # fmt: skip
    golden = (
        b"portfolio-chain-1\nledger\nat:t:27:2026-03-12T08:01:02.000030Z\ndata:j:22:{\"a\":null,\"b\":[1,\"x\"]}\n"
        b"dated_on:d:10:2026-03-01\nn:i:2:12\nnone:n:0:\ntext:s:4:\xc3\xa9\n:\nyes:b:1:1"
    )
    assert chain.canonical("ledger", record) == golden
    plain = record | {"at": "2026-03-12T08:01:02.000030Z", "dated_on": "2026-03-01"}
    types = {"at": "t", "dated_on": "d", "n": "i", "none": "s", "yes": "b", "text": "s", "data": "j"}
    assert offline.canonical("ledger", plain, types) == golden


@pytest.mark.both_engines
def test_an_export_of_a_whole_ledger_is_whole(database: Database, tmp_path: Path) -> None:
    count = fill(database, 60)
    path = tmp_path / "livre.jsonl"
    with database.session(readonly=True) as session:
        export.write(session, "jsonl", path)
    done = run(path, folder=tmp_path)
    assert done.returncode == 0 and "LIVRE INTACT" in done.stdout and f"recalculées : {count}." in done.stdout, done.stdout + done.stderr
    layout = offline.layout_of(str(path))
    span = offline.scan(str(path), layout, layout.start, layout.end, frozenset())
    late = sum(b'"value_on"' in line for line in path.read_bytes().splitlines()[1:])
    assert late and (span.count, span.literal) == (count, late), "the fast way no longer knows the columns of the export"


def test_the_file_of_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    nothing = Books([], Head(0, chain.GENESIS))
    assert nothing.offline(tmp_path / "x.jsonl") is None is nothing.product()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.__name__)
def test_every_attack_is_found_at_its_entry_by_both(books: Books, tmp_path: Path, attack: Callable[[Books, int], tuple[int, str]]) -> None:
    count, path = len(books.rows), tmp_path / "livre.jsonl"
    chance = random.Random(11)
    places = {1, 2, count - 1, count}
    while len(places) < POSITIONS:
        places.add(chance.randrange(1, count + 1))
    wrong = []
    for at in sorted(places):
        forged = books.copy()
        expected = attack(forged, at)
        said, alone = forged.product(), forged.offline(path)
        if said != alone or said is None or said[0] != expected[0] or (said[1] != expected[1] and at not in (1, count - 1, count)):
            wrong.append((at, expected, said, alone))
    assert wrong == []


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_changed_alone_is_found_by_both(books: Books, tmp_path: Path, name: str) -> None:
    """T03: in the first, a middle and the last entry."""
    count = len(books.rows)
    for at in (1, count // 2, count):
        forged = books.copy()
        value = forged.rows[at - 1][name]
        forged.rows[at - 1][name] = count + 100 if name == "seq" else different(value, name)
        said = forged.product()
        assert said is not None and said[0] == at and forged.offline(tmp_path / "x.jsonl") == said, (at, said)


def test_a_book_written_again_or_cut_with_its_head_is_found_by_any_one_receipt(books: Books, tmp_path: Path) -> None:
    """T06: totals, head and hashes all agree with each other; one paper printed at or after the place tells, whichever it is."""
    count, path = len(books.rows), tmp_path / "x.jsonl"
    papers = [(row["seq"], row["hash"]) for row in books.rows]
    chance = random.Random(3)
    for at in sorted({1, count, *(chance.randrange(1, count + 1) for _ in range(POSITIONS // 8))}):
        forged, cut = books.copy(), books.copy()
        forged.rows[at - 1]["document"] = "OP-2026-99999-K"
        again(forged, at)
        del cut.rows[at - 1 :]
        for each in (forged, cut):
            last = each.rows[-1] if each.rows else {"seq": 0, "hash": chain.GENESIS}
            each.head = Head(last["seq"], last["hash"])
            assert each.product() is None, "the known limit of a chain kept in one place"
        for seq, digest in papers if WHOLE and at == 1 else chance.sample(papers, 60 if WHOLE else 6):
            told = seq >= at
            assert forged.product((seq, digest)) == ((seq, "witness") if told else None)
            assert cut.product((seq, digest)) == ((seq, "witness") if told else None)
        some = chance.choice(papers[at - 1 :])
        for printed in (some, (some[0], some[1][:16])):  # the whole fingerprint of the code, or the short print of the foot
            assert forged.offline(path, printed) == (some[0], "witness") == cut.offline(path, printed)
        assert offline.verify(str(path), [some]).receipts == [(*some, False)]
        assert at == 1 or cut.offline(path, papers[at - 2]) is None


def test_a_running_total_that_is_not_the_sum_is_found_by_both(books: Books, tmp_path: Path) -> None:
    for change in (0, 1):
        forged = books.copy()
        forged.totals = {key: list(pair) for key, pair in forged.sums().items()}
        key = next(iter(forged.totals))
        forged.totals[key][change] += 1
        assert forged.product() == (0, "balances") == forged.offline(tmp_path / "x.jsonl")
        del forged.totals[key]
        assert forged.product() == (0, "balances") == forged.offline(tmp_path / "x.jsonl")


def test_spans_checked_side_by_side_say_what_one_says(books: Books, tmp_path: Path) -> None:
    """Every place of the file is the edge of a span for some number of processes."""
    path = tmp_path / "x.jsonl"
    for at in (2, len(books.rows)):
        for attack in ATTACKS:
            forged = books.copy()
            attack(forged, at)
            one = forged.offline(path)
            layout = offline.layout_of(str(path))
            edges = [layout.start]
            with path.open("rb") as stream:
                stream.seek(layout.start)
                while stream.tell() < layout.end:
                    stream.readline()
                    edges.append(stream.tell())
            assert joined(path, edges[:: 1 + at % 4] + [layout.end]) == one
    assert books.offline(path, workers=2) is None


def joined(path: Path, edges: list[int]) -> tuple[int, str] | None:
    """The verdict with the file cut at these places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline, "pairwise", lambda _: list(zip(sorted(set(edges)), sorted(set(edges))[1:], strict=False)))
        return offline.verify(str(path), (), 1).fault


@pytest.mark.parametrize("spoil, kind", [
    (lambda rows: [*rows[:5], rows[5].replace('"seq":', '"seq" :')[:-9] + "\n", *rows[6:]], "unreadable"),
    (lambda rows: [*rows[:5], rows[5].replace('"amount_minor":', '"amount_minor":1,"amount_minor":'), *rows[6:]], "unreadable"),
    (lambda rows: [*rows[:5], rows[5].replace('"seq":', '"extra":1,"seq":'), *rows[6:]], "unreadable"),
    (lambda rows: [*rows[:5], rows[6], rows[5], *rows[7:]], "swap"),
    (lambda rows: [*rows[:6], rows[5], *rows[6:]], "insertion"),
    (lambda rows: [*rows[:5], *rows[6:]], "deletion"),
], ids=["half", "twice", "extra", "moved", "repeated", "gone"])  # fmt: skip
def test_a_file_changed_by_hand_is_found_at_its_line(books: Books, tmp_path: Path, spoil: Callable[[list[str]], list[str]], kind: str) -> None:
    """What no database could hold: half a line, a column twice, lines out of order."""
    path = tmp_path / "x.jsonl"
    assert books.offline(path) is None
    path.write_text("".join(spoil(path.read_text(encoding="utf-8").splitlines(keepends=True))), encoding="utf-8")
    at = 6 if kind == "insertion" else 5
    assert offline.verify(str(path)).fault == (at, kind)
    assert run(path, folder=tmp_path).returncode == 1


def test_a_file_without_its_end_is_not_called_whole(books: Books, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    books.offline(path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    assert offline.verify(str(path)).fault == (len(books.rows) + 1, "truncation")
    path.write_text("".join([*lines, lines[3]]), encoding="utf-8")
    assert offline.verify(str(path)).fault == (0, "balances")


def test_it_speaks_to_an_auditor(books: Books, tmp_path: Path) -> None:
    """Every way a fingerprint is printed is taken; the answer is a sentence and an exit code."""
    path = tmp_path / "livre.jsonl"
    books.offline(path)
    row = books.rows[9]
    kept = tmp_path / "tetes.txt"
    kept.write_text(f"2026-01-06 LIVRE {row['seq']} {row['hash']}\nautre ligne\n", encoding="utf-8")
    short = chain.short(row["hash"])
    for printed in (["--receipt", f"{short}@10"], ["--receipt", f"{row['hash']}@10"], ["--receipt", f"LIVRE 10 {row['hash']}"],
                    ["--receipts", kept]):  # fmt: skip
        done = run(path, *printed, folder=tmp_path)
        assert done.returncode == 0 and f"Empreinte imprimée {short}, écriture n° 10 : conforme." in done.stdout, done.stdout + done.stderr
    done = run(path, "--receipt", f"{short}@11", folder=tmp_path)
    assert done.returncode == 1 and "ANOMALIE à l’écriture n° 11 : elle ne correspond pas" in done.stdout
    for bad in (["--receipt", "bonjour"], ["--receipts", tmp_path / "absent"]):
        done = run(path, *bad, folder=tmp_path)
        assert done.returncode == 2 and done.stderr.startswith("Vérification impossible")
    other = tmp_path / "autre.txt"
    for content in ("", "bonjour\n", '{"chain":"portfolio-chain-9","kind":"ledger","sealed":{}}\n', "[]\n", lines_head(path)):
        other.write_text(content, encoding="utf-8")
        assert run(other, folder=tmp_path).returncode == 2, content


def lines_head(path: Path) -> str:
    first = json.loads(path.read_text(encoding="utf-8").partition("\n")[0])
    del first["sealed"]["fund"]
    return json.dumps(first) + "\n"


def test_a_forger_who_seals_what_he_writes_cannot_hide_a_second_meaning(books: Books) -> None:
    """Type and length stand before every value: no other record gives the same bytes."""
    row = {name: books.rows[0][name] for name in SEALED}
    base = seal(chain.GENESIS, "ledger", row)
    for other in (row | {"reason": None}, row | {"reason": ""}, row | {"subject_id": str(row["subject_id"])}, row | {"fund": None}):
        assert other == row or seal(chain.GENESIS, "ledger", other) != base
