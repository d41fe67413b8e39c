"""The product in its own process on a free loopback port, as `portfolio serve` runs it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """`with Product(url, folder) as product: … product.address`; `env` adds to the environment."""

    def __init__(self, database_url: str, data_dir: Path, *options: str, command: str = "serve",
                 env: dict[str, str] | None = None, patience: float = 60) -> None:
        self.port, self.log = free_port(), data_dir / "server.log"
        self.address = f"http://127.0.0.1:{self.port}"
        data_dir.mkdir(parents=True, exist_ok=True)
        self._patience = patience
        self._command = [sys.executable, "-c", "from portfolio.cli import main; main()", command,
                         "--port", str(self.port), *options]
        self._env = os.environ | {
            "PORTFOLIO_DATABASE_URL": database_url, "PORTFOLIO_DATA_DIR": str(data_dir),
            "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Product:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(self._command, env=self._env, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + self._patience
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the product did not start:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def __exit__(self, *_: object) -> None:
        self.stop()
