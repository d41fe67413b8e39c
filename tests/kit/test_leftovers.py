"""A run of the tests that was killed leaves nothing behind once the next one starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support import leftovers


def test_folders_of_dead_runs_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    dead = int(ended.stdout)
    names = [f"{leftovers.RUN}{dead}-a", f"{leftovers.SERVER}{dead}-b"]
    stay = [leftovers.make(leftovers.RUN, tmp_path), tmp_path / f"other-{dead}-c", tmp_path / f"{leftovers.RUN}x-d"]
    for folder in [*(tmp_path / name for name in names), *stay]:
        folder.mkdir(exist_ok=True)
        (folder / "inside").write_text("x")
    server = tmp_path / names[1] / "data"
    server.mkdir()
    (server / "postmaster.pid").write_text(f"{os.getpid()}\n")  # a number that another process has by now: it is spared
    assert sorted(p.name for p in leftovers.sweep([tmp_path])) == sorted(names)
    assert sorted(tmp_path.iterdir()) == sorted(stay)
