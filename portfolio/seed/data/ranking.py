"""The ranked list that the session of AAP-2026-01 will find on J+6, with the proposal expected for each."""

from portfolio.kit import tables
from portfolio.seed.data.model import RankRow

CALL = "AAP-2026-01"
ENVELOPE = 45_000_000


def _rows() -> tuple[RankRow, ...]:
    total = 0
    found = []
    for row in tables.rows("portfolio.seed", "ranking.csv"):
        requested = int(row["requested"])
        rank = int(row["rank"]) if row["rank"] else None
        total += requested if rank is not None else 0
        found.append(
            RankRow(
                rank=rank,
                file=row["file"],
                name=row["name"],
                category=row["category"],
                requested=requested,
                score=int(row["score"]),
                spread=int(row["spread"]),
                first_spread=int(row["first_spread"]),
                cumulated=total if rank is not None else None,
                proposal=row["proposal"],
                proposed=int(row["proposed"]),
                waiting_rank=int(row["waiting_rank"]) if row["waiting_rank"] else None,
                note=row["note"],
            )
        )
    return tuple(found)


RANKING: tuple[RankRow, ...] = _rows()
"""In the order of the list; `proposed` of the adjourned file is a sum set aside, not an award."""

AWARDED = sum(row.proposed for row in RANKING if row.proposal in ("favourable", "revised"))
SET_ASIDE = sum(row.proposed for row in RANKING if row.proposal == "adjourned")
LEFT = ENVELOPE - AWARDED - SET_ASIDE
"""What remains of the envelope: less than the first of the waiting list asks."""
