"""The acts of the story, in the order they are written; the stage plays their steps in the order of time."""

from __future__ import annotations

from portfolio.seed import money, people_and_frameworks
from portfolio.seed.stage import Stage


def write(stage: Stage, password: str, *, finished: bool = True) -> None:
    """Plan every step of the demo portfolio; `finished` adds the last one, which says that all of it is there."""
    people_and_frameworks.plan(stage, password)
    money.plan(stage)
    if finished:
        people_and_frameworks.plan_end(stage)
