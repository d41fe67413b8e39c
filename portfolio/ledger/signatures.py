"""Printed fingerprints and signed heads of the chains, read by the standard library alone: a part of the offline verifier (T07).

An Ed25519 signature is verified as RFC 8032 defines it (section 5.1.7, without the cofactor), on the curve of section 5.1 in the extended
coordinates of section 5.1.4. Nothing secret is handled here, so that nothing has to take the same time whatever the numbers.

A file of heads holds two kinds of lines, each ending in the signature of all that stands before it. A key: when it began to serve, itself, and
the key before it, which signs the line; the first key follows itself. A head: where both chains stood, and the key that signs it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

DOMAIN = b"portfolio-signature-1\n"
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
PRINTED = re.compile(r"LIVRE\s+(\d+)\s+([0-9A-Fa-f]{64})")
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)
_KEY = re.compile(r"(\S+) CLE ([0-9a-f]{64}) SUIT ([0-9a-f]{64}) SIGNATURE ([0-9a-f]{128})")
_HEAD = re.compile(r"(\S+) LIVRE (\d+) ([0-9a-f]{64}) JOURNAL \d+ [0-9a-f]{64}(?: PAR ([0-9a-f]{32}) SIGNATURE ([0-9a-f]{128}))?")
STATES = {
    "signed": "signature juste", "unsigned": "sans signature", "false": "SIGNATURE FAUSSE",
    "unknown": "signée par une clé INCONNUE", "late": "signée par une clé qui n'était PAS EN VIGUEUR alors",
}  # fmt: skip


class Unusable(ValueError):
    """Why a file or a fingerprint cannot be read, in words."""


def _add(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b, c, d = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P, 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(encoded: bytes) -> Point | None:
    """The point of 32 bytes (section 5.1.3); None when they are none, or are not its one writing."""
    y, odd = int.from_bytes(encoded, "little") & ((1 << 255) - 1), encoded[31] >> 7
    if len(encoded) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT % P
    if v * x * x % P != u or (x == 0 and odd):
        return None
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P


BASE: Point = _point(bytes.fromhex("58" + "66" * 31)) or ZERO


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this signature of this message is by the holder of this key."""
    s = int.from_bytes(signature[32:], "little")
    key, r = _point(public) if len(public) == 32 else None, _point(signature[:32]) if len(signature) == 64 else None
    if key is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    less: Point = (P - key[0], key[1], 1, P - key[3])
    both, total = _add(BASE, less), ZERO
    for bit in range(252, -1, -1):  # [s]B - [k]A, both at once
        total = _add(total, total)
        if (which := (s >> bit & 1) + 2 * (k >> bit & 1)):
            total = _add(total, (BASE, less, both)[which - 1])
    return (total[0] - r[0] * total[2]) % P == 0 == (total[1] - r[1] * total[2]) % P


Check = Callable[[bytes, bytes, bytes], bool]


def _signed(line: str, public: str, check: Check) -> bool:
    body, _, signature = line.rpartition(" SIGNATURE ")
    return check(bytes.fromhex(public), DOMAIN + body.encode(), bytes.fromhex(signature))


