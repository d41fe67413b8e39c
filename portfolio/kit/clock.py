"""The only place that reads the wall clock; the domain asks `work.now`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is, in UTC."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's present moment, to the microsecond."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until moved: for the demo portfolio, which lays a year of history around today, and for tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment
