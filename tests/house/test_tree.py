"""The house keeps its shape: where files live, how long they are, what they may not say."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.sources import PRODUCT, ROOT, files, modules, nodes, tree, where

TOP = {"portfolio", "migrations", "templates", "static", "tests",
       "alembic.ini", "pyproject.toml", "README.md", "LICENSE", "requirements.txt"}
ENGINE = {"kit", "web", "rulebook", "locale", "seed"}  # packages of portfolio that are no rooms
ROOM_FILES = {"__init__", "models", "forms", "queries", "service", "routes", "panels", "pdf", "reference"}
ROOM_FOLDERS = (ROOM_FILES - {"__init__"}) | {"data"}
ALSO = {
    Path("portfolio/desk/styleguide.py"),  # the components' own page: it belongs to no noun of the product
    Path("portfolio/desk/verify.py"),  # derives every room's guard columns again: it belongs to all rooms
    Path("portfolio/ledger/export.py"),  # the ledger as foreign programs read it
    Path("portfolio/ledger/signatures.py"),  # a part of the offline verifier, apart for its length
    Path("portfolio/ledger/offline.py"),  # given out beside the export: it imports nothing of the product
}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "shared", "tools", "stuff"}

# Where a fraction is not money. A prefix of the path, and why.
FRACTIONS = {
    "portfolio/kit/pdf": "points on a page",
    "portfolio/kit/charts": "points on a drawing",
    "portfolio/calls/pdf/notice.py": "points on a page",
    "portfolio/committees/pdf/presence.py": "millimetres of a row",
    "portfolio/desk/queries/ledger/natures.py": "millimetres of a column",
    "portfolio/documents/service/sweep.py": "the age of a file",
    "portfolio/seed/data/sheets.py": "marks of a jury",
}
INEXACT = {"Float", "Numeric", "REAL", "Double", "DOUBLE", "DOUBLE_PRECISION"}

# Only these may assign a status: `work.advance`, and the engine that it calls.
STATUS_WRITERS = {Path("portfolio/work.py"), Path("portfolio/kit/lifecycle.py")}


def test_the_top_level_holds_what_the_map_says() -> None:
    found = {path.parts[0] for path in files() if not path.parts[0].startswith(".")}
    assert found <= TOP


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in modules() if path.stem in NAMELESS or path.stem == "__main__"] == []


def test_every_room_has_the_same_files() -> None:
    strays = []
    for path in files():
        if path.parts[0] != "portfolio" or len(path.parts) < 3 or path.parts[1] in ENGINE:
            continue
        inside = path.parts[2]
        allowed = inside in ROOM_FOLDERS if len(path.parts) > 3 else (
            path.suffix == ".py" and path.stem in ROOM_FILES)
        if not allowed and path not in ALSO:
            strays.append(str(path))
    assert strays == []


def test_every_package_is_one() -> None:
    """A folder without `__init__.py` is a namespace package that import contracts do not see."""
    folders = {path.parent for path in modules()}
    assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []


def test_templates_and_tests_are_named_after_rooms() -> None:
    rooms = {path.name for path in PRODUCT.iterdir() if path.is_dir() and not path.name.startswith("_")}
    loose = {"layouts", "components", "mail", "errors", "home", "styleguide"}
    folders = {path.parts[1] for path in files() if path.parts[0] == "templates" and len(path.parts) > 2}
    assert folders - loose - rooms == set()
    own = {"house", "journeys", "lives", "bench", "support", "vendor", "work", "app", "cli", "seed"}
    tested = {path.parts[1] for path in files() if path.parts[0] == "tests" and len(path.parts) > 2}
    assert tested - own - rooms == set()


def test_nothing_names_a_machine_or_a_registry() -> None:
    machine = re.compile(r"(?<![\w.:/-])/(?:wo[r]k|roo[t]|hom[e]|op[t])/\w")
    registry = re.compile(r"(?:py[p]i\.org|python[h]osted\.org|registry\.[n]pmjs|--extra-inde[x]-url)")
    found = []
    for path in files():
        if path.suffix in {".png", ".ttf", ".woff2", ".pdf", ".br", ".gz", ".ico"} or "vendor" in path.parts:
            continue
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if machine.search(line) or registry.search(line):
                found.append(f"{path}:{number}: {line.strip()[:120]}")
    assert found == []


def _is_update(call: ast.AST) -> bool:
    while isinstance(call, (ast.Call, ast.Attribute)):
        call = call.func if isinstance(call, ast.Call) else call.value
    return isinstance(call, ast.Name) and call.id == "update"


def _assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return [part for target in node.targets for part in ast.walk(target) if isinstance(part, ast.expr)]
    return [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []


def status_writes(tree: ast.AST) -> list[ast.AST]:
    """Every way to change a status behind the engine's back: assignment, setattr, UPDATE … SET."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in _assigned(node)):
            found.append(node)
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name == "setattr" and len(node.args) > 1 and getattr(node.args[1], "value", "") == "status":
                found.append(node)
            if name == "values" and _is_update(node) and any(word.arg == "status" for word in node.keywords):
                found.append(node)
    return found


def test_only_the_engine_assigns_a_status() -> None:
    found = [where(path, node) for path in modules() if path not in STATUS_WRITERS
             for node in status_writes(tree(path))]
    assert found == []


# Who commits: the work, its stage in the demo, the server that makes what each day asks for, what stands apart, and the outbox, whose every job is one transaction.
COMMITS = {"portfolio/serving.py", "portfolio/work.py", "portfolio/kit/db.py", "portfolio/web/act.py", "portfolio/seed/stage.py", "portfolio/outbox/service.py"}


def test_no_service_commits() -> None:
    """A verb is whole with its entries and its events, or it is nothing (T05)."""
    found = {str(path) for path in modules() if path.parts[0] == "portfolio"
             for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr == "commit"}
    assert found == COMMITS


def test_the_status_search_sees_every_way() -> None:
    planted = """
call.status = "open"
a, call.status = 1, "open"
call.status += "x"
setattr(call, "status", "open")
session.execute(update(Call).where(Call.id == 1).values(status="open"))
"""
    assert len(status_writes(ast.parse(planted))) == 5
    assert status_writes(ast.parse('insert(Call).values(status="draft"); x = call.status')) == []


def inexact(node: ast.AST) -> bool:
    """A float made, declared or stored; or an amount divided as fractions are."""
    if isinstance(node, ast.BinOp):
        if not isinstance(node.op, ast.Div):
            return False
        return any(isinstance(part, ast.Name | ast.Attribute) and re.search(r"(^|_)(minor|amounts?|total|francs)$", _word(part))
                   for side in (node.left, node.right) for part in ast.walk(side))
    return isinstance(node, ast.Name | ast.Attribute) and _word(node) in INEXACT | {"float"}


def _word(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def test_money_is_never_inexact() -> None:
    """M01: nowhere but where points are drawn; and each exemption exempts something."""
    found = [(str(path), where(path, node)) for path, node in nodes() if inexact(node)]
    assert [place for path, place in found if not path.startswith(tuple(FRACTIONS))] == []
    assert [prefix for prefix in FRACTIONS if not any(path.startswith(prefix) for path, _ in found)] == []


def test_the_search_for_fractions_sees_every_way() -> None:
    """The negative control of M01, planted."""
    planted = """
paid = float(words)
column = mapped_column(Numeric(18, 2))
other = sa.Float()
rate: float = 0
half = line.paid_minor / 2
share = 100 * amount / total
"""
    lines = {node.lineno for node in ast.walk(ast.parse(planted)) if inexact(node)}
    assert lines == set(range(2, 8))
    assert not any(inexact(node) for node in ast.walk(ast.parse("folder / name; minor // 2; Fraction(minor, 3)")))


def test_what_is_imported_is_installed_with_the_product() -> None:
    """Every foreign import of the product is in its lock: a test dependency cannot slip into it."""
    lock = (ROOT / "requirements.txt").read_text().splitlines()
    locked = {line.split("==")[0] for line in lock if "==" in line}
    names, found = packages_distributions(), set()
    for _path, node in nodes():
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else (
            [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else [])
        for name in imported:
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top != "portfolio":
                owners = {owner.lower().replace("_", "-") for owner in names.get(top, [top])}
                if not owners & locked:
                    found.add(top)
    assert found == set()


def test_the_tests_lock_only_adds_to_the_products_lock() -> None:
    product, tests = ROOT / "requirements.txt", ROOT / ".ci" / "requirements.txt"
    pinned = [{line.split(" ")[0] for line in lock.read_text().splitlines() if "==" in line}
              for lock in (product, tests)]
    assert pinned[0] <= pinned[1]
    for lock in (product, tests):
        assert "--hash=sha256:" in lock.read_text()
        assert "://" not in lock.read_text()
