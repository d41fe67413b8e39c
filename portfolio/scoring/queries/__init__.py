"""Reading scores: nothing of a mark before all sheets of the file are locked (R9); then means, spreads, floors and the ranked list."""

from portfolio.scoring.queries.arithmetic import (
    CriterionResult,
    Grid,
    Result,
    SheetResult,
    combine,
    sheet_points,
    sheet_tenths,
)
from portfolio.scoring.queries.pages import call_facts, ranking_facts, sheet_facts, summary_facts
from portfolio.scoring.queries.progress import (
    FileProgress,
    assessors,
    loads,
    progress,
    ready_to_close,
    totals,
)
from portfolio.scoring.queries.ranks import Ranked, full_ranking, ranking, result, results
from portfolio.scoring.queries.sheets import (
    active_sheets,
    criteria,
    get,
    get_call,
    mine,
    sheets_of,
    visible,
)

__all__ = [
    "CriterionResult",
    "FileProgress",
    "Grid",
    "Ranked",
    "Result",
    "SheetResult",
    "active_sheets",
    "assessors",
    "call_facts",
    "combine",
    "criteria",
    "full_ranking",
    "get",
    "get_call",
    "loads",
    "mine",
    "progress",
    "ranking",
    "ranking_facts",
    "ready_to_close",
    "result",
    "results",
    "sheet_facts",
    "sheet_points",
    "sheet_tenths",
    "sheets_of",
    "summary_facts",
    "totals",
    "visible",
]
