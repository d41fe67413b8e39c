"""An office with its two grants, made once a run and given anew to each life."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.engine import Connection

from portfolio.actor import Actor
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from tests import factories
from tests.justifications import grants
from tests.lives import acts
from tests.support import databases

ANEW = 100
"""Lives on PostgreSQL between two copies of the template: the rows that lives leave dead are thrown away with them."""


class World:
    """An office with its two grants, made once a run; each life has it as it was, on one pool of connections that keeps its statements."""

    def __init__(self, kind: str, folder: Path, *, granted: bool = True) -> None:
        self.kind, self.folder, self.granted = kind, folder, granted
        self.name = "lives" if granted else "lives_ungranted"
        self.url = databases.new(kind, folder, self.name, self.fill)
        self.original = folder / "original"
        self.database = Database(self.url, threads=1)
        if kind == "sqlite":
            shutil.copyfile(self.file, self.original)
        given = json.loads(self.ids.read_text())
        self.made: dict[str, list[int]] = given["made"]
        self.office: dict[str, Any] = given["office"]
        self.lives = 0
        self.tried = [0, 0]
        """Acts refused, acts done."""
        self.seen: Counter[tuple[str, bool]] = Counter()
        """How many times each verb was tried, and allowed."""
        self.people: dict[str, Actor] = {}
        """Who acts: the same in every life."""
        self.began = time.monotonic()
        self.worded = 8
        """One life in so many words the papers of its payments."""

    @property
    def ids(self) -> Path:
        return databases.run_folder() / f"{self.name}_{self.kind}.json"

    @property
    def file(self) -> Path:
        return Path(self.database.url.database or "")

    def fill(self, url: str) -> None:
        databases.migrate(url)
        database = Database(url)
        made = grants.office(database, self.folder)
        facts: dict[str, Any] = {name: getattr(made, name) for name in ("people", "fund", "line", "bank", "call", "place")}
        acts.spend(made)
        self.ids.write_text(json.dumps({"office": facts, "made": acts.furnish(made) if self.granted else {}}))
        database.dispose()

    def begin(self) -> acts.Product:
        return acts.Product(self.office_again(), people=self.people, **{noun: list(ids) for noun, ids in self.made.items()})

    def office_again(self) -> grants.Office:
        """The office as it was before anybody did anything."""
        if self.kind == "sqlite":
            self.database.dispose()
            for part in ("-wal", "-shm"):
                self.file.with_name(self.file.name + part).unlink(missing_ok=True)
            shutil.copyfile(self.original, self.file)
        elif self.lives % ANEW:
            with self.database.engine.begin() as connection:
                connection.exec_driver_sql("SELECT kept.restore()")
        else:
            self.database.dispose()
            if self.lives:
                databases.again(self.url, self.name)
            with self.database.engine.begin() as connection:
                keep(connection)
        self.lives += 1
        around = factories.around(self.database, clock=FixedClock(grants.J), data_dir=self.folder)
        return grants.Office(around, **self.office)

    def words(self) -> bool:
        """Whether this life's payments have their papers worded."""
        return self.lives % self.worded == 0

    def count(self, tried: list[int]) -> None:
        """Another life is over."""
        self.tried = [a + b for a, b in zip(self.tried, tried, strict=True)]

    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self.began

    def end(self) -> None:
        self.database.dispose()
        databases.drop(self.url)


def keep(connection: Connection) -> None:
    """Put every row of a PostgreSQL database aside, and a function that puts them back: a life then costs no connection and no new plans."""
    ask = connection.exec_driver_sql
    ask("CREATE SCHEMA kept")
    steps = ["PERFORM set_config('session_replication_role', 'replica', true)"]
    columns = ask(
        "SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "GROUP BY c.relname ORDER BY c.relname").all()
    for table, names in columns:
        ask(f'CREATE TABLE kept."{table}" AS SELECT {names} FROM public."{table}"')
        steps += [
            f'DELETE FROM public."{table}"',
            f'INSERT INTO public."{table}" ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM kept."{table}"',
        ]
    for name, last, start in ask("SELECT sequencename, last_value, start_value FROM pg_sequences WHERE schemaname = 'public'").all():
        steps.append(f"PERFORM setval('public.\"{name}\"', {last or start}, {'true' if last else 'false'})")
    ask(f"CREATE FUNCTION kept.restore() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {'; '.join(steps)}; END $$")


@contextmanager
def place() -> Iterator[Path]:
    """In memory where there is one: what a life leaves is thrown away."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)
