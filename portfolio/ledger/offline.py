"""The offline verifier: this one file, Python's standard library, and an export of the ledger (T02, T04).

    python offline.py ledger.jsonl --receipt "3F2A 91BC 77DE 0A1B@1204" --checkpoints tetes-du-livre.txt --key "FINGERPRINT"

It imports nothing of the product, needs no key, server or network, and is read from end to end by whoever doubts. It recomputes the chain,
names the first bad row and what was done to it as `portfolio ledger verify` does, adds up every running total, and holds the chain against
the fingerprints printed on papers and the signed heads kept outside: a chain written again from end to end agrees with itself, never with
those (T06, T07). It speaks French. (In the product, the part that verifies signatures is `signatures.py`; it is given out within this file.)

Speed: every row says the hash of the row before, so that spans of the file are checked side by side and joined afterwards, and a run of
columns that many rows share is turned into bytes once. Anything but the plainest writing goes the slow and literal way.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from portfolio.ledger.signatures import PRINTED, Unusable, heads, receipt

VERSION, GENESIS = "portfolio-chain-1", "0" * 64
CODES = ("exercice", "donor", "fund", "line", "call", "agreement", "tranche", "party", "place", "objective", "treasury")
ORDER = ["seq", "posting", "at", "dated_on", "event", "debit", "credit", "amount_minor", "amount_currency", *CODES,
         "document", "subject_type", "subject_id", "actor_id", "reverses", "reason"]  # fmt: skip
LATER = frozenset({"value_on"})
"""Columns of a later version: not written, and no byte of the chain, in the rows where they say nothing."""
_INT, _TEXT = rb"([1-9][0-9]*)", rb'"[^"]*"'
_VARY = {"seq": _INT, "posting": _INT, "at": b"(%s)" % _TEXT, "amount_minor": _INT, "document": b"(null|%s)" % _TEXT, "subject_id": _INT}
_RUNS = (ORDER[0:1], ORDER[1:2], ORDER[2:3], ORDER[3:7], ORDER[7:8], ORDER[8:20], ORDER[20:21], ORDER[21:22], ORDER[22:23], ORDER[23:])
"""The columns as exported: those that change at each row alone, the others in runs that rows share, read as JSON
when first met. In another order, or beside a backslash, rows go the slow way."""
_PATTERNS = (
    b'"%s":%s' % (run[0].encode(), _VARY[run[0]]) if run[0] in _VARY
    else b"(%s)" % b",".join(b'"%s":%s' % (n.encode(), b"(?:null|%s)" % _TEXT if n == "reason" else b"[^,]*") for n in run) for run in _RUNS
)  # fmt: skip
_ROW = re.compile(rb'^\{%s,"previous":"(.{64})","hash":"(.{64})"\}\n' % b",".join(_PATTERNS), re.MULTILINE)
_AMOUNT, _POSTING, _SEQ, _SUBJECT = ([f"\n{name}:i:{n}:".encode() for n in range(20)] for name in ("amount_minor", "posting", "seq", "subject_id"))
_AT, _DOCUMENT = ([f"\n{name}:{n - 2}:".encode() for n in range(256)] for name in ("at:t", "document:s"))  # of a text in its quotes
ALONE, CHUNK, KEPT = 16_000_000, 65_536, 20_000  # bytes under which one process does; bytes read at a time; runs remembered
WORDS = {
    "edit": "son contenu a été modifié", "hash": "son empreinte a été modifiée",
    "previous": "son lien avec l'écriture précédente a été modifié", "insertion": "elle a été insérée",
    "deletion": "des écritures ont été supprimées ici", "swap": "des écritures ont changé de place ici",
    "truncation": "les dernières écritures ont été coupées à partir d'ici", "unreadable": "la ligne est illisible",
    "rehash": "la chaîne a été réécrite et ne finit pas où sa tête le dit",
    "witness": "elle ne correspond pas à l'empreinte d'un document imprimé",
    "balances": "les écritures sont entières, mais un solde n'est pas leur somme",
}  # fmt: skip
Sums = dict[tuple[object, ...], int]
Totals = dict[tuple[object, ...], list[int]]


def pieces(record: Mapping[str, object], types: Mapping[str, str]) -> Iterator[bytes]:
    """Every field as `name:type:length:value`."""
    for name, value in record.items():
        if value is None or isinstance(value, str):
            tag, text = "n" if value is None else types[name] if types[name] in "std" else "s", value or ""
        elif isinstance(value, (bool, int)):
            tag, text = "b" if isinstance(value, bool) else "i", str(int(value))
        else:
            tag, text = "j", json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        encoded = text.encode("utf-8", "surrogatepass")
        yield f"{name}:{tag}:{len(encoded)}:".encode() + encoded


def canonical(kind: str, record: Mapping[str, object], types: Mapping[str, str]) -> bytes:
    """The one byte form of a record: version, kind, then its fields sorted by name."""
    return b"\n".join((VERSION.encode(), kind.encode(), *pieces(dict(sorted(record.items())), types)))


@dataclass
class Layout:
    """How the rows are written: the kind of chain, the sealed columns with their types, and where rows start and end in the file."""

    kind: str
    types: dict[str, str]
    start: int = 0
    end: int = 0

    def row(self, line: bytes) -> dict[str, Any] | None:
        """A line as a row with exactly the sealed columns and the two hashes, each once; None when it is anything else."""
        try:
            pairs = json.loads(line.decode(), object_pairs_hook=list)
            read = dict(pairs)
            missing = {*self.types, "previous", "hash"} ^ set(read)
            whole = len(pairs) == len(read) and missing <= LATER & set(self.types) and type(read["seq"]) is int
            return read if whole and isinstance(read["previous"], str) and isinstance(read["hash"], str) else None
        except (ValueError, TypeError, RecursionError):
            return None

    def seal(self, previous: str, row: Mapping[str, object]) -> str:
        """The hash of this row after `previous`."""
        said = {name: row.get(name) for name in self.types if name not in LATER or row.get(name) is not None}
        content = canonical(self.kind, said, self.types)
        return hashlib.sha256(previous.encode("utf-8", "surrogatepass") + b"\n" + content).hexdigest()


def layout_of(path: str) -> Layout:
    """Read the first line and find the end of the rows. Raises Unusable."""
    with open(path, "rb") as stream:
        try:
            opening = json.loads(first := stream.readline())
            version, made = opening["chain"], Layout(str(opening["kind"]), dict(opening["sealed"]), len(first))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unusable("ce fichier n'est pas un export du grand livre (portfolio ledger export --format jsonl)")
        if version != VERSION or not {"seq", "debit", "credit", "amount_minor", "amount_currency", *CODES} <= set(made.types):
            raise Unusable(f"version {version} ou colonnes inconnues : prenez le vérificateur donné avec cet export")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
            made.end = min(held.find(mark, made.start - 1) + 1 or len(held) for mark in (b'\n{"balance":', b'\n{"head":'))
    return made


@dataclass
class Span:
    """What one span of rows says: `literal` rows were read the slow way; `first` is the number of its first row and the hash that row says it
    follows; `last` is number and hash of its last good row, and the hash before; `broken` is where its first bad row starts, or -1."""

    count: int = 0
    literal: int = 0
    first: tuple[int, str] = (0, "")
    last: tuple[int, str, str] = (0, "", "")
    broken: int = -1
    seen: dict[int, str] = field(default_factory=dict)
    sums: Sums = field(default_factory=dict)


class Blocks(dict[bytes, tuple[Any, ...]]):
    """A run of columns as written, and the bytes that its parts give to the chain, made when it is first met. KeyError for odd writing."""

    def __init__(self, names: Sequence[str], parts: str, types: Mapping[str, str]) -> None:
        self.names, self.types, self.parts = list(names), types, [part.split() for part in parts.split("|")]

    def __missing__(self, text: bytes) -> tuple[Any, ...]:
        try:
            pairs = json.loads(b"{" + text + b"}", object_pairs_hook=list)
        except ValueError:
            raise KeyError(text)
        read: dict[str, Any] = dict(pairs)
        if [name for name, _ in pairs] != self.names or not {type(value) for value in read.values()} <= {str, int, type(None)}:
            raise KeyError(text)
        parts = (b"".join(b"\n" + each for each in pieces({n: read[n] for n in part}, self.types)) for part in self.parts)
        made = (*parts, read, (read["debit"], read["credit"]) if "debit" in read else {})
        if len(self) < KEPT:
            self[text] = made
        return made

    def empty(self, sums: Sums) -> None:
        """Add the totals collected by run to those by code, and forget the runs."""
        for block in self.values():
            for (debit, credit), minor in block[-1].items():
                _count_in(sums, debit, credit, block[-2], minor)
        self.clear()


def scan(path: str, layout: Layout, start: int, end: int, wanted: frozenset[int]) -> Span:
    """Check the rows between two places of the file: each against its own content and the row before it."""
    span, types, plainly = Span(), layout.types, [name for name in layout.types if name not in LATER] == ORDER
    lead, sha256, place = f"\n{VERSION}\n{layout.kind}".encode(), hashlib.sha256, start
    acts = Blocks(_RUNS[3], "credit dated_on debit|event", types)
    codes = Blocks(_RUNS[5], "agreement amount_currency|call|donor|exercice fund line objective party place|tranche treasury", types)
    kinds, ends = Blocks(_RUNS[7], "subject_type", types), Blocks(_RUNS[9], "actor_id|reason reverses", types)
    previous, before, expected, count = b"", b"", 0, 0
    for chunk in _chunks(path, start, end):
        rows: list[Any] = _ROW.findall(chunk) if plainly and b"\\" not in chunk else []
        if not (plain := len(rows) == chunk.count(b"\n")):  # one is not: each is read by itself
            rows = chunk.splitlines(True)
        done = count
        for row in rows:
            parts = row
            try:
                if not plain:
                    alone = _ROW.fullmatch(row) if plainly and b"\\" not in row else None
                    if alone is None:
                        raise KeyError
                    parts = alone.groups()
                number, posting, at, act, minor, code, document, kind, subject, close, row_previous, row_hash = parts
                on, event, _, accounts = acts[act]
                agreement, call, donor, line, treasury, _, added = codes[code]
                actor, reason, _, _ = ends[close]
                content = b"".join((
                    row_previous, lead, actor, agreement, _AMOUNT[len(minor)], minor, _AT[len(at)], at[1:-1], call, on,
                    b"\ndocument:n:0:" if document == b"null" else _DOCUMENT[len(document)] + document[1:-1], donor, event, line,
                    _POSTING[len(posting)], posting, reason, _SEQ[len(number)], number, _SUBJECT[len(subject)], subject,
                    kinds[kind][0], treasury,
                ))  # fmt: skip
                digest, seq = sha256(content).hexdigest(), int(number)
                added[accounts] = added.get(accounts, 0) + int(minor)
            except (KeyError, IndexError):
                read = layout.row(chunk.splitlines(True)[count - done] if plain else row)
                if read is None:
                    span.broken = place
                    break
                span.literal += 1
                row_previous, row_hash = (read[n].encode("utf-8", "surrogatepass") for n in ("previous", "hash"))
                digest, seq = layout.seal(read["previous"], read), read["seq"]
                _count_in(span.sums, read["debit"], read["credit"], read, read["amount_minor"])
            if not count:
                span.first, previous, expected = (seq, row_previous.decode(errors="replace")), row_previous, seq
            if seq != expected or row_previous != previous or digest.encode() != row_hash:
                span.broken = place
                break
            before, previous, expected = previous, row_hash, expected + 1
            count += 1
            if wanted and seq in wanted:
                span.seen[seq] = row_hash.decode()
        if span.broken >= 0:
            span.broken += sum(map(len, chunk.splitlines(True)[: count - done]))
            break
        place += len(chunk)
        if len(codes) > KEPT // 2:
            codes.empty(span.sums)
    codes.empty(span.sums)
    return replace(span, count=count, last=(expected - 1, previous.decode(errors="replace"), before.decode(errors="replace")))


def _chunks(path: str, start: int, end: int) -> Iterator[bytes]:
    """The rows between two places, some whole lines at a time."""
    with open(path, "rb") as stream:
        stream.seek(start)
        while start < end and (chunk := stream.read(min(CHUNK, end - start)) + (stream.readline() if end - start > CHUNK else b"")):
            start += len(chunk)
            yield chunk


def _count_in(sums: Sums, debit: object, credit: object, row: Mapping[str, Any], minor: object) -> None:
    """Add a sum to the total of its two accounts, its currency and its codes."""
    key = (debit, credit, row["amount_currency"], *(row[n] or (0 if n == "exercice" else "") for n in CODES))
    sums[key] = sums.get(key, 0) + (minor if type(minor) is int else 0)


@dataclass
class Verdict:
    """What the file says. `fault`: the first bad row and what was done to it, or None; `head`: number and hash of the last whole row;
    `accounts`: debits and credits by currency and account; `receipts`: each printed one, and whether the chain agrees (None past the fault)."""

    fault: tuple[int, str] | None
    count: int
    head: tuple[int, str]
    accounts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    receipts: list[tuple[int, str, bool | None]] = field(default_factory=list)


def verify(path: str, receipts: Sequence[tuple[int, str]] = (), workers: int = 0) -> Verdict:
    """Check the whole file; `receipts` are (number, fingerprint or its first characters). Raises Unusable, OSError."""
    layout, wanted = layout_of(path), frozenset(number for number, _ in receipts)
    workers = workers or (1 if layout.end - layout.start < ALONE else min(os.cpu_count() or 1, 8))
    edges = {layout.start, layout.end}
    with open(path, "rb") as stream:
        for part in range(1, workers * 2 if workers > 1 else 1):
            stream.seek(layout.start + (layout.end - layout.start) * part // (workers * 2))
            stream.readline()
            edges.add(min(stream.tell(), layout.end))
    cuts = [(path, layout, start, end, wanted) for start, end in pairwise(sorted(edges))]
    spans = [scan(*cut) for cut in cuts] if workers == 1 else []
    with ProcessPoolExecutor(workers) as pool:  # starts no process before it is asked
        spans += [each.result() for each in [pool.submit(scan, *cut) for cut in cuts[len(spans) :]]]
    seq, previous, before, broken, count, seen, sums = 0, GENESIS, "", -1, 0, {0: GENESIS}, Sums()
    for span, cut in zip(spans, cuts, strict=True):
        if broken < 0 and span.count and span.first != (seq + 1, previous):
            broken = cut[2]
        if broken < 0 and span.count:
            seq, previous, before = span.last[0], span.last[1], previous if span.count == 1 else span.last[2]
            count, seen = count + span.count, seen | span.seen
            for key, minor in span.sums.items():
                sums[key] = sums.get(key, 0) + minor
        broken = span.broken if broken < 0 else broken
    verdict, (head, balances, whole) = Verdict(None, count, (seq, previous)), _tail(path, layout.end)
    if broken >= 0:
        verdict.fault = _first_fault(path, layout, broken, seq + 1, previous, before)
    elif head is None or seq < head[0]:
        verdict.fault = seq + 1, "truncation"
    elif seq > head[0]:
        verdict.fault = head[0] + 1, "insertion"
    elif previous != head[1]:
        verdict.fault = seq, "rehash"
    beyond = verdict.fault is not None
    for number, printed in sorted(receipts):  # lowest first: the first that differs is the closest to what was done
        agrees = None if beyond and number > seq else number in seen and seen[number].startswith(printed.lower())
        verdict.receipts.append((number, printed, agrees))
        if agrees is False and verdict.fault is None:
            verdict.fault = number, "witness"
    made: Totals = {}
    for (debit, credit, currency, *by), minor in sums.items():
        for at, account in enumerate((debit, credit)):
            made.setdefault((account, currency, *by), [0, 0])[at] += minor
            verdict.accounts.setdefault((str(currency), str(account)), [0, 0])[at] += minor
    if verdict.fault is None and (made != balances or not whole):
        verdict.fault = 0, "balances"
    return verdict


def _tail(path: str, place: int) -> tuple[tuple[int, str] | None, Totals, bool]:
    """What follows the rows: the head, the running totals, and whether they are as many as said and nothing else stands there."""
    head, balances, count, whole = None, Totals(), 0, False
    with open(path, "rb") as stream:
        stream.seek(place)
        for line in stream:
            try:
                read = json.loads(line)
                if head is None and "balance" in read:
                    total, count = read["balance"], count + 1
                    key = (total["account"], total["currency"], *(total[name] for name in CODES))
                    balances[key] = [total["debit_minor"], total["credit_minor"]]
                else:
                    whole = head is None and read["balances"] == count == len(balances)
                    head = (int(read["head"]["seq"]), str(read["head"]["hash"]))
            except (ValueError, KeyError, TypeError):
                return head, balances, False
    return head, balances, whole


def _first_fault(path: str, layout: Layout, place: int, seq: int, previous: str, before: str) -> tuple[int, str]:
    """What happened to the row at this place, where row number `seq` was expected: the same reasoning as the product's own."""
    with open(path, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:

        def known(text: str, since: int) -> bool:
            return held.find(text.encode("utf-8", "surrogatepass"), since, layout.end) >= 0

        stream.seek(place)
        row = layout.row(stream.readline())
        after = layout.row(stream.readline()) if stream.tell() < layout.end else None
        if row is None:
            return seq, "unreadable"
        if row["seq"] != seq:
            return seq, "insertion" if row["seq"] < seq else "swap" if known(f'"seq":{seq},', place) else "deletion"
        written, true, follows = row["previous"], layout.seal(previous, row), after and after["previous"]
        if written == previous:
            return seq, "hash" if follows == true else "insertion" if follows == previous else "edit"
        if true == row["hash"]:
            return seq, "previous"
        if layout.seal(written, row) == row["hash"]:
            return seq - 1, "edit"  # this row is whole: the one before was changed and hashed again
        if written == before:
            return seq - 1, "insertion"
        return seq, "swap" if known(f'"hash":"{written}"', layout.start) else "insertion" if follows == previous else "deletion"


def said(verdict: Verdict) -> Iterator[str]:
    """The verdict in French, a line at a time."""

    def short(digest: str) -> str:
        return " ".join(digest[i : i + 4].upper() for i in range(0, 16, 4))

    (seq, digest), agreed = verdict.head, max((n for n, _, agrees in verdict.receipts if agrees), default=0)
    yield f"Écritures recalculées : {verdict.count}. Dernière écriture entière : n° {seq}, empreinte {short(digest)} ({digest})."
    for currency in sorted({unit for unit, _ in verdict.accounts} if verdict.fault is None else ()):
        debit, credit = (sum(sides[at] for (unit, _), sides in verdict.accounts.items() if unit == currency) for at in (0, 1))
        figures = f"Débits {debit:,}, crédits {credit:,} en {currency}, unités mineures : ".replace(",", "\u00a0").replace("\u00a0 ", ", ")
        yield figures + ("égaux." if debit == credit else "INÉGAUX.")
    for number, printed, agrees in [each for each in verdict.receipts if not each[2] or len(verdict.receipts) < 40]:
        words = "au-delà de l'anomalie, non comparée" if agrees is None else "conforme" if agrees else "NON CONFORME"
        yield f"Empreinte imprimée {short(printed)}, écriture n° {number} : {words}."
    if verdict.fault is None:
        yield "LIVRE INTACT : chaque écriture est celle qui a été scellée, aucune ne manque, aucune n'est en trop."
        if not verdict.receipts:
            yield "Aucune empreinte imprimée n'a été donnée : ajoutez --receipt pour exclure un livre entièrement réécrit."
        return
    number, kind = verdict.fault
    since = f" L'écriture n° {agreed} et celles d'avant sont bien celles d'alors." if agreed and kind == "witness" else ""
    yield f"ANOMALIE{f' à l’écriture n° {number}' if number else ''} : {WORDS[kind]}.{since}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the ledger is whole, 1 when it is not, 2 when the file cannot be read."""
    parser = argparse.ArgumentParser(description="Vérifie hors ligne un grand livre exporté par Portfolio (JSONL).")
    parser.add_argument("file", help="le fichier exporté, par exemple grand-livre.jsonl")
    parser.add_argument("--receipt", action="append", default=[], metavar="EMPREINTE@NUMÉRO", help="telle qu'imprimée ; se répète")
    parser.add_argument("--receipts", action="append", default=[], metavar="FICHIER", help="lignes « LIVRE numéro empreinte »")
    parser.add_argument("--checkpoints", action="append", default=[], metavar="FICHIER", help="têtes signées, gardées au dehors ; se répète")
    parser.add_argument("--key", action="append", default=[], metavar="EMPREINTE", help="d'une clé, telle qu'un tiers l'a notée ; se répète")
    given = parser.parse_args(arguments)
    try:
        printed = [receipt(text) for text in given.receipt]
        for name in given.receipts:
            with open(name, encoding="utf-8", errors="replace") as lines:
                printed += [receipt(line) for line in lines if PRINTED.search(line)]
        kept, words, forged = heads(given.checkpoints, given.key)
        verdict = verify(given.file, list(dict.fromkeys([*printed, *kept])))
    except (Unusable, OSError) as reason:
        sys.stderr.write(f"Vérification impossible : {reason}\n")
        return 2
    sys.stdout.writelines(line + "\n" for line in (*words, *said(verdict)))
    return 0 if verdict.fault is None and not forged else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main())
