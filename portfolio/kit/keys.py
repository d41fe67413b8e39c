"""Keys that live in files of their own, outside the database and its folder: 32 bytes written as letters that a person can copy on paper."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

SIZE = 32
_CHECK = 3
"""Bytes of checksum at the end of the letters: a letter copied wrong is found before it is used."""


class BadKey(ValueError):
    """Why a key cannot be used, in words."""


@dataclass(frozen=True)
class Key:
    """A key, or a passphrase from which one is made."""

    secret: bytes = field(repr=False)
    phrase: bool = False
    path: Path | None = None
    new: bool = False
    """Made just now: nobody has a copy of it yet."""

    @property
    def name(self) -> str:
        """Eight letters by which people and files speak of this key; a passphrase has none, since they would help who guesses it."""
        if self.phrase:
            return ""
        digest = hashlib.sha256(b"portfolio-key-name\n" + self.secret).hexdigest().upper()
        return f"{digest[:4]} {digest[4:8]}"


def written(secret: bytes) -> str:
    """The key as letters and figures in groups of four, with its checksum."""
    letters = base64.b32encode(secret + hashlib.sha256(secret).digest()[:_CHECK]).decode()
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def make(path: Path, word: str, notice: str) -> Key:
    """Make a key in a file that does not exist yet, for this account alone; `word` says what it is for. Raises FileExistsError
    when there is one, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_bytes(SIZE)
    comment = "".join(f"# {line}\n" for line in notice.splitlines())
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"{comment}{word} {written(secret)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(beside, path)  # never over another, and never seen by half
    finally:
        beside.unlink()
    return Key(secret, path=path, new=True)


def read(path: Path, word: str) -> Key:
    """The key of a file. Raises BadKey when it is not there, can be read by others, or was not copied whole."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as reason:
        raise BadKey(f"la clé {path} ne peut pas être lue ({reason.strerror})")
    if os.name == "posix" and mode & 0o077:
        raise BadKey(
            f"la clé {path} peut être lue par d’autres comptes de cette machine : lancez chmod 600 {path}"
        )
    for line in text.splitlines():
        said, _, letters = line.strip().partition(" ")
        if said == word:
            return Key(_secret(letters, path), path=path)
    raise BadKey(f"{path} n’est pas une clé {word} : sa ligne manque")


def _secret(letters: str, path: Path) -> bytes:
    try:
        raw = base64.b32decode("".join(letters.replace("-", "").split()).upper())
    except ValueError:
        raw = b""
    secret, check = raw[:SIZE], raw[SIZE:]
    if len(secret) != SIZE or check != hashlib.sha256(secret).digest()[:_CHECK]:
        raise BadKey(f"la clé de {path} n’est pas entière ou une de ses lettres a changé : recopiez-la")
    return secret
