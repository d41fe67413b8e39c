"""Folders of a run are named after its process; those of a run that was killed are taken away by the next one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterable
from pathlib import Path

RUN, SERVER = "portfolio-test-", "pgt"
_NAME = re.compile(rf"(?:{RUN}|{SERVER})(\d+)-")


def make(prefix: str, place: Path | None) -> Path:
    """A folder that says whose it is."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=place))


def sweep(places: Iterable[Path]) -> list[Path]:
    """Take away what dead runs left in these places, and stop the servers that still run there; what was taken away."""
    gone = []
    for place in set(places):
        for folder in place.glob("*-*"):
            named = _NAME.match(folder.name)
            if named and folder.is_dir() and not folder.is_symlink() and not _lives(int(named[1])):
                _stop(folder)
                shutil.rmtree(folder, ignore_errors=True)
                gone.append(folder)
    return gone


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _stop(folder: Path) -> None:
    """The PostgreSQL server of this folder, when the process that its file names is one that was started on it."""
    try:
        process = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{process}/cmdline").read_bytes()
        if str(folder / "data").encode() in command.split(b"\0"):
            os.kill(process, signal.SIGQUIT)
    except (OSError, ValueError, IndexError):
        pass
