"""A backup in one encrypted file, taken while people work, and its restoration on an empty place (D11, D12, D13, D14).

The database is copied by its own interface, which sees one consistent moment: SQLite's online backup, PostgreSQL's `pg_dump`, or its COPY in one
snapshot where that tool is absent or older than the server. The kept files follow it: bytes are on disk before the row that names them is
committed, so that every row of the copy finds its file. A manifest holds the SHA-256 of each member. All of it goes through `kit.sealed` into the
file: there is no setting that leaves a backup in clear, its key is never in it, and the copy of the database that stands in clear for a moment
stands in the data folder, on the disk where the database is in any case, never beside `out`. Nothing is touched on restoration before every
piece of the file is proved and every member agrees with the manifest.

The secret of the installation goes with it, since codes that applicants hold on paper are made from it. A backup in clear, as version 1 of the
format was, is restored only when that is asked for in words: nothing proves who wrote it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from portfolio.kit import pgcopy
from portfolio.kit.db import Database, sqlite_module
from portfolio.kit.keys import Key
from portfolio.kit.sealed import Reader, Refused, Writer
from portfolio.kit.sinks import FILE as HEADS

FORMAT, IN_CLEAR = 2, 1
_DUMP = "database"
BESIDE = (HEADS, "secret")
NOTE = "derniere-sauvegarde.json"
"""What was backed up last, and with which key, for `doctor`; it is not part of a backup."""
_PIECE = 1 << 20
_STAGE, _STALE = ".sauvegarde-", 86_400.0
"""Where the copy in clear stands while it is sealed; one that a cut left behind is taken away after a day (in seconds)."""


class Unfit(ValueError):
    """Why a backup cannot be made or restored, in words."""


@dataclass(frozen=True)
class Made:
    """What a backup holds."""

    files: int
    size: int


def make(url: str, data_dir: Path, out: Path, key: Key) -> Made:
    """Write the backup beside `out`, sync it, and only then give it its name. Raises Unfit, OSError."""
    if out.exists():
        raise Unfit(f"{out} existe déjà : donnez un autre nom, une sauvegarde n'en écrase jamais une autre.")
    if key.path is not None and out.parent == key.path.parent:
        raise Unfit(
            f"{out.parent} contient la clé : écrivez la sauvegarde ailleurs que là où est ce qui l'ouvre."
        )
    beside = out.with_name(f".{out.name}.partiel")
    address = make_url(url)
    _sweep(data_dir)
    try:
        with tempfile.TemporaryDirectory(prefix=_STAGE, dir=data_dir) as folder:
            dump = Path(folder, _DUMP)
            _dump(address, dump)
            members: dict[str, list[object]] = {}
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as stream:
                sealing = Writer(stream, key)
                with zipfile.ZipFile(
                    cast(IO[bytes], sealing), "w", zipfile.ZIP_DEFLATED, compresslevel=1
                ) as archive:
                    _put(archive, members, _DUMP, dump)
                    for path in _kept(data_dir):
                        _put(archive, members, path.relative_to(data_dir).as_posix(), path)
                    facts = {"format": FORMAT, "kind": address.get_backend_name(), "members": members}
                    archive.writestr("manifest.json", json.dumps(facts, sort_keys=True))
                sealing.finish()
                stream.flush()
                os.fsync(stream.fileno())
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return Made(len(members) - 1, out.stat().st_size)


def restore(archive_path: Path, url: str, data_dir: Path, key: Key | None) -> Made:
    """Read the whole backup, then fill an empty database and an empty folder with it. Without a key, only a backup in clear, of version 1,
    is taken. Raises Unfit before anything is touched."""
    address = make_url(url)
    _must_be_empty(address, data_dir)
    touched = False
    try:
        with _opened(archive_path, key) as stream, zipfile.ZipFile(stream) as archive:
            members = _checked(archive, address.get_backend_name(), IN_CLEAR if key is None else FORMAT)
            touched = True
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(prefix=_STAGE, dir=data_dir) as folder:
                dump = Path(folder, _DUMP)
                _take(archive, _DUMP, dump)
                for name in members:
                    if name != _DUMP:
                        _take(archive, name, data_dir / name)
                _load(address, dump)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, Refused) as reason:
        if touched:
            raise Unfit(
                f"{archive_path} a changé pendant sa lecture ({reason}) : videz {data_dir}, puis recommencez."
            )
        raise Unfit(f"{archive_path} n'est pas une sauvegarde entière : {reason}. Rien n'a été touché.")
    return Made(len(members) - 1, archive_path.stat().st_size)


def _opened(path: Path, key: Key | None) -> IO[bytes]:
    """The archive inside, every piece of it proved. Raises Unfit, Refused, OSError."""
    with path.open("rb") as stream:
        clear = stream.read(2) == b"PK"
    if clear and key is not None:
        raise Unfit(
            f"{path} est une sauvegarde en clair, d'avant le chiffrement : rien ne prouve qui l'a écrite, et rien n'a été touché. "
            "Si vous en êtes sûr, ajoutez --clear."
        )
    if not clear and key is None:
        raise Unfit(f"{path} n'est pas une sauvegarde en clair : retirez --clear. Rien n'a été touché.")
    if key is None:
        return path.open("rb")
    reader = Reader(path, key)
    try:
        reader.prove()
    except BaseException:
        reader.close()
        raise
    return cast(IO[bytes], reader)


def _sweep(data_dir: Path) -> None:
    """Take away the copies in clear that a cut left behind."""
    for stale in data_dir.glob(f"{_STAGE}*"):
        if time.time() - stale.stat().st_mtime > _STALE:
            shutil.rmtree(stale, ignore_errors=True)


@dataclass(frozen=True)
class Last:
    """The backup made last here: when, where, and by the key of which name (none for a passphrase)."""

    at: datetime
    out: str
    key: str


def note(data_dir: Path, last: Last) -> None:
    """Keep in the data folder what was backed up last."""
    beside = data_dir / f".{NOTE}.partiel"
    facts = {"at": last.at.isoformat(), "out": last.out, "key": last.key}
    beside.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    beside.replace(data_dir / NOTE)


def last(data_dir: Path) -> Last | None:
    """The backup made last here, or None."""
    try:
        facts = json.loads((data_dir / NOTE).read_text(encoding="utf-8"))
        return Last(datetime.fromisoformat(facts["at"]), str(facts["out"]), str(facts["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _kept(data_dir: Path) -> Iterator[Path]:
    """The kept files, without those still being written, and what lies beside them: the heads of the chains, the secret."""
    files = data_dir / "files"
    yield from sorted(p for p in files.rglob("*") if p.is_file() and not p.name.startswith("."))
    yield from (data_dir / name for name in BESIDE if (data_dir / name).is_file())


def _put(archive: zipfile.ZipFile, members: dict[str, list[object]], name: str, path: Path) -> None:
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)  # without dates: the same state gives the same members
    info.compress_type = zipfile.ZIP_DEFLATED if name == _DUMP else zipfile.ZIP_STORED
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    members[name] = [size, digest.hexdigest()]


def _checked(archive: zipfile.ZipFile, kind: str, wanted: int) -> dict[str, Any]:
    """The members, once every byte agrees with the manifest. Raises Unfit."""
    try:
        manifest = json.loads(archive.read("manifest.json"))
        members: dict[str, Any] = dict(manifest["members"])
        said, made = manifest["format"], manifest["kind"]
    except (KeyError, ValueError, TypeError):
        raise Unfit("cette archive n'a pas le manifeste d'une sauvegarde : rien n'a été touché.")
    if said != wanted:
        raise Unfit(
            f"cette sauvegarde est d'un format {said} inconnu de cette version : rien n'a été touché."
        )
    if made != kind:
        raise Unfit(
            f"cette sauvegarde vient de {made} et la base à remplir est {kind} : donnez une base de même sorte."
        )
    if sorted(archive.namelist()) != sorted([*members, "manifest.json"]):
        raise Unfit(
            "des fichiers manquent à cette sauvegarde, ou d'autres y ont été ajoutés : rien n'a été touché."
        )
    for name, (size, digest) in members.items():
        parts = name.split("/")
        if name not in (_DUMP, *BESIDE) and (parts[0] != "files" or ".." in parts or "\\" in name):
            raise Unfit(f"{name} ne peut pas faire partie d'une sauvegarde : rien n'a été touché.")
        with archive.open(name) as stream:
            if _digest(stream) != (size, digest):
                raise Unfit(f"{name} est abîmé dans cette sauvegarde : rien n'a été touché.")
    return members


def _digest(stream: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _take(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with archive.open(name) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, _PIECE)
        target.flush()
        os.fsync(target.fileno())
    path.chmod(0o600)


def _must_be_empty(address: URL, data_dir: Path) -> None:
    if (data_dir / "files").exists() and any((data_dir / "files").iterdir()):
        raise Unfit(f"{data_dir} contient déjà des fichiers : restaurez dans un dossier vide.")
    if address.get_backend_name() == "sqlite":
        if Path(address.database or "").exists():
            raise Unfit(
                f"{address.database} existe déjà : restaurez vers une base neuve (PORTFOLIO_DATABASE_URL)."
            )
        return
    database = Database(address.render_as_string(hide_password=False))
    try:
        tables = inspect(database.engine).get_table_names()
    finally:
        database.dispose()
    if tables:
        raise Unfit(
            f"la base {address.database} contient déjà des tables : restaurez vers une base neuve et vide."
        )


def _dump(address: URL, dump: Path) -> None:
    if address.get_backend_name() == "sqlite":
        module = sqlite_module()
        if not Path(address.database or "").is_file():
            raise Unfit(f"{address.database} n'existe pas : il n'y a rien à sauvegarder.")
        with closing(module.connect(address.database)) as source, closing(module.connect(dump)) as target:
            source.execute("PRAGMA busy_timeout=10000")
            source.backup(target)  # in one step: one moment, and writers are never made to wait
            target.execute("PRAGMA journal_mode=DELETE")
        return
    if not _has_tool(address):
        pgcopy.write(address, dump)
        return
    _tool("pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")


def _load(address: URL, dump: Path) -> None:
    if address.get_backend_name() == "sqlite":
        module = sqlite_module()
        with closing(module.connect(dump)) as copy:
            if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise Unfit("la base de cette sauvegarde est abîmée : rien n'a été touché.")
        target = Path(address.database or "")
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.partiel")
        shutil.copyfile(dump, beside)
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.replace(target)
        return
    if zipfile.is_zipfile(dump):
        try:
            pgcopy.load(address, dump)
        except pgcopy.Unknown as reason:
            raise Unfit(f"cette sauvegarde vient d'une autre version du produit : {reason}.")
        return
    named = address.database or ""
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _tool("pg_restore", address, *options, f"--dbname={named}", str(dump))


def _has_tool(address: URL) -> bool:
    """Whether this machine has a `pg_dump` that its server accepts: an older one is refused by it."""
    program = shutil.which("pg_dump")
    if program is None:
        return False
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return found is not None and int(found[1]) >= pgcopy.server_version(address)


def _tool(name: str, address: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own tools; the password goes by the environment, never by the list of processes."""
    program = shutil.which(name)
    if program is None:
        raise Unfit(
            f"{name} est introuvable : installez les outils de PostgreSQL (paquet postgresql-client), de la version du serveur."
        )
    values = {"PGHOST": address.host or address.query.get("host"), "PGPORT": address.port, "PGUSER": address.username,
              "PGPASSWORD": address.password, "PGDATABASE": address.database}  # fmt: skip
    known = {key: str(value) for key, value in values.items() if value}
    command = [program, *arguments]
    done = subprocess.run(command, env=os.environ | known, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfit(f"{name} a échoué : {done.stderr.strip()[-500:]}")
