"""Bring a database to the newest schema, or to any revision, with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's configuration for this database."""
    from alembic.config import Config

    root = Path(__file__).parents[2]
    settings = Config(str(root / "alembic.ini"))
    settings.set_main_option("script_location", str(root / "migrations"))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Up to `revision`."""
    from alembic import command

    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Down to `revision`."""
    from alembic import command

    command.downgrade(config(url), revision)


def head() -> str:
    """The newest revision."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config("sqlite://")).get_current_head() or ""
