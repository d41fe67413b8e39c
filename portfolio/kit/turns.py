"""Pages that are read from SQLite take turns, and nobody waits long for a long one.

The driver lets the interpreter go at each row, and threads that fight to have it back burn processor. Eight readers of a list of 100,000
files, in times of the floor of tests/bench/bench_list.py: 4.8 when twelve threads draw, 3.9 when one thread takes the pages from a queue,
3.2 when the loop draws them itself. So a thread takes them, and gives its turn to the next when a page takes longer than `PATIENCE`; the
loop draws only what is bounded (the page of a list) and has been quick `KNOWN` times, and one that was not is `DOUBTED` for as many times.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

PATIENCE = 0.05
"""Seconds a page may take before the next one begins beside it."""
IDLE = 10.0
"""Seconds after which a thread with nothing to do ends."""
QUICK, KNOWN, DOUBTED = 0.02, 5, 200
"""Seconds that a quick page takes; how often it must have been quick; how often it must be again after it was not."""


@dataclass(slots=True, eq=False)
class _Job:
    call: Callable[[], Any]
    context: Context
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]

    def settle(self, result: Any, error: BaseException | None) -> None:
        if self.answer.done():  # whoever asked has gone
            return
        if error is None:
            self.answer.set_result(result)
        else:
            self.answer.set_exception(error)


class Turns:
    """Calls made one after the other on a thread of their own; at most `threads` at once when they are long."""

    def __init__(self, threads: int) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._most = threads
        self._taker: _Taker | None = None
        self._busy = 0
        self._trust: dict[str, int] = {}
        self._watch: tuple[asyncio.AbstractEventLoop, asyncio.TimerHandle] | None = None

    async def run(self, call: Callable[[], Any], bounded: str = "") -> Any:
        """What the call returns, or raises. `bounded` names pages whose work does not grow with the database."""
        if not bounded:
            return await self._queued(call)
        if self._trust.get(bounded, 0) >= KNOWN:
            return self._timed(call, bounded)
        return await self._queued(lambda: self._timed(call, bounded))

    def _timed(self, call: Callable[[], Any], name: str) -> Any:
        start = time.perf_counter()
        try:
            return call()
        finally:
            quick = time.perf_counter() - start <= QUICK
            self._trust[name] = min(self._trust.get(name, 0) + 1, KNOWN) if quick else KNOWN - DOUBTED

    async def _queued(self, call: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        job = _Job(call, copy_context(), loop, loop.create_future())
        self._jobs.put(job)
        with self._lock:
            self._ensure()
        if self._watch is None or self._watch[0] is not loop:
            self._watch = loop, loop.call_later(PATIENCE, self._look, loop)
        return await job.answer

    def _ensure(self) -> None:
        if self._taker is None and self._busy < self._most:
            self._taker = _Taker(self)
            self._busy += 1
            self._taker.start()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whether the page being drawn takes too long: then another thread takes the next ones."""
        self._watch = None
        with self._lock:
            taker = self._taker
            if taker is not None and taker.since and time.monotonic() - taker.since >= PATIENCE:
                self._taker = None
            if not self._jobs.empty():
                self._ensure()
            busy = (taker is not None and taker.since > 0) or not self._jobs.empty()
        if busy:
            self._watch = loop, loop.call_later(PATIENCE, self._look, loop)

    def _goes_on(self, taker: _Taker) -> bool:
        """Whether this thread still has the turn; a relieved one takes it back when nobody has it."""
        with self._lock:
            if self._taker is None and not self._jobs.empty():
                self._taker = taker
            if self._taker is taker:
                return True
            self._busy -= 1
            return False

    def _leaves(self, taker: _Taker) -> bool:
        with self._lock:
            if self._taker is taker:
                if not self._jobs.empty():
                    return False
                self._taker = None
            self._busy -= 1
            return True


class _Taker(threading.Thread):
    """The thread that has the turn."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(name="pages", daemon=True)
        self.turns = turns
        self.since = 0.0
        """When the page being drawn began (monotonic seconds), 0 between two."""

    def run(self) -> None:
        """Take one call after the other."""
        turns = self.turns
        while True:
            try:
                job = turns._jobs.get(timeout=IDLE)
            except Empty:
                if turns._leaves(self):
                    return
                continue
            self.since = time.monotonic()
            result, error = None, None
            try:
                result = job.context.run(job.call)
            except BaseException as raised:
                error = raised
            self.since = 0.0
            try:
                job.loop.call_soon_threadsafe(job.settle, result, error)
            except RuntimeError:
                pass  # the loop is closed: nobody waits for this any more
            del job, result, error
            if turns._taker is not self and not turns._goes_on(self):
                return
