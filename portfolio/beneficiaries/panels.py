"""People reached, on the pages of micro-projects and agreements; pairs, on the page of a group."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.models import Agreement
from portfolio.beneficiaries import queries
from portfolio.beneficiaries.models import SEXES
from portfolio.beneficiaries.reference import BANDS, KIND_WORDS, MASKED_BELOW, SEX_WORDS, SIGN_WORDS
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.projects import queries as projects
from portfolio.projects.models import Project
from portfolio.projects.queries.papers import REACHED
from portfolio.rulebook.lifecycles.beneficiaries import DUPLICATE
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


def _reach(work: Work, project: Project) -> Panel | None:
    if not work.may("reach:view", project):
        return None
    rows = queries.by_project(work, {project.id}, lambda _n: project.id)
    shown = queries.table_rows(rows, {project.id: ""}, not work.may("reach:view_names"))
    facts: dict[str, Any] = {
        "project": project,
        "row": shown[0] if shown else None,
        "sexes": SEXES,
        "sex_words": SEX_WORDS,
        "kind_words": KIND_WORDS,
        "below": MASKED_BELOW,
        "may_record": work.may("reach:record", project),
    }
    return Panel(_("People reached"), "beneficiaries/panels.html", "reach", facts, anchor="reached")


@panel("project", order=70)
def reached(work: Work, project: Project) -> Panel | None:
    """The three figures of a project."""
    return _reach(work, project)


@panel("agreement", order=70)
def reached_of_agreement(work: Work, agreement: Agreement) -> Panel | None:
    """The three figures of the agreement's project."""
    project = projects.of_agreement(work, agreement.id)
    return _reach(work, project) if project is not None else None


@panel("group", order=70)
def pairs(work: Work, group: Group) -> Panel | None:
    """The pairs in which a group stands."""
    if not work.may("reach:view", group):
        return None
    found = queries.pairs_of(work, "grp", group.id)
    may_search = work.may("group:edit", group)
    if not found and not may_search:
        return None
    facts: dict[str, Any] = {
        "pairs": found,
        "group": group,
        "cycle": DUPLICATE,
        "sign_words": SIGN_WORDS,
        "may_search": may_search,
    }
    return Panel(_("Possible duplicates"), "beneficiaries/panels.html", "pairs", facts, anchor="pairs")


def _bands(found: queries.Reach, kind: str) -> list[tuple[str, str]]:
    """« 15–24 ans : 12 », in the order of ages, age not known last; a few people are not counted out on a paper (row 16)."""
    order = [code for code, _low, _high in BANDS] + ["unknown"]
    totals = {code: sum(n for cell, n in found.cells(kind).items() if cell[1] == code) for code in order}
    return [
        (
            "âge inconnu" if code == "unknown" else f"{code.replace('-', '–')} ans",
            str(n) if n >= MASKED_BELOW else f"moins de {MASKED_BELOW}",
        )
        for code, n in totals.items()
        if n
    ]


def fiche(work: Work, project: Project) -> dict[str, Any]:
    """The rows of the fiche de projet (document 19), in French: the three ways, women and men."""
    words = {"named": "Directs nominatifs", "counted": "Directs comptés", "indirect": "Indirects estimés"}
    found = queries.reach(work, {project.id})
    rows = [
        {
            "label": label,
            "women": found.of_sex(kind, "F"),
            "men": found.of_sex(kind, "M"),
            "displaced": sum(n for cell, n in found.cells(kind).items() if cell[2] == "displaced"),
            "bands": _bands(found, kind),
        }
        for kind, label in words.items()
        if found.total(kind)
    ]
    return {"rows": rows} if rows else {}


if fiche not in REACHED:
    REACHED.append(fiche)
