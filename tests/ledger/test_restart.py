"""After a kill the product is back within ten seconds, however long the books are (D06): `PORTFOLIO_WHOLE=1` measures it on a million entries."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from tests.bench.bench_ledger_screen import fill
from tests.support.server import Product

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
ENTRIES = int(os.environ.get("PORTFOLIO_ENTRIES", "1000000"))
SECONDS = 10.0


@pytest.mark.both_engines
@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="PORTFOLIO_WHOLE=1 measures it")
def test_the_first_page_after_a_kill(database_url: str, tmp_path: Path) -> None:
    """The process dies by SIGKILL, the log of SQLite as it lay; the next one answers, with every entry, within the limit; or, on a
    machine that is slower than that with empty books, in about the same time."""
    def first_page() -> float:
        started = time.monotonic()
        with Product(database_url, tmp_path / "data", patience=120) as product:
            with urllib.request.urlopen(f"{product.address}/", timeout=60) as answer:
                assert answer.status == 200
            took = time.monotonic() - started
            os.kill(product.pid, signal.SIGKILL)
        return took

    empty = first_page()
    fill(database_url, ENTRIES)
    killed = [first_page(), first_page()][1]
    print(f"\n{ENTRIES} entries: first page {killed:.1f} s after the kill; {empty:.1f} s with empty books")
    assert killed <= max(SECONDS, 1.5 * empty), "the books make the start longer"
