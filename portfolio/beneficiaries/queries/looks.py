"""Looks at names: a POST leaves the trace, then for a quarter of an hour the pages of that subject show names to that person only (P04).

A GET cannot write, so the proof of the trace travels in the address: sealed with the installation's secret, bound to the person,
the subject and an end.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from portfolio.beneficiaries.reference import LOOK_MINUTES
from portfolio.work import Work


def _seal(work: Work, subject: str, until: int) -> str:
    said = f"look|{work.actor.id}|{subject}|{until}".encode()
    return hmac.new(work.around.secret, said, hashlib.sha256).hexdigest()[:32]


def look_at(work: Work, subject: str) -> str:
    """The token of a look just recorded at `subject`, for example `project-12`."""
    until = int((work.now + timedelta(minutes=LOOK_MINUTES)).timestamp())
    return f"{until}.{_seal(work, subject, until)}"


def looked(work: Work, subject: str, token: str | None) -> bool:
    """Whether this token is a look of this person at this subject, not over yet."""
    first, _dot, seal = (token or "").partition(".")
    if not first.isascii() or not first.isdigit() or len(first) > 12 or work.maybe_actor is None:
        return False
    until = int(first)
    return until >= work.now.timestamp() and hmac.compare_digest(
        seal.encode(), _seal(work, subject, until).encode()
    )
