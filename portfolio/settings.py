"""What the environment says: where the data lives, which database, which hosts. A bad value is refused with its reason (S06)."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class BadSettings(ValueError):
    """A setting that cannot be used, in words."""


@dataclass(frozen=True)
class Settings:
    """The settings of this installation."""

    database_url: str
    data_dir: Path
    hosts: frozenset[str]
    head_sinks: tuple[Path, ...] = ()
    """Folders, best on another disk, that keep the heads of both chains beside the data folder (T06)."""

    @classmethod
    def read(cls) -> Settings:
        """From PORTFOLIO_DATABASE_URL, PORTFOLIO_DATA_DIR, PORTFOLIO_HOSTS and PORTFOLIO_HEAD_SINKS (folders, separated as in PATH);
        SQLite in the data folder by default."""
        data_dir = Path(os.environ.get("PORTFOLIO_DATA_DIR") or "portfolio-data").resolve()
        url = os.environ.get("PORTFOLIO_DATABASE_URL") or f"sqlite:///{data_dir / 'portfolio.db'}"
        try:
            backend = make_url(url).get_backend_name()
        except ArgumentError:
            raise BadSettings(
                "PORTFOLIO_DATABASE_URL est illisible : écrivez sqlite:///fichier ou postgresql://compte@machine/base."
            )
        if backend not in ("sqlite", "postgresql"):
            raise BadSettings(
                f"PORTFOLIO_DATABASE_URL nomme {backend} : seuls sqlite et postgresql sont pris en charge."
            )
        hosts = frozenset(
            h.strip().lower() for h in os.environ.get("PORTFOLIO_HOSTS", "").split(",") if h.strip()
        )
        sinks = [Path(part) for part in os.environ.get("PORTFOLIO_HEAD_SINKS", "").split(os.pathsep) if part]
        if strays := [str(folder) for folder in sinks if not folder.is_dir()]:
            raise BadSettings(
                f"PORTFOLIO_HEAD_SINKS nomme un dossier absent ({', '.join(strays)}) : branchez le disque ou créez le dossier."
            )
        return cls(url, data_dir, hosts, (data_dir, *(folder.resolve() for folder in sinks)))

    def prepare(self) -> None:
        """Make the data folder, for this user only."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    def secret(self) -> bytes:
        """The installation's own secret, made at first use and readable by nobody else."""
        path = self.data_dir / "secret"
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(48))
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise BadSettings(
                f"{path} peut être lu par d’autres comptes de cette machine : lancez chmod 600 {path}."
            )
        return path.read_bytes()