def name_of(public: str) -> str:
    """What a third party notes of a key: 32 signs of the SHA-256 of its bytes."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]


@dataclass
class Known:
    """A key of the file: since when and until when it serves (moments as written, which are in order as text), and the first key it descends from."""

    public: str
    since: str
    root: str
    until: str = "~"


@dataclass(frozen=True)
class Checkpoint:
    """One head of the file, and what its signature is worth."""

    at: str
    number: int
    digest: str
    by: str
    state: str


def keys_of(lines: Iterable[str], check: Check = ed25519_verifies) -> dict[str, Known]:
    """The keys of a file by name, each signed by the one before; a line that is not is passed over, and so is a second heir."""
    found: dict[str, Known] = {}
    for line in lines:
        if (m := _KEY.fullmatch(line.strip())) is None:
            continue
        at, public, before, _ = m.groups()
        name, heir = name_of(public), found.get(name_of(before))
        if name in found or not _signed(line.strip(), before, check):
            continue
        if public == before:
            found[name] = Known(public, at, name)
        elif heir is not None and heir.until == "~" and at >= heir.since:
            heir.until = at
            found[name] = Known(public, at, heir.root)
    return found


def checkpoints(lines: Sequence[str], noted: Sequence[str] = (), check: Check = ed25519_verifies) -> list[Checkpoint]:
    """Every head of a file with the state of its signature. Only the keys that were `noted` elsewhere, and those that they signed in turn,
    are believed; without any, those that the file itself gives. `check` is a faster way to verify."""
    known, made = keys_of(lines, check), list[Checkpoint]()
    if noted:
        known = _after(known, lines, {re.sub("[^0-9a-f]", "", each.lower()) for each in noted})
    for line in lines:
        if (m := _HEAD.fullmatch(line.strip())) is None:
            continue
        at, number, digest, by, _ = m.groups()
        key, state = known.get(by or ""), "unsigned"
        if by:
            state = "unknown" if key is None else "signed" if _signed(line.strip(), key.public, check) else "false"
            if key is not None and state == "signed" and not key.since <= at <= key.until:
                state = "late"
        made.append(Checkpoint(at, int(number), digest, by or "", state))
    return made


def _after(known: dict[str, Known], lines: Iterable[str], noted: set[str]) -> dict[str, Known]:
    believed = {name: key for name, key in known.items() if name in noted}
    for line in lines:
        m = _KEY.fullmatch(line.strip())
        if m and name_of(m[3]) in believed and (name := name_of(m[2])) in known:
            believed[name] = known[name]
    return believed


def grouped(name: str) -> str:
    """A key's name as it is shown: `3F2A 91BC …`."""
    return " ".join(name[i : i + 4].upper() for i in range(0, len(name), 4))


def heads(paths: Sequence[str], noted: Sequence[str]) -> tuple[list[tuple[int, str]], list[str], bool]:
    """What files of heads give to hold a ledger against, what is to be said of them in French, and whether one of them is forged. Raises OSError."""
    printed, words, forged = list[tuple[int, str]](), list[str](), False
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
        made = checkpoints(lines, noted)
        count = {state: sum(each.state == state for each in made) for state in STATES}
        said = ", ".join(f"{n} {STATES[state]}" for state, n in count.items() if n)
        words.append(f"Têtes de {path} : {len(made)} ({said or 'aucune'}).")
        words += [f"  clé {grouped(name)}, depuis {key.since}" for name, key in keys_of(lines).items()]
        for bad in [each for each in made if each.state not in ("signed", "unsigned")][:3]:
            words.append(f"  tête du {bad.at}, écriture n° {bad.number} : {STATES[bad.state]}.")
            forged = True
        printed += [(each.number, each.digest) for each in made if each.state in ("signed", "unsigned")]
    if paths and not noted:
        words.append("Aucune empreinte de clé n'a été donnée : --key exclut un fichier de têtes entièrement refait.")
    return printed, words, forged


def receipt(text: str) -> tuple[int, str]:
    """A printed fingerprint: `3F2A 91BC 77DE 0A1B@1204`, the whole hash, or the line `LIVRE 1204 3f2a91bc…` of a QR. Raises Unusable."""
    if found := PRINTED.search(text):
        return int(found[1]), found[2].lower()
    digest, _, number = text.rpartition("@")
    digest = re.sub(r"[^0-9A-Za-z]", "", digest).lower()
    if not re.fullmatch("[0-9a-f]{16,64}", digest) or not number.strip().isdigit():
        raise Unusable(f'empreinte illisible : « {text} » ; écrivez par exemple "3F2A 91BC 77DE 0A1B@1204"')
    return int(number), digest
