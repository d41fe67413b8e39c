"""Pages read from SQLite take turns: one after the other, nobody held by a long one, nothing lost on the way."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from portfolio.kit import turns as kit
from portfolio.kit.db import Database
from portfolio.kit.turns import Turns

SPEAKER: ContextVar[str] = ContextVar("SPEAKER", default="nobody")


def run(story: Coroutine[Any, Any, Any]) -> Any:
    """In a loop and a thread of its own: the browser of other tests keeps one running in this thread."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, story).result()


def test_pages_are_drawn_one_after_the_other_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "PATIENCE", 60)
    turns, inside, most, names = Turns(8), [0], [0], set()

    def page(n: int) -> int:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        names.add(threading.current_thread().ident)
        time.sleep(0.001)
        inside[0] -= 1
        return n

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(turns.run(lambda n=n: page(n)) for n in range(60)))

    assert run(all_of_them()) == list(range(60))
    assert most == [1] and len(names) == 1


def test_a_long_page_holds_nobody_and_the_threads_stay_few() -> None:
    turns, go, names = Turns(3), threading.Event(), set()

    def short() -> str:
        names.add(threading.current_thread().ident)
        return "short"

    async def story() -> None:
        long = [asyncio.create_task(turns.run(go.wait)) for _ in range(2)]
        started = time.monotonic()
        assert await asyncio.wait_for(asyncio.gather(*(turns.run(short) for _ in range(50))), 30) == ["short"] * 50
        assert time.monotonic() - started < 20 and not any(each.done() for each in long)
        third = asyncio.create_task(turns.run(go.wait))  # every thread is taken: the next waits for one of them
        last = asyncio.create_task(turns.run(short))
        await asyncio.sleep(6 * kit.PATIENCE)
        assert not last.done() and turns._busy == 3
        go.set()
        assert await asyncio.wait_for(last, 30) == "short"
        await asyncio.gather(third, *long)

    run(story())
    assert len(names) <= 3


def test_errors_reach_who_asked_and_the_context_travels() -> None:
    turns = Turns(2)

    def fails() -> None:
        raise ZeroDivisionError("as raised")

    async def story() -> None:
        with pytest.raises(ZeroDivisionError, match="as raised"):
            await turns.run(fails)
        SPEAKER.set("Aminata")
        assert await turns.run(SPEAKER.get) == "Aminata"

    run(story())


def test_whoever_goes_away_harms_nobody() -> None:
    turns, go = Turns(2), threading.Event()

    async def leaves() -> None:
        gone = asyncio.create_task(turns.run(go.wait))
        await asyncio.sleep(0)
        gone.cancel()
        go.set()
        assert await turns.run(lambda: "next") == "next"

    run(leaves())
    go.clear()

    def closes() -> None:
        loop = asyncio.new_event_loop()
        loop.create_task(turns.run(go.wait))
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()  # its page is still being drawn

    with ThreadPoolExecutor(1) as alone:
        alone.submit(closes).result()
    go.set()
    assert run(turns.run(lambda: "after")) == "after"


def test_threads_with_nothing_to_do_end_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "IDLE", 0.01)
    turns = Turns(2)
    for n in range(40):
        assert run(turns.run(lambda n=n: n)) == n
        time.sleep(0.01 * (n % 3))
    deadline = time.monotonic() + 10
    while turns._busy and time.monotonic() < deadline:
        time.sleep(0.01)
    assert turns._busy == 0


def test_the_loop_draws_only_what_is_bounded_and_known_to_be_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]  # a page takes what the story says, however busy the machine is
    monkeypatch.setattr(kit, "time", SimpleNamespace(perf_counter=lambda: clock[0], monotonic=time.monotonic))
    turns = Turns(2)

    async def story() -> None:
        async def here(bounded: str, seconds: float = 0) -> bool:
            """Whether the loop's own thread drew it."""
            drawn = await turns.run(lambda: (clock.append(clock.pop() + seconds), threading.get_ident())[1], bounded)
            return bool(drawn == threading.get_ident())

        assert [await here("/files") for _ in range(kit.KNOWN + 2)] == [False] * kit.KNOWN + [True] * 2
        assert not await here("") and not await here("/others"), "each page is trusted for itself"
        assert await here("/files", 0.1), "the first long one cannot be foreseen"
        assert [await here("/files") for _ in range(kit.DOUBTED)] == [False] * kit.DOUBTED
        assert await here("/files")

    run(story())


def test_only_sqlite_takes_turns(tmp_path: Path) -> None:
    assert Database(f"sqlite:///{tmp_path}/pages.sqlite").turns is not None
    assert Database("postgresql+psycopg://nobody@nowhere/none").turns is None
