"""The command line: demo, serve, migrate, seed, worker, doctor, ledger."""

from __future__ import annotations

import itertools
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from portfolio.keyring import keyring
from portfolio.settings import BadSettings, Settings

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Portfolio: grants and micro-projects, to the printed ledger.",
)
books = typer.Typer(no_args_is_help=True, help="The ledger: export, verify, print.")
main.add_typer(books, name="ledger")
books.add_typer(keyring, name="keys")


def _settings() -> Settings:
    try:
        found = Settings.read()
        found.prepare()
        return found
    except (BadSettings, OSError) as reason:
        typer.secho(f"Configuration refusée : {reason}", fg="red", err=True)
        raise typer.Exit(2)


def _migrate(settings: Settings) -> None:
    from portfolio.kit import migrate

    migrate.upgrade(settings.database_url)


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = _settings()
    _migrate(settings)
    typer.echo("La base est à jour.")


@main.command()
def seed(fresh: Annotated[bool, typer.Option(help="Start from an empty database.")] = False) -> None:
    """Fill an empty database with the demonstration portfolio."""
    from portfolio.seed import fill

    settings = _settings()
    if fresh:
        _empty(settings)
    _migrate(settings)
    password = os.environ.get("PORTFOLIO_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    started = time.monotonic()
    fill(settings, password)
    typer.echo(
        f"Portefeuille de démonstration prêt en {time.monotonic() - started:.0f} s. Mot de passe de tous les comptes : {password}"
    )


def _empty(settings: Settings) -> None:
    from sqlalchemy.engine import make_url

    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        for end in ("", "-wal", "-shm"):
            Path(url.database + end).unlink(missing_ok=True)
    else:
        from portfolio.kit import migrate as tool

        tool.downgrade(settings.database_url)


@main.command()
def demo(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000,
    fresh: Annotated[bool, typer.Option(help="Throw the demonstration away and make it again.")] = False,
) -> None:
    """Run the product with its demonstration portfolio on the embedded database."""
    from portfolio.seed import accounts_text, fill, is_filled

    settings = _settings()
    if fresh:
        _empty(settings)
    _migrate(settings)
    password: str | None = None
    if not is_filled(settings):
        password = os.environ.get("PORTFOLIO_DEMO_PASSWORD") or secrets.token_urlsafe(9)
        fill(settings, password)
    typer.echo(accounts_text(password))
    typer.secho(f"Portfolio : http://127.0.0.1:{port}/", bold=True)
    sys.stdout.flush()
    _serve(settings, "127.0.0.1", port, 1, demo=True)


@main.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; one on SQLite.")] = 1,
) -> None:
    """Serve the product. Refuses a bad configuration with the reason."""
    settings = _settings()
    problems = _problems(settings, host, workers)
    for problem in problems:
        typer.secho(f"Configuration refusée : {problem}", fg="red", err=True)
    if problems:
        raise typer.Exit(2)
    _serve(settings, host, port, workers)


def _problems(settings: Settings, host: str, workers: int) -> list[str]:
    from portfolio.kit.doctor import schema_problem

    found = []
    if settings.database_url.startswith("sqlite") and workers > 1:
        found.append("SQLite n'admet qu'un processus : --workers 1, ou passez à PostgreSQL.")
    if host not in ("127.0.0.1", "localhost", "::1") and not settings.hosts:
        found.append(
            "hors de cette machine il faut TLS devant le produit et PORTFOLIO_HOSTS avec les noms servis."
        )
    try:
        settings.secret()
    except (BadSettings, OSError) as reason:
        found.append(str(reason))
    if problem := schema_problem(settings.database_url):
        found.append(problem)
    return found


def _serve(settings: Settings, host: str, port: int, workers: int, *, demo: bool = False) -> None:
    import uvicorn

    os.environ["PORTFOLIO_DATABASE_URL"] = settings.database_url
    os.environ["PORTFOLIO_DATA_DIR"] = str(settings.data_dir)
    if demo:
        os.environ["PORTFOLIO_IS_DEMO"] = "1"
    forwarded = os.environ.get("PORTFOLIO_PROXY") or ""
    uvicorn.run(
        "portfolio.serving:build",
        factory=True,
        host=host,
        port=port,
        workers=workers if workers > 1 else None,
        log_level="warning",
        proxy_headers=bool(forwarded),
        forwarded_allow_ips=forwarded or None,
        server_header=False,
    )


