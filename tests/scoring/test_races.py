"""Thirty-two times the lock of one score sheet, over HTTP, on both engines: one counts (C02, C07)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.audit.models import AuditEvent
from portfolio.origin import Surroundings
from portfolio.scoring.models import ScoreSheet
from tests.scoring import world as w
from tests.support.crowd import Scene, copies, one_wins, take_the_lock_away


def to_lock(around: Surroundings) -> dict[str, Any]:
    """One file whose first sheet is filled and open."""
    world = w.build(around.database, codes=("A-014", "A-003"))
    world.around, world.clock = around, around.clock
    w.assign_demo(world)
    sheet = next(f for f in w.demo_files.files_of(w.CODE) if f.code == "A-014").sheets[0]
    w.fill(world, "A-014", sheet.assessor, lock=False)
    with world.database.session(readonly=True) as session:
        row = session.scalars(select(ScoreSheet).where(ScoreSheet.status == "open")).one()
        return {"sheet": row.id, "person": row.assessor_id}


def locks(scene: Scene) -> list[Any]:
    return scene.crowd(scene.ids["person"], f"/scoring/sheets/{scene.ids['sheet']}/lock")


def locked(scene: Scene) -> int:
    with scene.around.database.session(readonly=True) as session:
        statement = select(func.count()).select_from(AuditEvent).where(AuditEvent.event == "score_sheet:locked")
        return int(session.scalar(statement) or 0)


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_locks_of_one_sheet(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "sheet", to_lock):
        one_wins(locks(scene), "Déjà fait par Personne e")
        assert locked(scene) == 1


@pytest.mark.postgresql
@pytest.mark.slow
def test_two_lock_when_the_lock_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for scene in copies("postgresql", tmp_path, "sheet", to_lock, times=1):
        take_the_lock_away(monkeypatch, ScoreSheet)
        with pytest.raises(AssertionError):
            one_wins(locks(scene), "Déjà fait par Personne e")
