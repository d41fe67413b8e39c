"""What the environment says: where the data lives, which database, which hosts. A bad value is refused with its reason (S06)."""

from __future__ import annotations

import os
import secrets
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portfolio.kit import keys
from portfolio.kit.keys import BadKey, Key
from portfolio.kit.mail import BadMail, MailServer, address

BACKUP_KEY = "CLE-SAUVEGARDE"
_NOTICE = """Clé des sauvegardes de Portfolio. Sans elle aucune sauvegarde ne se rouvre ; avec elle, chacun peut les lire.
Gardez-en une copie hors de cette machine, sur une clé USB au coffre ou sur papier, et jamais à côté d’une sauvegarde."""
_PHRASE = 16
"""Characters of the shortest passphrase: whoever takes a backup away has all the time to guess it."""


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
    key_dir: Path = Path("portfolio-data-cles")
    """Where the keys of this installation are: beside the data folder, never in it, so that no copy of the data holds them (D14, T07)."""
    mail: MailServer | None = None
    """Where messages are handed over; without it they wait."""
    head_emails: tuple[str, ...] = ()
    """Addresses that get the heads of both chains every day (T06)."""

    @classmethod
    def read(cls) -> Settings:
        """From PORTFOLIO_DATABASE_URL, PORTFOLIO_DATA_DIR, PORTFOLIO_HOSTS, PORTFOLIO_HEAD_SINKS (folders, separated as in PATH),
        PORTFOLIO_KEY_DIR, PORTFOLIO_HEAD_EMAILS and those of `MailServer.read`; SQLite in the data folder by default, keys in a folder beside it."""
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
        beside = data_dir.with_name(f"{data_dir.name}-cles")
        key_dir = Path(os.environ.get("PORTFOLIO_KEY_DIR") or beside).resolve()
        if key_dir.is_relative_to(data_dir):
            raise BadSettings(
                f"PORTFOLIO_KEY_DIR est dans le dossier des données ({data_dir}) : une clé ne se garde pas avec ce qu’elle protège."
            )
        try:
            mail = MailServer.read(os.environ)
            said = os.environ.get("PORTFOLIO_HEAD_EMAILS", "").split(",")
            emails = tuple(address(each).addr_spec for each in said if each.strip())
        except BadMail as reason:
            raise BadSettings(f"{reason}.")
        folders = (data_dir, *(folder.resolve() for folder in sinks))
        return cls(url, data_dir, hosts, folders, key_dir, mail, emails)

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

    def backup_key(self, *, make: bool = False, again: bool = False) -> Key:
        """The key of the backups, from the first of PORTFOLIO_BACKUP_PASSPHRASE, PORTFOLIO_BACKUP_PASSPHRASE_FILE, PORTFOLIO_BACKUP_KEY_FILE
        that is set (never two), or the file `sauvegarde.cle` of the key folder, which `make` makes when there is none; `again` puts an
        old one aside and makes another. Raises BadKey in words that say what to do."""
        names = [f"PORTFOLIO_BACKUP_{end}" for end in ("PASSPHRASE", "PASSPHRASE_FILE", "KEY_FILE")]
        given = {name: os.environ[name] for name in names if os.environ.get(name)}
        if len(given) > 1:
            raise BadKey(f"{' et '.join(given)} se contredisent : n’en gardez qu’un")
        phrase = given.get(names[0])
        if names[1] in given:
            try:
                phrase = Path(given[names[1]]).read_text(encoding="utf-8").split("\n")[0]
            except (OSError, ValueError):
                raise BadKey(f"le fichier de {names[1]} ne peut pas être lu")
        if phrase is not None:
            phrase = unicodedata.normalize("NFC", phrase.strip())
            if len(phrase) < _PHRASE:
                raise BadKey(f"la phrase de passe des sauvegardes doit avoir au moins {_PHRASE} caractères")
            return Key(phrase.encode(), phrase=True)
        path = Path(given.get(names[2]) or self.key_dir / "sauvegarde.cle").resolve()
        if path.is_relative_to(self.data_dir):
            raise BadKey(
                f"la clé {path} est dans le dossier des données : rangez-la ailleurs et nommez-la dans {names[2]}"
            )
        if again and path.exists():
            path.rename(path.with_name(f"{path.name}.ancienne-{secrets.token_hex(4)}"))
        if make and not path.exists():
            try:
                return keys.make(path, BACKUP_KEY, _NOTICE)
            except OSError as reason:
                raise BadKey(
                    f"aucune clé ne peut être écrite dans {path.parent} ({reason.strerror}) : nommez un dossier dans PORTFOLIO_KEY_DIR"
                )
        if not path.exists():
            raise BadKey(
                f"la clé des sauvegardes est introuvable ({path}) : remettez-la à cette place, ou nommez dans "
                f"{names[2]} la copie que vous en avez gardée"
            )
        return keys.read(path, BACKUP_KEY)
