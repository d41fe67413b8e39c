"""What a server process builds: the application on the settings of the environment, and the outbox's thread on SQLite."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from portfolio.app import Portfolio, create_app, load_rooms, surroundings
from portfolio.documents.service import sweep
from portfolio.justifications.service import remind
from portfolio.kit import signing
from portfolio.kit.clock import Clock, SystemClock
from portfolio.kit.db import Database
from portfolio.kit.mail import BadMail, MailServer, NotTaken, PerhapsTaken, is_over
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.outbox.service import Doubtful, Hopeless, enqueue, run_due
from portfolio.settings import Settings
from portfolio.work import Work

JOBS: Mapping[str, Callable[..., None]] = {}
"""Job name → function: the outbox knows no room."""
DAILY: tuple[Callable[[Work], int], ...] = (remind,)
"""What the rooms make each day; each is idempotent: a second server, or a second start, makes nothing twice."""
TURNS = 150
"""Turns of two seconds between two looks at the heads: five minutes."""
DAY = 43_200
"""Turns of a day."""
HEADS = """Gardez ce message : il dit où en étaient ce jour-là le grand livre des décaissements et le journal. Si le livre est
réécrit ou coupé plus tard, il ne concordera plus avec lui. Pour vérifier, sur n’importe quelle machine : enregistrez les lignes
ci-dessous dans tetes.txt, puis lancez python offline.py grand-livre.jsonl --checkpoints tetes.txt

{lines}
"""


def open_around(settings: Settings, *, clock: Clock | None = None) -> Surroundings:
    """The surroundings of this installation, for the server and the command line."""
    load_rooms()
    demo = os.environ.get("PORTFOLIO_IS_DEMO") == "1"
    made = surroundings(
        Database(settings.database_url),
        settings.data_dir,
        settings.secret(),
        clock=clock or SystemClock(),
        demo=demo,
        outside=settings.head_sinks,
        key_dir=settings.key_dir,
    )
    made.mail, made.head_emails = settings.mail, settings.head_emails
    return made


def build() -> Portfolio:
    """The application of one server process."""
    settings = Settings.read()
    settings.prepare()
    around = open_around(settings)
    app = create_app(around, hosts=settings.hosts)
    if around.database.kind == "sqlite":
        threading.Thread(target=_work_off, args=(around,), daemon=True).start()
    return app


def _work_off(around: Surroundings) -> None:
    pause = threading.Event()
    for turn in itertools.count():
        if turn % TURNS == 0:
            deposit_heads(around)
        if turn % DAY == 0:
            sweep_files(around)
        if turn % TURNS == 0:
            make_daily(around)
        try:
            run_jobs(around)
        except DBAPIError:  # a database under migration or restore: the next turn comes soon
            pass
        pause.wait(2)


def run_jobs(around: Surroundings) -> int:
    """Run what is due; how many. Without a mail server, messages stay due and `doctor` says so."""
    handlers = {"email": partial(_send, around.mail)} if around.mail is not None else {}
    if not JOBS and not handlers:
        return 0
    now = around.clock.now()
    return run_due(lambda: around.database.session(readonly=False), JOBS, now, leaving=handlers)


def _send(
    server: MailServer,
    *,
    number: int,
    now: datetime,
    to: list[str],
    subject: str,
    body: str,
    until: str | None = None,
) -> None:
    """Hand over one message of the outbox; see `kit.mail`. Raises Hopeless and Doubtful when it must not be tried again."""
    if is_over(until, now):
        raise Hopeless("trop tard, le jour où ce message avait un sens est passé")
    try:
        refused = server.send(to, subject, body, number=number, at=now)
    except (NotTaken, BadMail) as reason:
        raise Hopeless(str(reason))
    except PerhapsTaken as reason:
        raise Doubtful(f"{reason} : peut-être parti, il n’est pas renvoyé")
    if refused:
        raise Doubtful(f"{len(refused)} adresse(s) sur {len(to)} refusée(s), les autres servies")


def make_daily(around: Surroundings) -> None:
    """Make what each day asks for: the heads of the chains to the addresses that get them, and what the rooms add to `DAILY`."""
    try:
        post_heads(around)
        for each in DAILY:
            work = Work(around)
            try:
                each(work)
                work.commit()
            except BaseException:
                work.undo()
                raise
            finally:
                work.close()
    except DBAPIError:  # a database under migration or restore: the next turn comes soon
        return


def post_heads(around: Surroundings) -> int:
    """Queue the signed heads of both chains for each address, once a day; how many messages (T06)."""
    if not around.head_emails:
        return 0
    session, now = around.database.session(readonly=False), around.clock.now()
    try:
        line = ledger.Deposit(now, *ledger.heads(session), around.data_dir)
        signer = _signer(around, now)
        lines = [*signer.lines, signer.signed(line.line)] if signer is not None else [line.line]
        facts = {"date": now.date(), "seq": line.ledger[0]}
        subject = "Tête du grand livre du {date} : écriture n° {seq}".format(**facts)
        until = (now + timedelta(days=3)).date().isoformat()
        made = 0
        for each in around.head_emails:
            payload = {
                "to": [each],
                "subject": subject,
                "body": HEADS.format(lines="\n".join(lines)),
                "until": until,
            }
            made += enqueue(session, "email", payload, now, f"heads:{now.date()}:{each}") is not None
        session.commit()
        return made
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


def sweep_files(around: Surroundings) -> int:
    """Take away the files that no row names, once a day; how many (D07)."""
    session = around.database.session(readonly=True)
    try:
        return sweep(session, around.data_dir, around.clock.now())
    except (
        DBAPIError,
        OSError,
    ):  # a database under migration, a folder under restore: tomorrow is soon enough
        return 0
    finally:
        session.rollback()
        session.close()


def deposit_heads(around: Surroundings, *, now: bool = False) -> list[Path]:
    """Let the heads of both chains leave the database, signed, once a day or every fifty entries, or at once; the folders that could not be
    written (T06, T07)."""
    session, failed = around.database.session(readonly=True), list[Path]()
    try:
        at, seen = around.clock.now(), ledger.heads(session)
        for folder in around.outside:
            last = ledger.last_outside([folder])
            if now or ledger.is_old(last, at, seen[0][0]):
                failed += ledger.deposit(folder, ledger.Deposit(at, *seen, folder), _signer(around, at))
        return failed
    except DBAPIError:  # a database under migration or restore: the next turn comes soon
        return list(around.outside)
    finally:
        session.rollback()
        session.close()


def _signer(around: Surroundings, now: datetime) -> signing.Signer | None:
    """The key that signs the heads; a head that cannot be signed leaves all the same, and `doctor` says so (T07)."""
    try:
        return signing.signer(around.key_dir, now) if around.key_dir is not None else None
    except (signing.BadKey, OSError):
        return None


__all__ = [
    "DAILY",
    "DAY",
    "JOBS",
    "TURNS",
    "build",
    "deposit_heads",
    "make_daily",
    "open_around",
    "post_heads",
    "run_jobs",
    "sweep_files",
]
