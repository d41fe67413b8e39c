"""Taking away the files that no row names: what an act left on the disk when it was rolled back or cut (D07).

Bytes are on the disk before the row that names them is committed, never the other way. So a file without a row is either waiting for one, or
nobody's: after a day it is nobody's. `keep` touches a file that it finds there before it counts on it; the sweeper moves a file aside before it
looks at that time again, so that whoever comes in between finds it fresh or not at all, and writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.documents.models import Document, Paper
from portfolio.documents.queries import path_for

DELAY = timedelta(days=1)
"""No act lasts a day."""
ASIDE = ".swept."


def sweep(session: Session, data_dir: Path, now: datetime, delay: timedelta = DELAY) -> int:
    """Remove the files older than `delay` that no document and no paper names; how many. Half-written files of acts that were cut go too."""
    before = (now - delay).timestamp()
    gone = 0
    old = _old(data_dir / "files", before)
    while some := list(islice(old, 500)):
        named = _named(session, [_hash(path) for path in some])
        for path in some:
            if path.name.startswith(ASIDE) and _hash(path) in named:  # cut while it was looked at
                path.replace(path_for(data_dir, _hash(path)))
            elif path.name.startswith("."):
                path.unlink(missing_ok=True)
                gone += 1
            elif path.name not in named:
                gone += _remove(path, before)
    return gone


def _old(folder: Path, before: float) -> Iterator[Path]:
    for path in folder.glob("??/*"):
        try:
            if path.stat().st_mtime < before:
                yield path
        except FileNotFoundError:
            continue


def _hash(path: Path) -> str:
    return path.name.removeprefix(ASIDE).lstrip(".")[:64]


def _named(session: Session, hashes: Sequence[str]) -> set[str]:
    return {
        found
        for model in (Document, Paper)
        for found in session.scalars(select(model.sha256).where(model.sha256.in_(hashes)))
    }


def _remove(path: Path, before: float) -> int:
    aside = path.with_name(ASIDE + path.name)
    try:
        path.replace(aside)
    except FileNotFoundError:
        return 0
    if aside.stat().st_mtime >= before:  # somebody counts on it since it was listed
        aside.replace(path)
        return 0
    aside.unlink()
    return 1
