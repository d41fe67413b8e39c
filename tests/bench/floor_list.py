"""The floor of the list page: the product's own SQL on the raw driver, one bare Starlette route, HTML by f-strings.

    python -m tests.bench.floor_list PORT PLAN.json

The plan holds, for each address, the statements that the product sends for it (session row first) with their parameters, and the
page around the rows. Everything runs in the event loop on one connection: no thread pool, no template, no ORM, no middleware.
"""

from __future__ import annotations

import gc
import json
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import uvicorn
from markupsafe import escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

MONTHS = [f"\u00a0{m}\u00a0" for m in "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()]
NAMED = re.compile(r"%\((\w+)\)s")


def moment(value: datetime | str) -> str:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.day}{MONTHS[at.month - 1]}{at.year} {at.hour:02}\u00a0h\u00a0{at.minute:02}"


def cell(value: str | None) -> str:
    if not value:
        return "<td>–</td>"
    return f'<td class="{"nowrap" if len(value) < 20 else "long"}">{escape(value)}</td>'


def body(rows: list[Any], tags: dict[str, str]) -> str:
    """The rows of the table, by hand; the comparison with the product is on bytes."""
    return "".join([
        f'<tr><td class="tick"><input type="checkbox" name="ids" value="{r[0]}" aria-label="{escape(r[1])}"></td>'
        f'<td class="nowrap"><a href="/applications/{r[0]}">{escape(r[1])}</a></td>{cell(r[2])}{cell(r[3])}{cell(r[4])}{cell(r[5])}'
        f'<td class="num">{f"{r[6]:,}".replace(",", chr(0x202F))}</td><td>{moment(r[7])}</td>{tags[r[8]]}{cell(r[9])}</tr>\n'
        for r in rows
    ])


class Plan:
    def __init__(self, path: Path) -> None:
        read = json.loads(path.read_text())
        self.url, self.tags, self.shells = read["url"], read["tags"], read["shells"]
        self.pages: dict[str, list[tuple[str, Any]]] = read["pages"]


def application(plan: Plan) -> Starlette:
    if plan.url.startswith("sqlite"):
        from portfolio.kit.db import sqlite_module

        module = sqlite_module()
        connection = module.connect(plan.url.removeprefix("sqlite:///"), check_same_thread=False)
        for pragma in ("query_only=ON", "mmap_size=0", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")

        async def page(request: Request) -> Response:
            key = request.url.query
            results = [connection.execute(sql, values).fetchall() for sql, values in plan.pages[key]]
            return answer(key, results)

        lifespan = None
    else:
        import asyncpg

        pool: list[Any] = []
        pages = {key: [positional(sql, values) for sql, values in statements] for key, statements in plan.pages.items()}

        async def page(request: Request) -> Response:
            key = request.url.query
            async with pool[0].acquire() as connection:
                results = [await connection.fetch(sql, *values) for sql, values in pages[key]]
            return answer(key, results)

        from contextlib import asynccontextmanager
        from urllib.parse import parse_qs, urlsplit

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> Any:
            parts = urlsplit(plan.url)
            host = parse_qs(parts.query).get("host", [parts.hostname])[0]
            pool.append(await asyncpg.create_pool(host=host, user=parts.username, database=parts.path[1:],
                                                  port=parts.port or 5432, min_size=8, max_size=8))
            yield
            await pool[0].close()

    def answer(key: str, results: list[Any]) -> Response:
        before, after = plan.shells[key]
        rows = results[-2][:50]
        return Response(before + body(rows, plan.tags) + after, media_type="text/html; charset=utf-8")

    return Starlette(routes=[Route("/applications", page)], lifespan=lifespan)


def positional(sql: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    """A statement written for psycopg, as asyncpg takes it."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    made = NAMED.sub(place, sql).replace("%%", "%")
    typed = []
    for n, name in enumerate(names, 1):
        value = values[name]
        if isinstance(value, str) and f"${n}::TIMESTAMP" in made:
            value = datetime.fromisoformat(value)
        elif isinstance(value, str) and f"${n}::DATE" in made:
            value = date.fromisoformat(value[:10])
        typed.append(value)
    return made, typed


def main() -> None:
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    made = application(Plan(path))
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    uvicorn.run(made, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
