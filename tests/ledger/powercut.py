"""What a disk holds after the power went: every write and sync of SQLite recorded below it, and images of the disk built from the record.

`python -m tests.ledger.powercut` with a JSON argument posts through the product and keeps the record. The library's own table of file methods
is replaced in that process: a write is noted before it is done, a sync once it is done, with the writes that it covers. A cut is a place in the
record: what was synced before it is on the disk; of the rest, each sector may have arrived or not, in any order.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import random
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import configure_mappers

from portfolio.app import load_rooms
from portfolio.kit.db import Database, sqlite_module
from tests.ledger import crash

P, N, Q = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
KINDS = ("none", "all", "first", "some", "torn512", "torn4096")
"""What arrives of the writes that were not synced: nothing, everything, the first of them, some whole writes, some sectors of each."""


@dataclass(frozen=True)
class Step:
    """One thing that happened: `write`, `truncate`, `delete` or `sync` of a file, or `ack`; a sync covers what stands before `covers`."""

    what: str
    file: str = ""
    at: int = 0
    data: bytes = b""
    covers: int = 0
    said: tuple[int, int] = (0, 0)


class Vfs(ctypes.Structure):
    _fields_ = [("version", N), ("size", N), ("longest", N), ("next", P), ("name", ctypes.c_char_p), ("data", P), ("open", P), ("delete", P)]


class Methods(ctypes.Structure):
    """sqlite3_io_methods, third version."""

    _fields_ = [("version", N), *((name, P) for name in (
        "close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "reserved", "control", "sector", "traits",
        "shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch"))]  # fmt: skip


class File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(Methods))]


OPEN = ctypes.CFUNCTYPE(N, P, P, P, N, P)
DELETE = ctypes.CFUNCTYPE(N, P, P, N)
WRITE = ctypes.CFUNCTYPE(N, P, P, N, Q)
TRUNCATE = ctypes.CFUNCTYPE(N, P, Q)
SYNC = ctypes.CFUNCTYPE(N, P, N)


@dataclass
class Recorder:
    """Stands between the product's SQLite library and the system, for one process and for good."""

    steps: list[Step] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    tables: dict[int, Methods] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)
    """Callbacks that C holds."""

    def install(self, library: str) -> None:
        """Replace the methods of the default file system of this library."""
        find = ctypes.CDLL(library).sqlite3_vfs_find
        find.restype, find.argtypes = ctypes.POINTER(Vfs), [ctypes.c_char_p]
        vfs = find(None).contents
        opens, deletes = OPEN(vfs.open), DELETE(vfs.delete)

        def open_(system: int, name: int | None, file: int, flags: int, out: int | None) -> int:
            answer = opens(system, name, file, flags, out)
            if answer == 0 and name:
                self.names[file] = Path(os.fsdecode(ctypes.string_at(name))).name
                opened = ctypes.cast(file, ctypes.POINTER(File)).contents
                address = ctypes.addressof(opened.methods.contents)
                if address not in self.tables:
                    self.tables[address] = self.watched(opened.methods.contents)
                opened.methods = ctypes.pointer(self.tables[address])
            return answer

        def delete(system: int, name: int, flush: int) -> int:
            self.steps.append(Step("delete", Path(os.fsdecode(ctypes.string_at(name))).name))
            return deletes(system, name, flush)

        vfs.open, vfs.delete = self.keep(OPEN(open_)), self.keep(DELETE(delete))
        self.kept += [opens, deletes]

    def keep(self, callback: Any) -> int:
        self.kept.append(callback)
        return ctypes.cast(callback, P).value or 0

    def watched(self, real: Methods) -> Methods:
        """A copy of this table whose writes, truncations and syncs are noted."""
        writes, truncates, syncs = WRITE(real.write), TRUNCATE(real.truncate), SYNC(real.sync)

        def write(file: int, data: int, count: int, at: int) -> int:
            self.steps.append(Step("write", self.names[file], at, ctypes.string_at(data, count)))
            return writes(file, data, count, at)

        def truncate(file: int, at: int) -> int:
            self.steps.append(Step("truncate", self.names[file], at))
            return truncates(file, at)

        def sync(file: int, flags: int) -> int:
            covers = len(self.steps)
            answer = syncs(file, flags)
            if answer == 0:
                self.steps.append(Step("sync", self.names[file], covers=covers))
            return answer

        copy = Methods.from_buffer_copy(real)
        copy.write, copy.truncate, copy.sync = self.keep(WRITE(write)), self.keep(TRUNCATE(truncate)), self.keep(SYNC(sync))
        self.kept += [writes, truncates, syncs]
        return copy


