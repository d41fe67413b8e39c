"""The acts of the story, in the order they are written; the stage plays their steps in the order of time."""

from __future__ import annotations

from portfolio.seed import (
    audited,
    awarded,
    batched,
    calling,
    copies,
    corrected,
    files_filed,
    groups_known,
    justified,
    money,
    paid,
    people_and_frameworks,
    problems,
    purchases,
    reached,
    scored,
    screened,
    sessions,
    signed,
    small_purchases,
)
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.life import grants
from portfolio.seed.stage import Stage


def write(stage: Stage, *, finished: bool = True) -> None:
    """Plan every step of the demo portfolio; `finished` adds the last one, which says that all of it is there."""
    people_and_frameworks.plan(stage)
    money.plan(stage)
    for code in CALLS:
        calling.plan(stage, code)
        files_filed.plan(stage, code)
    files_filed.plan_late(stage)
    for code in ("AAP-2025-01", "AAP-2026-01"):
        screened.plan(stage, code)
        scored.plan(stage, code)
    sessions.plan_2025(stage)
    sessions.plan_2026(stage)
    awarded.plan(stage)
    for code in grants():
        groups_known.plan_verified(stage, f"G-{code}", -133 if code == "MP03" else -318)
    signed.plan(stage)
    purchases.plan(stage)
    small_purchases.plan(stage)
    paid.plan(stage)
    batched.plan(stage)
    justified.plan(stage)
    problems.plan(stage)
    corrected.plan(stage)
    reached.plan(stage)
    audited.plan(stage)
    copies.plan(stage)
    if finished:
        people_and_frameworks.plan_end(stage)