@main.command()
def worker(once: Annotated[bool, typer.Option(help="Run what is due, then stop.")] = False) -> None:
    """Run the jobs of the outbox (on PostgreSQL; on SQLite the server runs them itself)."""
    from portfolio.serving import DAY, TURNS, deposit_heads, make_daily, open_around, run_jobs, sweep_files

    around = open_around(_settings())
    for turn in itertools.count():
        if turn % TURNS == 0:
            for folder in deposit_heads(around):
                typer.secho(f"Tête du livre non déposée dans {folder}.", fg="red", err=True)
            make_daily(around)
        if turn % DAY == 0:
            sweep_files(around)
        ran = run_jobs(around)
        if once:
            typer.echo(f"{ran} travaux faits.")
            return
        if not ran:
            time.sleep(2)


@main.command()
def backup(
    out: Annotated[Path, typer.Option(help="File to write; never one that exists.")],
    new_key: Annotated[bool, typer.Option(help="Put the key file aside and make another.")] = False,
) -> None:
    """Copy the database and the kept files into one encrypted file, while people work."""
    from portfolio.kit import backup as kit
    from portfolio.kit.clock import SystemClock
    from portfolio.kit.keys import BadKey

    settings = _settings()
    if hasattr(os, "nice"):
        os.nice(10)  # people who work come first; what it starts inherits it
    try:
        known = kit.last(settings.data_dir)
        key = settings.backup_key(make=known is None or not known.key or new_key, again=new_key)
        made = kit.make(settings.database_url, settings.data_dir, out.resolve(), key)
        kit.note(settings.data_dir, kit.Last(SystemClock().now(), str(out.resolve()), key.name))
    except BadKey as reason:
        known_lost = " ; si elle est perdue, --new-key en fait une autre" if known and known.key else ""
        typer.secho(f"Sauvegarde impossible : {reason}{known_lost}.", fg="red", err=True)
        raise typer.Exit(2)
    except (kit.Unfit, OSError) as reason:
        typer.secho(f"Sauvegarde impossible : {reason}", fg="red", err=True)
        raise typer.Exit(2)
    typer.echo(f"Sauvegarde chiffrée dans {out} : la base et {made.files} fichiers, {made.size // 1000} ko.")
    if key.phrase:
        typer.echo("Elle ne se rouvre qu’avec la phrase de passe configurée : gardez-en une copie au coffre.")
    elif key.new:
        typer.secho(
            f"\nCLÉ NEUVE {key.name}, dans {key.path}\n"
            "SANS ELLE, AUCUNE SAUVEGARDE NE SE ROUVRE : si cette machine est perdue, la clé l’est avec elle.\n"
            "Copiez ce fichier maintenant hors de cette machine (clé USB au coffre, ou ses lettres sur papier), jamais à côté d’une sauvegarde.",
            fg="yellow",
            bold=True,
            err=True,
        )
    else:
        typer.echo(f"Elle ne se rouvre qu’avec la clé {key.name} ({key.path}).")


@main.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    clear: Annotated[bool, typer.Option(help="Take an old backup that is not encrypted.")] = False,
) -> None:
    """Fill an empty database and an empty folder from a backup, then check the books."""
    from portfolio.kit.backup import Unfit
    from portfolio.kit.backup import restore as fill
    from portfolio.kit.keys import BadKey

    settings = _settings()
    try:
        made = fill(file, settings.database_url, settings.data_dir, None if clear else settings.backup_key())
    except (Unfit, BadKey, OSError) as reason:
        typer.secho(f"Restauration impossible : {reason}", fg="red", err=True)
        raise typer.Exit(2)
    typer.echo(f"Restauré : la base et {made.files} fichiers.")
    ledger_verify(files=True)


@main.command()
def doctor(language: Annotated[str, typer.Option(help="fr or en.")] = "fr") -> None:
    """Say what is wrong with this machine and this installation, and how old the newest outside copy of the ledger's head is."""
    from portfolio.kit.doctor import examine
    from portfolio.kit.i18n import speaking

    settings = _settings()
    worst = 0
    with speaking(language):
        found = [*examine(settings.database_url, settings.data_dir), *_books(settings), *_safety(settings)]
    bad = "NON" if language == "fr" else "BAD"
    for ok, words in found:
        typer.secho(f"{'ok ' if ok else bad} {words}", fg="green" if ok else "red")
        worst |= not ok
    raise typer.Exit(1 if worst else 0)


