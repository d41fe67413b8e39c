"""The tools that read the code: style, types, the order of the rooms; and proof that the order is guarded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PRODUCT, ROOT

BIN = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def imports(cwd: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "lint-imports", "--no-cache", "--no-logo", cwd=cwd)


def test_ruff() -> None:
    done = run(sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_mypy_strict() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rooms_import_upstream_only() -> None:
    done = imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


BREACHES = {
    "a tool that knows a room": (
        "portfolio/kit/planted.py", "import portfolio.calls.models", "Rooms import upstream only"),
    "a folder that was not placed": ("portfolio/planted/__init__.py", "", "Rooms import upstream only"),
    "a query that calls a verb": (
        "portfolio/calls/queries.py", "import portfolio.calls.service",
        "Floors of a room: queries know no verb"),
    "a model that calls a query": (
        "portfolio/calls/models.py", "import portfolio.calls.queries",
        "Floors of a room: models know no verb and no query"),
    "a verb that draws a page": (
        "portfolio/calls/service.py", "import portfolio.calls.routes",
        "Floors of a room: services know no page"),
    "a verb that knows HTTP": (
        "portfolio/calls/service.py", "import fastapi",
        "Services, queries, models, forms and the floors below know no HTTP"),
    "a law that reads the database": (
        "portfolio/rulebook/planted.py", "import sqlalchemy", "The rulebook is pure data"),
    "a room that opens the ledger's tables": (
        "portfolio/calls/queries.py", "import portfolio.ledger.models",
        "Only the ledger touches ledger tables"),
}


def plant(target: Path, line: str) -> None:
    """Adds a line to a module, which may have been split into a sub-package."""
    if target.with_suffix("").is_dir():
        target = target.with_suffix("") / "__init__.py"
    target.parent.mkdir(exist_ok=True)
    (target.parent / "__init__.py").touch()
    with target.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")


@pytest.mark.parametrize("breach", sorted(BREACHES))
def test_a_planted_breach_is_caught(breach: str, tmp_path: Path) -> None:
    left_out = shutil.ignore_patterns("__pycache__", "data", "locale")
    shutil.copytree(PRODUCT, tmp_path / "portfolio", ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path, line, contract = BREACHES[breach]
    plant(tmp_path / path, line)
    if line.startswith("import portfolio."):
        plant(tmp_path / f"{line.removeprefix('import ').replace('.', '/')}.py", "")
    done = imports(tmp_path)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout, done.stdout
