"""A file that only its key opens, and that opens whole or not at all (D13, D14).

AES-256-GCM in pieces, the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár ("Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015): the nonce of each piece holds its number and whether it is the last, so that a piece changed, moved, repeated,
added or cut off is refused. Memory is one piece, whatever the size of the file.

The key of the pieces is derived (HKDF-SHA256, RFC 5869) from the key of the installation, a salt of this file alone, and every byte of the
header: no two files share a key, hence no nonce is used twice, and a header that was changed opens nothing. From a passphrase the key comes by
Argon2id (RFC 9106, its second recommended choice: 64 MiB, three passes, four lanes), whose parameters stand in the header.
"""

from __future__ import annotations

import io
import json
import secrets
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portfolio.kit.keys import SIZE, Key

MAGIC = b"PORTFOLIO-SAUVEGARDE-2\n"
PIECE = 1 << 20
_TAG = 16
_PREFIX = 7
_HEADER = 4096
"""No header is longer: what claims to be is not one."""
_ARGON2 = {"memory_kib": 65_536, "passes": 3, "lanes": 4}
_LIMITS = {"memory_kib": 1 << 20, "passes": 16, "lanes": 16}
"""A forged header cannot ask for more memory or time than this."""


class Refused(ValueError):
    """Why a sealed file cannot be opened, in words."""


def _derived(key: Key, facts: Mapping[str, Any], header: bytes) -> tuple[AESGCM, bytes, bytes]:
    """The cipher of the pieces, the first bytes of their nonces, and what shows that the key is the right one."""
    secret = key.secret
    if facts["kdf"] == "argon2id":
        asked = facts["argon2id"]
        costs = {
            "time_cost": asked["passes"],
            "memory_cost": asked["memory_kib"],
            "parallelism": asked["lanes"],
        }
        try:
            secret = hash_secret_raw(
                secret, bytes.fromhex(facts["salt"]), **costs, hash_len=SIZE, type=Type.ID
            )
        except HashingError:
            raise Refused("son début est abîmé")
    made = HKDF(SHA256(), SIZE + _PREFIX + _TAG, bytes.fromhex(facts["salt"]), header).derive(secret)
    return AESGCM(made[:SIZE]), made[SIZE : SIZE + _PREFIX], made[SIZE + _PREFIX :]


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


class Writer:
    """Seals what is written to it; `finish` writes the last piece, without which nothing opens. It cannot be told to go back."""

    def __init__(self, stream: IO[bytes], key: Key) -> None:
        facts: dict[str, Any] = {"kdf": "argon2id" if key.phrase else "key", "key": key.name, "piece": PIECE,
                                 "salt": secrets.token_hex(SIZE)}  # fmt: skip
        if key.phrase:
            facts["argon2id"] = _ARGON2
        words = json.dumps(facts, sort_keys=True).encode()
        header = MAGIC + struct.pack(">H", len(words)) + words
        self._cipher, self._prefix, check = _derived(key, facts, header)
        self._stream, self._held, self._number = stream, bytearray(), 0
        stream.write(header + check)

    def write(self, data: bytes) -> int:
        """Take these bytes; what fills a piece leaves, but for the last one."""
        self._held += data
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: a piece leaves when it is full."""

    def finish(self) -> None:
        """Write the last piece."""
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._stream.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, None))
        self._number += 1


class Reader(io.RawIOBase):
    """A sealed file as the bytes that were sealed, to be read in any order; every piece is proved whenever it is read."""

    def __init__(self, path: Path, key: Key) -> None:
        """Raises Refused when this is no sealed file or the key is another, OSError."""
        self._file = path.open("rb")
        try:
            self._open(key, path.stat().st_size)
        except BaseException:
            self._file.close()
            raise

    def _open(self, key: Key, size: int) -> None:
        facts, header = header_of(self._file)
        if key.phrase != (facts["kdf"] == "argon2id"):
            wanted = "une phrase de passe" if facts["kdf"] == "argon2id" else f"la clé {facts['key']}"
            raise Refused(
                f"elle a été chiffrée avec {wanted}, et c’est {'une phrase de passe' if key.phrase else 'un fichier de clé'} qui est configuré"
            )
        self._cipher, self._prefix, check = _derived(key, facts, header)
        if not secrets.compare_digest(self._file.read(_TAG), check):
            named = f" : elle demande la clé {facts['key']}, celle-ci est {key.name}" if key.name else ""
            other = named if facts["key"] != key.name else ", ou son début est abîmé"
            raise Refused(f"cette clé ne l’ouvre pas{other}")
        self._start, body = len(header) + _TAG, size - len(header) - _TAG
        self._count = -(-body // (PIECE + _TAG))
        self._size = body - self._count * _TAG
        if body < _TAG or body - (self._count - 1) * (PIECE + _TAG) < _TAG:
            raise Refused("elle est coupée")
        self._at, self._known = 0, (-1, b"")

    def prove(self) -> None:
        """Read every piece, the last one included. Raises Refused at the first that is not as it was sealed."""
        for number in range(self._count):
            self._piece(number)

    def _piece(self, number: int) -> bytes:
        if self._known[0] == number:
            return self._known[1]
        self._file.seek(self._start + number * (PIECE + _TAG))
        try:
            nonce = _nonce(self._prefix, number, number == self._count - 1)
            piece = self._cipher.decrypt(nonce, self._file.read(PIECE + _TAG), None)
        except InvalidTag:
            raise Refused(f"elle est abîmée ou coupée (morceau {number + 1} sur {self._count})")
        self._known = number, piece
        return piece

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        target, filled = memoryview(buffer).cast("B"), 0
        while filled < len(target) and self._at < self._size:
            number, since = divmod(self._at, PIECE)
            found = self._piece(number)[since : since + len(target) - filled]
            target[filled : filled + len(found)] = found
            filled, self._at = filled + len(found), self._at + len(found)
        return filled

    def close(self) -> None:
        self._file.close()
        super().close()


def header_of(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """What the beginning of a sealed file says, and its bytes as they stand. Raises Refused."""
    start = stream.read(len(MAGIC) + 2)
    if not start.startswith(MAGIC) or len(start) < len(MAGIC) + 2:
        raise Refused("ce n’est pas un fichier de sauvegarde de Portfolio, ou son début est abîmé")
    length = struct.unpack(">H", start[len(MAGIC) :])[0]
    words = stream.read(length) if length <= _HEADER else b""
    try:
        facts = json.loads(words)
        kdf, salt, named, piece = facts["kdf"], bytes.fromhex(facts["salt"]), facts["key"], facts["piece"]
        asked = facts["argon2id"] if kdf == "argon2id" else {}
        fit = (
            all(type(asked[name]) is int and 1 <= asked[name] <= most for name, most in _LIMITS.items())
            if asked
            else kdf == "key"
        )
        whole = fit and len(salt) == SIZE and isinstance(named, str) and piece == PIECE
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise Refused(
            "son début est abîmé, ou elle vient d’une version du produit que celle-ci ne connaît pas"
        )
    return facts, start + words
