"""The README is true: its two commands, its map, its commands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from typer.testing import CliRunner

from portfolio import cli
from tests.house.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", README, flags=re.M | re.S)


def test_the_first_block_installs_the_lock_and_starts_the_demo() -> None:
    lines = BLOCKS[0].splitlines()
    assert lines[0].startswith("python3 -m venv ")
    assert "--require-hashes -r requirements.txt" in BLOCKS[0]
    assert lines[-1].endswith("/portfolio demo")


def test_the_second_block_installs_the_tests_lock_and_runs_all_tests() -> None:
    assert "--require-hashes -r .ci/requirements.txt" in BLOCKS[1]
    chosen = re.findall(r'-m pytest.*?-m (?:"([^"]*)"|(\S+))', BLOCKS[1])
    assert [quoted or bare for quoted, bare in chosen] == ["not bench", "bench"]  # together: all


def test_each_line_of_a_block_stops_the_next_when_it_fails() -> None:
    for block in BLOCKS[:2]:
        *leading, _last = block.strip().splitlines()
        assert all(line.endswith("&&") for line in leading)


def test_ci_runs_the_second_block(tmp_path: Path) -> None:
    """`.ci/run` in a folder whose README has other blocks runs its second one, with CI=true, and tells its code."""
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci" / "run"
    script.write_text((ROOT / ".ci" / "run").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "README.md").write_text(
        "```sh\necho first\n```\ntext\n```sh\necho second $CI >ran\nexit 7\n```\n```sh\necho third\n```\n",
        encoding="utf-8")
    quiet = tmp_path / "bin"  # nothing is installed by a test
    quiet.mkdir()
    for name in ("apt-get", "chromium", "pdftoppm", "hledger", "xmllint", "sudo"):
        (quiet / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (quiet / name).chmod(0o755)
    done = subprocess.run(["bash", script], env=os.environ | {"PATH": f"{quiet}:{os.environ['PATH']}"},
                          capture_output=True, text=True)
    assert done.returncode == 7, done.stdout + done.stderr
    assert (tmp_path / "ran").read_text() == "second true\n"
    assert "exit code 7" in done.stdout


def test_ci_run_can_be_executed() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_place_on_the_map_exists() -> None:
    named = re.findall(r"`((?:portfolio|tests|migrations|templates|static)/[\w./]*|[\w.-]+\.(?:toml|txt))`", README)
    assert len(named) > 20
    missing = [name for name in named
               if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()]
    assert missing == []


def test_linked_pictures_exist() -> None:
    assert [name for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README) if not (ROOT / name).exists()] == []


def test_every_command_of_the_table_exists() -> None:
    commands = re.findall(r"^\| `portfolio ([a-z ]+)` \|", README, flags=re.M)
    assert len(commands) == 14
    refused = [command for command in commands if CliRunner().invoke(cli.main, [*command.split(), "--help"]).exit_code]
    assert refused == []
