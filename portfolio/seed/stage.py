"""The stage of the demo portfolio: a clock laid around today, people who act, and the steps of the story in the order of time.

Every step is one piece of work by one person through the services of the rooms, so that the demo obeys the same law as everybody: a step that
the law refuses stops the filling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from pydantic import BaseModel

from portfolio.accounts.queries import actor_for
from portfolio.actor import Actor
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Base
from portfolio.origin import Origin, Surroundings
from portfolio.work import Work

T = TypeVar("T", bound=Base)
Act = Callable[[Work], object]

F = TypeVar("F", bound=BaseModel)


def make(kind: type[F], /, **values: object) -> F:
    """A form filled from data: checked as one that a browser sends, codes included."""
    return kind.model_validate(values)


NOBODY = ""
"""Who acts before anybody has an account."""


@dataclass(frozen=True, order=True)
class Step:
    """Something that one person does at one moment. `order` keeps the order of the story within a minute."""

    at: datetime
    order: int
    who: str = field(compare=False)
    act: Act = field(compare=False)


class Stage:
    """Where the story is played: `today` is J, `ids` names what was made (`fund:F1`, `group:G-MP01`, `file:B-014`)."""

    def __init__(self, around: Surroundings, today: date, password: str, password_hash: str) -> None:
        if not isinstance(around.clock, FixedClock):
            raise TypeError("the demo needs a clock that it can move")
        self.around = around
        self.clock = around.clock
        self.today = today
        self.password = password
        self.password_hash = password_hash
        self.ids: dict[str, int] = {}
        self._steps: list[Step] = []
        self._actors: dict[str, Actor] = {}

    # -- the calendar -------------------------------------------------------------------------------------------

    def day(self, j: int) -> date:
        """The date of J + `j`."""
        return self.today + timedelta(days=j)

    def moment(self, j: int, hour: str = "10:00") -> datetime:
        """A moment of J + `j`, in universal time."""
        hours, minutes = hour.split(":")
        return datetime.combine(self.day(j), time(int(hours), int(minutes)), UTC)

    def plan(self, j: int, hour: str, who: str, act: Act) -> None:
        """Put a step in the calendar: `who` is the login of the person, `act` receives the work."""
        self._steps.append(Step(self.moment(j, hour), len(self._steps), who, act))

    # -- what was made ------------------------------------------------------------------------------------------

    def keep(self, key: str, thing: Base) -> None:
        """Remember a record under its name in the story."""
        self.ids[key] = thing.id  # type: ignore[attr-defined]

    def get(self, work: Work, model: type[T], key: str) -> T:
        """The record kept under this name."""
        return work.db.get_one(model, self.ids[key])

    def person(self, login: str) -> int:
        """The id of a person."""
        return self.ids[f"person:{login}"]

    def roles_changed(self) -> None:
        """Read again what everybody may do."""
        self._actors.clear()

    # -- playing ------------------------------------------------------------------------------------------------

    def steps(self, until: int | None = None) -> list[Step]:
        """The steps in the order of time; those before day J + `until` only, when given."""
        end = None if until is None else self.moment(until, "00:00")
        return [step for step in sorted(self._steps) if end is None or step.at < end]

    def play(self, until: int | None = None) -> Iterator[Step]:
        """Play the steps one by one; the clock ends on the last."""
        for step in self.steps(until):
            self._run(step)
            yield step

    def _run(self, step: Step) -> None:
        self.clock.moment = step.at
        work = Work(self.around, actor=self._actor(step.who), origin=Origin())
        try:
            step.act(work)
            work.commit()
        except BaseException as error:
            work.undo()
            act = getattr(step.act, "func", step.act)
            error.add_note(f"{step.who} on {step.at:%Y-%m-%d %H:%M} in {getattr(act, '__qualname__', act)}")
            raise
        finally:
            work.close()

    def _actor(self, login: str) -> Actor | None:
        if login == NOBODY:
            return None
        if login not in self._actors:
            session = self.around.database.session(readonly=True)
            try:
                self._actors[login] = actor_for(session, self.person(login), self.clock.now().date())
            finally:
                session.rollback()
                session.close()
        return self._actors[login]
