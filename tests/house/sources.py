"""What the house tests look at: the repository's files and the syntax trees of the product."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ROOT / "portfolio"


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the repository, kept or about to be, relative to its root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    return tuple(sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()))


@functools.cache
def modules() -> tuple[Path, ...]:
    return tuple(path for path in files() if path.suffix == ".py" and path.parts[0] == "portfolio")


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in modules():
        for node in ast.walk(tree(path)):
            yield path, node


def where(path: Path, node: ast.AST) -> str:
    return f"{path}:{getattr(node, 'lineno', '?')}"