# -- images ---------------------------------------------------------------------------------------------------------------


def _do(content: bytearray, step: Step, pieces: list[tuple[int, int]] | None = None) -> None:
    """One write or truncation on a file, or only these parts of a write."""
    if step.what == "truncate":
        del content[step.at :]
        content.extend(bytes(step.at - len(content)))
        return
    for start, end in pieces if pieces is not None else [(0, len(step.data))]:
        at = step.at + start
        if len(content) < at:
            content.extend(bytes(at - len(content)))
        content[at : at + end - start] = step.data[start:end]


def _sectors(step: Step, size: int) -> list[tuple[int, int]]:
    """Where a write falls apart: at the sectors of the disk."""
    edges = [0, *range(size - step.at % size, len(step.data), size), len(step.data)]
    return list(zip(edges, edges[1:], strict=False))


def cut(disk: dict[str, bytes], steps: list[Step], at: int, kind: str, chance: random.Random | None = None) -> dict[str, bytes]:
    """The files after the power went at this place of the record. A deletion arrives, or not, as writes do."""
    chance = chance or random.Random(0)
    covered: dict[str, int] = {}
    for step in steps[:at]:
        if step.what == "sync":
            covered[step.file] = step.covers
    content = {name: bytearray(data) for name, data in disk.items()}
    first = True
    for n, step in enumerate(steps[:at]):
        if step.what not in ("write", "truncate", "delete"):
            continue
        pieces: list[tuple[int, int]] | None = None
        if n >= covered.get(step.file, 0):
            if kind == "none" or (kind == "first" and not first) or (kind == "some" and chance.random() < 0.5):
                continue
            first = False
            if kind.startswith("torn"):
                if step.what == "write":
                    pieces = [piece for piece in _sectors(step, int(kind[4:])) if chance.random() < 0.5]
                elif chance.random() < 0.5:
                    continue
        if step.what == "delete":
            content.pop(step.file, None)
        else:
            _do(content.setdefault(step.file, bytearray()), step, pieces)
    return {name: bytes(data) for name, data in content.items()}


def images(disk: dict[str, bytes], steps: list[Step], count: int, seed: int) -> Iterator[tuple[str, dict[str, bytes], list[tuple[int, int]]]]:
    """So many cuts: half anywhere, half right after an acknowledgement; with the files, and what had been acknowledged."""
    chance = random.Random(seed)
    said = [n + 1 for n, step in enumerate(steps) if step.what == "ack"]
    for n in range(count):
        at = chance.choice(said) if n % 2 else chance.randrange(said[0], len(steps) + 1)
        kind = KINDS[n // 2 % len(KINDS)]
        yield f"{kind} at {at}", cut(disk, steps, at, kind, chance), [step.said for step in steps[:at] if step.what == "ack"]


# -- the process that posts -----------------------------------------------------------------------------------------------


def record(given: dict[str, Any], recorder: Recorder) -> None:
    """Post from two threads with this `synchronous`, and note each acknowledgement among what happened below."""
    database = Database(given["url"])
    if given["synchronous"]:

        @event.listens_for(database.engine, "connect")
        def weaken(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA synchronous={given['synchronous']}")

    around = crash.surroundings(given, database)

    def several(thread: int) -> None:
        for n in range(given["postings"] // 2):
            said = crash.post(given, around, str(thread), n)
            recorder.steps.append(Step("ack", said=said))

    threads = [threading.Thread(target=several, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """One child for each of the given databases; nobody closes a connection: nobody does when the power goes."""
    load_rooms()  # once, before the children
    configure_mappers()
    wrong = 0
    for given in json.loads(sys.argv[1]):
        child = os.fork()
        if child == 0:
            try:
                recorder = Recorder()
                recorder.install(sys.modules[sqlite_module().__name__.rpartition(".")[0] + "._sqlite3"].__file__ or "")
                record(given, recorder)
                Path(given["record"]).write_bytes(pickle.dumps(recorder.steps))
                os._exit(0)
            finally:
                os._exit(1)
        wrong += os.waitpid(child, 0)[1] != 0
    sys.exit(wrong)


if __name__ == "__main__":
    from tests.ledger.powercut import main as posting  # the classes that the reader of the record finds again

    posting()
