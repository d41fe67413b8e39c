"""Passwords: argon2id at OWASP's minimum, at most two at once, no composition rules, common ones refused (A07, A09)."""

from __future__ import annotations

import hashlib
import threading
import unicodedata

from portfolio.kit.text import fold

_SLOTS = threading.BoundedSemaphore(2)
SHORTEST, LONGEST = 12, 128
_COMMON = (
    "password motdepasse azertyuiop qwertyuiop 123456789012 1234567890 azerty qwerty admin administrateur bienvenue portfolio subvention liptako "
    "gourma sahel mali burkina niger bamako ouagadougou niamey gao tillaberi cooperative groupement iloveyou jetaime doudou soleil loulou"
).split()


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    from argon2 import PasswordHasher

    with _SLOTS:
        return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(_plain(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash. Without a hash the same time is spent, so that nobody learns who exists (A06)."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    with _SLOTS:
        try:
            hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
            hasher.verify(stored or _nobody(), _plain(password))
        except (Argon2Error, InvalidHashError):
            return False
    return stored is not None


_NOBODY: list[str] = []


def _nobody() -> str:
    from argon2 import PasswordHasher

    if not _NOBODY:
        _NOBODY.append(
            PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash("nobody has this password")
        )
    return _NOBODY[0]


def is_weak(password: str, *known: str) -> bool:
    """Whether it is only a common word, a name of this place or the person's own name, with figures around."""
    bare = "".join(c for c in fold(password) if c.isalpha())
    words = {*_COMMON, *(fold(k).replace(" ", "") for k in known if k)}
    return len(set(password)) < 5 or bare in words or any(bare.replace(w, "") == "" for w in words if w)


def token_hash(token: str) -> str:
    """What the database keeps of a session's token (A01)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _plain(password: str) -> str:
    return unicodedata.normalize("NFC", password)
