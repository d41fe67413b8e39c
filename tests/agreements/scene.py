"""What the tests of agreements share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from tests.agreements.world import World


def codes(refused: Any) -> set[str]:
    return {r.code for r in refused.value.refusals}


def change(world: World, model: type, number: int, /, **values: object) -> None:
    with world.database.session(readonly=False) as session:
        session.execute(update(model).where(model.id == number).values(**values))  # type: ignore[attr-defined]
        session.commit()


# -- preparing -------------------------------------------------------------------------------------------------------
