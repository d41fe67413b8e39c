"""Bytes on disk, under their SHA-256: written beside, synced, then renamed, so that a cut never leaves half a file (D05, U08)."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from portfolio.documents.queries import path_for
from portfolio.kit.db import refuse_full


def keep(data_dir: Path, content: bytes) -> str:
    """Store the bytes and give their SHA-256. The same bytes are stored once; a rolled-back transaction leaves only unreachable bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    final = path_for(data_dir, sha256)
    try:
        os.utime(final)  # it is wanted again: the sweeper leaves it (D07)
        if hashlib.sha256(final.read_bytes()).hexdigest() == sha256:
            return sha256
    except FileNotFoundError:
        pass
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = final.with_name(f".{sha256}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(final)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        refuse_full(error)
        raise
    _sync(final.parent)
    return sha256


def _sync(folder: Path) -> None:
    """The rename itself must survive a power cut; Windows has no handle on a folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
