"""Every SELECT of micro-projects and visits."""

from portfolio.projects.queries.papers import (
    REACHED,
    photo_bytes,
    project_facts,
    project_photos,
    visit_facts,
)
from portfolio.projects.queries.records import (
    activities,
    facts,
    get,
    get_visit,
    indicators,
    of_agreement,
    of_group,
    ready_agreements,
    visible,
    visit_page,
    visits,
    visits_due,
)

__all__ = [
    "REACHED",
    "photo_bytes",
    "project_photos",
    "activities",
    "facts",
    "get",
    "get_visit",
    "indicators",
    "of_agreement",
    "of_group",
    "project_facts",
    "ready_agreements",
    "visible",
    "visit_facts",
    "visit_page",
    "visits",
    "visits_due",
]
