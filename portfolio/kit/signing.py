"""Lines signed by a key that stands outside the database and its folder (T07): Ed25519, RFC 8032, by the `cryptography` package.

The private key is in a file of the key folder; what it can do is sign, so that its loss loses nothing that was signed before. The public keys
stand in a chain of lines, each signed by the key before it, written beside what they sign: a third party who noted the first fingerprint knows
all that follow. The same lines are read by the standard library alone in `ledger.signatures`, which goes with the offline verifier.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portfolio.kit import keys
from portfolio.kit.keys import BadKey

DOMAIN = b"portfolio-signature-1\n"
WORD, FILE, PUBLIC = "CLE-SIGNATURE", "signature.cle", "cles-publiques.txt"
_NOTICE = """Clé qui signe les têtes du livre de Portfolio. Qui l’a peut signer à la place de cette installation.
Elle n’ouvre rien : perdue, elle se remplace, et ce qu’elle a signé reste vérifiable."""


def name_of(public: bytes) -> str:
    """What a third party notes of a key: 32 signs of the SHA-256 of its bytes."""
    return hashlib.sha256(public).hexdigest()[:32]


def grouped(name: str) -> str:
    """As it is printed: `3F2A 91BC 77DE 0A1B …`."""
    return " ".join(name[i : i + 4].upper() for i in range(0, len(name), 4))


@dataclass(frozen=True)
class Signer:
    """The key in force, and the lines of every key since the first."""

    private: Ed25519PrivateKey
    lines: tuple[str, ...]

    @property
    def public(self) -> bytes:
        """The 32 bytes by which everybody verifies."""
        return self.private.public_key().public_bytes_raw()

    @property
    def name(self) -> str:
        """The fingerprint of the public key."""
        return name_of(self.public)

    def signed(self, body: str) -> str:
        """This line with the key's name and its signature of all that stands before it."""
        return _sign(self.private, f"{body} PAR {self.name}")

    def missing(self, there: Sequence[str]) -> list[str]:
        """The lines of the keys that a file does not have yet: each file of heads is complete by itself."""
        known = set(there)
        return [line for line in self.lines if line not in known]


def _sign(private: Ed25519PrivateKey, body: str) -> str:
    return f"{body} SIGNATURE {private.sign(DOMAIN + body.encode()).hex()}"


def verified(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this signature of this message is by the holder of this key: what the standard library does fifty times slower."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _begins(by: Ed25519PrivateKey, key: Ed25519PrivateKey, at: datetime) -> str:
    public, before = (each.public_key().public_bytes_raw().hex() for each in (key, by))
    return _sign(by, f"{_moment(at)} CLE {public} SUIT {before}")


def published(folder: Path) -> tuple[str, ...]:
    """The lines of every public key of this installation, oldest first."""
    try:
        return tuple((folder / PUBLIC).read_text(encoding="utf-8").splitlines())
    except OSError:
        return ()


def _publish(folder: Path, line: str) -> None:
    handle = os.open(folder / PUBLIC, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    with os.fdopen(handle, "ab") as stream:
        stream.write(line.encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def signer(folder: Path, now: datetime) -> Signer:
    """The signing key of a folder, made at first use. Raises BadKey, OSError."""
    path, coming = folder / FILE, folder / f"{FILE}.nouvelle"
    if not path.exists() and not coming.exists():
        try:
            keys.make(path, WORD, _NOTICE)
        except FileExistsError:  # another process was first
            pass
    if coming.exists():
        following = Ed25519PrivateKey.from_private_bytes(keys.read(coming, WORD).secret)
        if any(following.public_key().public_bytes_raw().hex() in line for line in published(folder)[-1:]):
            coming.replace(path)  # a rotation was cut after its line was written: it is finished
        else:
            coming.unlink()
    private = Ed25519PrivateKey.from_private_bytes(keys.read(path, WORD).secret)
    mine = f" CLE {private.public_key().public_bytes_raw().hex()} SUIT "
    if not any(mine in line for line in published(folder)):
        _publish(folder, _begins(private, private, now))
    return Signer(private, published(folder))


def rotate(folder: Path, now: datetime) -> Signer:
    """Make another key, signed by the one in force, which is then thrown away: what it signed stays true, and it can sign no more.
    Raises BadKey, OSError."""
    old = signer(folder, now)
    if old.lines[-1].split()[0] > _moment(now):
        raise BadKey("l’horloge de cette machine est en retard sur la clé en vigueur : remettez-la à l’heure")
    made = keys.make(folder / f"{FILE}.nouvelle", WORD, _NOTICE)
    _publish(folder, _begins(old.private, Ed25519PrivateKey.from_private_bytes(made.secret), now))
    return signer(folder, now)


__all__ = ["BadKey", "Signer", "grouped", "name_of", "published", "rotate", "signer", "verified"]
