"""The commands of the key that signs the heads of the ledger: show, rotate (T07)."""

from __future__ import annotations

import typer

from portfolio.settings import BadSettings, Settings

keyring = typer.Typer(no_args_is_help=True, help="The key that signs the heads of the ledger.")


def _settings() -> Settings:
    try:
        found = Settings.read()
        found.prepare()
        return found
    except (BadSettings, OSError) as reason:
        typer.secho(f"Configuration refusée : {reason}", fg="red", err=True)
        raise typer.Exit(2)


@keyring.command("show")
def keys_show() -> None:
    """Print the fingerprint of every key that signed heads: what a third party notes."""
    from portfolio.kit import signing
    from portfolio.ledger.signatures import keys_of

    settings = _settings()
    for name, key in keys_of(signing.published(settings.key_dir), signing.verified).items():
        until = "en vigueur" if key.until == "~" else f"jusqu’au {key.until}"
        typer.echo(f"{signing.grouped(name)}  depuis le {key.since}, {until}")


@keyring.command("rotate")
def keys_rotate() -> None:
    """Replace the key that signs heads; what the old one signed stays verifiable."""
    from portfolio.kit import signing
    from portfolio.kit.clock import SystemClock
    from portfolio.serving import deposit_heads, open_around

    settings = _settings()
    try:
        made = signing.rotate(settings.key_dir, SystemClock().now())
    except (signing.BadKey, OSError) as reason:
        typer.secho(f"La clé n’a pas changé : {reason}.", fg="red", err=True)
        raise typer.Exit(2)
    around = open_around(settings)
    failed = deposit_heads(around, now=True)
    around.database.dispose()
    typer.echo(f"Clé nouvelle, signée par l’ancienne : {signing.grouped(made.name)}")
    for folder in failed:
        typer.secho(f"Tête du livre non déposée dans {folder}.", fg="red", err=True)
