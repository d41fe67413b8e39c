"""Every kept byte is bound to its row and to the trail (T08); a cut between the file and its row leaves no row without file, and what it
leaves is swept (D07). Ten points of death an engine; `PORTFOLIO_WHOLE=1` dies at thirty."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
from datetime import timedelta
from pathlib import Path
from types import FrameType

import pytest
from sqlalchemy import select, text

from portfolio.desk.verify import findings, verify
from portfolio.documents import service
from portfolio.documents.models import Document, Paper
from portfolio.documents.queries import damages, path_for
from portfolio.funds.models import Donor
from portfolio.kit.db import Database
from tests.documents.makers import NOW, PDF, person, work_of

POINTS = 30 if os.environ.get("PORTFOLIO_WHOLE") == "1" else 10


def pdf(n: int) -> bytes:
    return PDF.replace(b"endobj", b"endobj %" + str(n).encode() + b"\n")


def filled(database: Database, folder: Path, files: int, papers: int) -> None:
    work = work_of(database, folder, person(database, "accountant"))
    donor = work.create(Donor(code="NOR", name="Coopération de Norlande"), "donor:created")
    for n in range(files):
        service.add(work, donor, "voucher", service.Incoming(f"reçu {n}.pdf", pdf(n)))
    for n in range(papers):
        service.issue(work, kind="order", reference=f"OP-2026-{n:05d}-A", title="Ordre de paiement", subject=donor, facts={"n": n},
                      draw=lambda facts: b"%PDF " + repr(facts).encode())  # fmt: skip
    work.commit()
    work.close()


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


@pytest.mark.both_engines
def test_one_bit_in_each_of_a_hundred_files_is_seen_in_each(database: Database, tmp_path: Path) -> None:
    """T08."""
    filled(database, tmp_path, 60, 50)
    with database.session(readonly=True) as session:
        assert findings(session, (), tmp_path) == []
        kept = [*session.scalars(select(Document)), *session.scalars(select(Paper))]
    chance = random.Random(8)
    for row in (hit := chance.sample(kept, 100)):
        flip(path_for(tmp_path, row.sha256), chance)
    with database.session(readonly=True) as session:
        found = {(d.table, d.id): d.what for d in damages(session, tmp_path)}
        words = verify(session, (), tmp_path)
        assert verify(session) == [], "without the files only the books are checked"
    assert found == {(row.__tablename__, row.id): "altered" for row in hit}
    assert len(words) == 100 and any("son fichier a été altéré" in w for w in words)
    path_for(tmp_path, hit[0].sha256).unlink()
    with database.session(readonly=True) as session:
        assert next(d for d in damages(session, tmp_path) if d.what == "missing").id == hit[0].id


@pytest.mark.both_engines
def test_a_file_exchanged_with_its_hash_is_seen_by_the_trail(database: Database, tmp_path: Path) -> None:
    """T08: whoever writes the row too does not pass: the hash is sealed. A row taken away is missed as well."""
    filled(database, tmp_path, 2, 2)
    for table in ("document", "paper"):
        forged = f"%PDF a forged {table}".encode()
        sha256 = hashlib.sha256(forged).hexdigest()
        path = path_for(tmp_path, sha256)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(forged)
        with database.session(readonly=False) as session:
            session.execute(text(f"UPDATE {table} SET sha256 = :h WHERE id = 1"), {"h": sha256})
            session.execute(text(f"DELETE FROM {table} WHERE id = 2"))
            session.commit()
    with database.session(readonly=True) as session:
        found = sorted((d.table, d.id, d.what) for d in damages(session, tmp_path))
    assert found == [("document", 1, "unrecorded"), ("document", 2, "removed"), ("paper", 1, "unrecorded"), ("paper", 2, "removed")]


class Death:
    """Kills its own process at the n-th call that leaves Python: opening, writing, syncing, renaming, a statement, a commit."""

    CALLS = frozenset({"open", "write", "flush", "fsync", "replace", "rename", "close", "execute", "executemany", "commit", "mkdir"})

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, _frame: FrameType, event: str, called: object) -> None:
        if event in ("c_call", "c_return") and getattr(called, "__name__", "") in self.CALLS:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def attach(url: str, folder: Path, donor: int, actor: object, n: int, die_at: int, said: int) -> None:
    """In a process of its own: keep a file, add its row, commit, say so."""
    database = Database(url)
    with database.session(readonly=True) as session:
        session.get_one(Donor, donor)
    work = work_of(database, folder, actor)  # type: ignore[arg-type]
    found = work.db.get_one(Donor, donor)
    sys.setprofile(death := Death(die_at))
    service.add(work, found, "voucher", service.Incoming(f"reçu {n}.pdf", pdf(n)))
    work.commit()
    sys.setprofile(None)
    os.write(said, f"{n} {-death.left}\n".encode())


@pytest.mark.both_engines
def test_dying_between_the_file_and_its_row_leaves_no_row_without_file(database: Database, tmp_path: Path) -> None:
    """D07: what was acknowledged is there with its bytes; what a death left behind is swept, and nothing else."""
    actor = person(database, "accountant")
    work = work_of(database, tmp_path, actor)
    donor = work.create(Donor(code="NOR", name="Coopération de Norlande"), "donor:created").id
    work.commit()
    work.close()
    url = database.url.render_as_string(hide_password=False)
    database.dispose()
    acks = tmp_path / "acks"
    said = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def run(n: int, die_at: int) -> bool:
        child = os.fork()
        if child == 0:
            try:
                attach(url, tmp_path, donor, actor, n, die_at, said)
            finally:
                os._exit(0)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    assert not run(POINTS, 0) and not run(POINTS + 1, 0), "two live, and count the points"
    calls = min(int(line.split()[1]) for line in acks.read_text().splitlines())
    assert calls >= 20
    died = sum(run(n, 1 + n * (calls - 3) // POINTS) for n in range(POINTS))  # one call or two less for a folder that is there already
    assert died >= POINTS - 1
    acknowledged = {int(line.split()[0]) for line in acks.read_text().splitlines()}
    with database.session(readonly=True) as session:
        rows = {d.filename: d.sha256 for d in session.scalars(select(Document))}
        assert {f"reçu {n}.pdf" for n in acknowledged} <= set(rows)
        assert findings(session, (), tmp_path) == []
        files = {p.name for p in (tmp_path / "files").glob("??/*")}
        assert set(rows.values()) < files, "some deaths leave a file behind"
        assert service.sweep(session, tmp_path, NOW) == 0, "a fresh file may still get its row"
        later = NOW.replace(year=NOW.year + 20)
        assert service.sweep(session, tmp_path, later) == len(files - set(rows.values()))
        assert {p.name for p in (tmp_path / "files").glob("??/*")} == set(rows.values())
        assert findings(session, (), tmp_path) == []
        path_for(tmp_path, next(iter(rows.values()))).unlink(missing_ok=True)
        assert findings(session, (), tmp_path) or not rows, "the search sees a row without file"


def test_a_file_wanted_again_is_not_swept(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D07: the old bytes of an act that was rolled back are found by a new one just before the sweeper takes them."""
    old = service.keep(tmp_path, pdf(1))
    path = path_for(tmp_path, old)
    ancient = (NOW - timedelta(days=900)).timestamp()
    os.utime(path, (ancient, ancient))
    replace = Path.replace

    def between(self: Path, target: Path) -> Path:
        if ".swept." in str(target):
            service.keep(tmp_path, pdf(1))  # a new act counts on it now
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", between)
    with database.session(readonly=True) as session:
        assert service.sweep(session, tmp_path, NOW) == 0
    assert path.read_bytes() == pdf(1)
    monkeypatch.undo()
    os.utime(path, (ancient, ancient))
    aside = path.with_name(f".swept.{old}")
    path.replace(aside)  # a sweeper that was cut
    filled(database, tmp_path, 2, 0)
    os.utime(aside, (ancient, ancient))
    path.unlink(missing_ok=True)
    with database.session(readonly=True) as session:
        service.sweep(session, tmp_path, NOW)
    assert path.read_bytes() == pdf(1)