def _books(settings: Settings) -> Iterator[tuple[bool, str]]:
    """The machine against the books, when they can be read: a clock set back makes every entry refused (C09); the heads outside (T06)."""
    from portfolio.kit.doctor import schema_problem
    from portfolio.kit.i18n import gettext as _
    from portfolio.ledger import queries as ledger
    from portfolio.serving import open_around

    if schema_problem(settings.database_url) is not None:
        return
    try:
        around = open_around(settings)
    except BadSettings:  # the secret can be read by others: it was said with the machine
        return
    with around.database.session(readonly=True) as session:
        now = around.clock.now()
        refusal = ledger.clock(session, now).refusal
        agreed = _("the clock agrees with the last entry of the books")
        yield refusal is None, refusal.message if refusal else agreed
        yield from ledger.examine(session, around.outside, now, around.key_dir)
        session.rollback()
    around.database.dispose()


def _safety(settings: Settings) -> Iterator[tuple[bool, str]]:
    """The messages; the last backup and its key, once there is something to lose."""
    from portfolio.kit.doctor import examine_backups, schema_problem
    from portfolio.kit.keys import BadKey
    from portfolio.ledger import queries as ledger
    from portfolio.outbox.queries import examine as messages
    from portfolio.serving import open_around

    if schema_problem(settings.database_url) is not None:
        return
    try:
        around = open_around(settings)
    except BadSettings:  # the secret can be read by others: it was said with the machine
        return
    with around.database.session(readonly=True) as session:
        entries = ledger.heads(session)[0][0]
        yield from messages(session, around.clock.now(), ready=around.mail is not None)
        session.rollback()
    around.database.dispose()
    problem, name = None, ""
    try:
        name = settings.backup_key().name
    except BadKey as reason:
        problem = str(reason)
    if entries:
        yield from examine_backups(settings.data_dir, problem, name, around.clock.now())


@books.command("verify")
def ledger_verify(
    files: Annotated[bool, typer.Option(help="Read every kept file again too.")] = True,
) -> None:
    """Check both chains, every balance, every guard column and every kept file; name the first bad one."""
    from portfolio.desk.verify import verify
    from portfolio.serving import open_around

    around = open_around(_settings())
    session = around.database.session(readonly=True)
    try:
        anomalies = verify(session, around.outside, around.data_dir if files else None, around.key_dir)
    finally:
        session.rollback()
        session.close()
    for words in anomalies:
        typer.secho(words, fg="red")
    typer.echo("Livre intact." if not anomalies else "Anomalie trouvée.")
    raise typer.Exit(1 if anomalies else 0)


@books.command("export")
def ledger_export(
    out: Annotated[Path, typer.Option(help="File to write.")],
    format: Annotated[str, typer.Option(help="beancount, hledger, csv or jsonl.")] = "beancount",
) -> None:
    """Write the books for another program, with an assertion for every balance a screen shows."""
    from portfolio.ledger import export
    from portfolio.serving import open_around

    if format not in export.FORMATS:
        typer.secho(f"Format inconnu : choisissez parmi {', '.join(export.FORMATS)}.", fg="red", err=True)
        raise typer.Exit(2)
    around = open_around(_settings())
    session = around.database.session(readonly=True)
    try:
        count = export.write(session, format, out)
    finally:
        session.rollback()
        session.close()
    typer.echo(f"{count} écritures dans {out}.")


@books.command("verifier")
def ledger_verifier(
    out: Annotated[Path, typer.Option(help="Python file to write.")] = Path("offline.py"),
) -> None:
    """Give out the offline verifier: one file that checks a jsonl export on any machine with Python."""
    from portfolio.ledger.export import write_verifier

    write_verifier(out)
    typer.echo(f"Vérificateur dans {out}. Lancez : python {out.name} grand-livre.jsonl")


@books.command("print")
def ledger_print(
    out: Annotated[Path, typer.Option(help="PDF to write.")],
    account: Annotated[str, typer.Option(help="Account of the chart.")] = "907",
    fund: Annotated[str, typer.Option(help="Only this fund.")] = "",
) -> None:
    """Print the grand livre des décaissements."""
    from portfolio.desk.queries.ledger import print_book
    from portfolio.serving import open_around

    around = open_around(_settings())
    out.write_bytes(print_book(around, account=account, fund=fund or None))
    typer.echo(f"Grand livre écrit dans {out}.")
