"""The whole story in a real chromium, by twelve people and more, each in a window of their own: from the strategy that a call serves to the
printed ledger that holds what the screens showed.

On SQLite with scripts, every page looked at (axe, CSP, console, sideways scroll, at 1280 and 360 px), and on PostgreSQL without a script up to
the register closed (test_payment.py pays without one). PORTFOLIO_WHOLE=1 walks that one to its end, and adds PostgreSQL with scripts and SQLite without.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portfolio.kit.db import Database
from portfolio.seed.data.people import STAFF
from tests.journeys import (
    story_after,
    story_calls,
    story_committee,
    story_files,
    story_grant,
    story_settlement,
)
from tests.journeys.stage import Story, fill, served
from tests.support import databases

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Stage = Callable[[Story], None]

STAGES = (
    story_calls.strategy_is_read,
    story_calls.call_is_written,
    story_calls.call_is_published,
    story_calls.question_is_answered,
    story_files.group_applies_by_itself,
    story_files.paper_file_at_the_counter,
    story_files.register_is_closed,
    story_files.groups_are_verified,
    story_files.files_are_screened,
    story_committee.files_are_shared_out,
    story_committee.assessors_score,
    story_committee.session_is_convened,
    story_committee.session_sits,
    story_committee.minutes_are_signed,
    story_grant.credits_are_committed,
    story_grant.decision_is_signed,
    story_grant.agreement_is_signed,
    story_grant.tranche_is_requested,
    story_grant.tranche_is_paid,
    story_settlement.group_buys,
    story_after.advance_is_justified,
    story_settlement.refused_is_asked_back,
    story_after.authority_buys,
    story_after.commission_decides,
    story_settlement.refused_is_repaid,
    story_after.goods_are_ordered_and_received,
    story_settlement.supplier_is_paid,
    story_after.people_are_reached,
    story_after.ledger_is_printed,
)
FILED = STAGES[: STAGES.index(story_files.register_is_closed) + 1]
WHOLE = bool(os.environ.get("PORTFOLIO_WHOLE"))


def story(
    kind: str, folder: Path, browser: Browser, *, scripts: bool = True, look: bool = False, stages: tuple[Stage, ...] = STAGES
) -> None:
    """Walk the whole of it, or its first stages, on a new database of this kind."""
    url = databases.new(kind, folder, "institution", fill)
    database = Database(url)
    try:
        with served(database, folder, browser, scripts=scripts, look=look) as s:
            for stage in stages:
                stage(s)
            assert not s.walk.faults, "\n".join(s.walk.faults)
            if stages is not STAGES:
                return
            roles = {grant.role for login in s.acted & STAFF.keys() for grant in STAFF[login].roles}
            assert len(s.acted) >= 12 and len(roles) >= 12
    finally:
        database.dispose()
        databases.drop(url)


@pytest.mark.e2e
@pytest.mark.slow
def test_the_story_with_every_page_looked_at(tmp_path: Path, browser: Browser) -> None:
    story("sqlite", tmp_path, browser, look=True)


@pytest.mark.e2e
@pytest.mark.slow
def test_the_story_on_postgresql_without_a_script(tmp_path: Path, browser: Browser) -> None:
    story("postgresql", tmp_path, browser, scripts=False, stages=STAGES if WHOLE else FILED)


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="PORTFOLIO_WHOLE=1 walks it twice more")
@pytest.mark.parametrize(("kind", "scripts"), [("postgresql", True), ("sqlite", False)])
def test_the_story_once_more(kind: str, scripts: bool, tmp_path: Path, browser: Browser) -> None:
    story(kind, tmp_path, browser, scripts=scripts)
