"""Every SELECT of people reached: who, how many, which pairs look alike, who may read names."""

from portfolio.beneficiaries.queries.counting import Reach, by_project, index_facts, masked, reach, table_rows
from portfolio.beneficiaries.queries.likeness import Likeness, candidates, likeness
from portfolio.beneficiaries.queries.looks import look_at, looked
from portfolio.beneficiaries.queries.people import (
    count,
    counts_of,
    erasure_of,
    get,
    get_erasure,
    get_pair,
    key_of,
    pair_facts,
    pairs_of,
    person_facts,
    project_facts,
    visible,
    visible_pairs,
)

__all__ = [
    "erasure_of",
    "get_erasure",
    "Likeness",
    "Reach",
    "by_project",
    "candidates",
    "count",
    "counts_of",
    "get",
    "get_pair",
    "index_facts",
    "key_of",
    "likeness",
    "look_at",
    "looked",
    "masked",
    "pair_facts",
    "pairs_of",
    "person_facts",
    "project_facts",
    "reach",
    "table_rows",
    "visible",
    "visible_pairs",
]
