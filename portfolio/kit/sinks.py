"""Lines that must outlive the database they speak of: appended to a small text file in each of several folders, on other disks if possible (T06)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

FILE = "tetes-du-livre.txt"


def append(folders: Iterable[Path], line: str) -> list[Path]:
    """Append a line to the file of each folder and sync it; the folders that could not be written, such as a key that was taken out."""
    failed = []
    for folder in folders:
        try:
            handle = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            with os.fdopen(handle, "ab") as stream:
                stream.write(line.encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            failed.append(folder)
    return failed


def lines(folder: Path) -> list[str]:
    """What the file of a folder holds, oldest first; nothing when it is not there."""
    try:
        return (folder / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
