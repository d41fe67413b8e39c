"""People reached, counted three ways never added together (R13), the activities done so far, and the grants that close."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.agreements import service as agreements
from portfolio.beneficiaries import service
from portfolio.beneficiaries.forms import CountRow, CountsForm, PeopleForm, PersonRow
from portfolio.closures import service as closures
from portfolio.closures.forms import ClosureForm
from portfolio.closures.models import Closure
from portfolio.projects import service as projects
from portfolio.projects.models import Activity
from portfolio.seed import groups_known
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.groups import people_of
from portfolio.seed.data.life import disbursements, grants
from portfolio.seed.data.model import Group
from portfolio.seed.data.others import projects as all_projects
from portfolio.seed.signed import agreement_of, project_of
from portfolio.seed.stage import Stage, make
from portfolio.work import Work

PROGRAMME, ORDONNATEUR, COMPTABLE = "mariam.guindo", "seydou.barro", "mahamadou.sidibe"
NAMED = ("MP01", "MP02", "MP03", "MP06", "MP07", "MP16", "MP18", "MP21")
"""Projects whose first people are entered by name."""
ROWS = 10
ASSISTANCE = {
    "MP07": "Conducteur formé et équipé",
    "MP06": "Parcelle irriguée attribuée",
    "MP21": "Parcelle irriguée attribuée",
}
RECEIVED_TWICE = ("MP01", "MP16")
"""One woman who received from both, with her telephone: a pair for a second person."""
FINISHED = ("MP02", "MP18", "MP12", "MP17")
CLOSING = {"MP12": -110, "MP17": -24, "MP02": -55, "MP18": -58}
CLOSED = {"MP02": (-50, -45), "MP18": (-54, -50)}
BANDS = ("15-24", "25-35", "36-59")


def plan(stage: Stage) -> None:
    """For every grant that received money; then the closing of four, two of them to the end."""
    first: dict[str, int] = {}
    for facts in disbursements():
        if facts.outcome == "paid" and facts.paid_j is not None:
            first.setdefault(facts.project, facts.paid_j)
    for n, (code, j) in enumerate(sorted(first.items())):
        officer = groups_known.officer_of(all_projects()[code].group)
        day, minute = min(j + 45, -3), n * 7 % 60
        if code in NAMED:
            stage.plan(day, f"09:{minute:02d}", officer, partial(_people, stage, code))
        if code != "MP05":
            stage.plan(day, f"11:{minute:02d}", officer, partial(_counts, stage, code))
            stage.plan(min(day + 20, -2), f"17:{minute:02d}", officer, partial(_done, stage, code, 2))
    for code in FINISHED:
        officer = groups_known.officer_of(all_projects()[code].group)
        stage.plan(CLOSING[code] - 2, "10:15", officer, partial(_complete, stage, code))
        stage.plan(CLOSING[code], "14:15", PROGRAMME, partial(_start_closing, stage, code))
    for code, (prepared, attested) in CLOSED.items():
        officer = groups_known.officer_of(all_projects()[code].group)
        stage.plan(prepared, "09:45", officer, partial(_prepare, stage, code))
        stage.plan(attested, "09:15", COMPTABLE, partial(_clear_account, stage, code))
        stage.plan(attested, "11:45", ORDONNATEUR, partial(_attest, stage, code))


def _row(group: Group, code: str, n: int, year: int) -> PersonRow:
    sex = "F" if n % ROWS < ROWS * group.women // max(1, group.women + group.men) else "M"
    names = people_of(group.country, sex)
    shared = n == ROWS - 1 and code in RECEIVED_TWICE
    at = (NAMED.index(code) * ROWS + n) % len(names)  # a name of its own, so that pairs stay rare
    return make(
        PersonRow,
        full_name="Aminata Touré Maïga"
        if shared and code == RECEIVED_TWICE[0]
        else "Aminata Toure"
        if shared
        else names[at],
        sex="F" if shared else sex,
        birth_year=1988 if shared else year - 19 - (n * 7 + int(code[2:])) % 42,
        village="" if group.masked else ("Quartier du marché", "Quartier du fleuve", "Château")[n % 3],
        phone="+22376001234" if shared else None,
        displacement="displaced" if n < ROWS * group.displaced // max(1, group.women + group.men) else "host",
        disability="yes" if n == 4 else "no",
    )


def _people(stage: Stage, code: str, work: Work) -> None:
    group = all_groups()[all_projects()[code].group]
    form = PeopleForm(
        received_on=work.today,
        assistance=ASSISTANCE.get(code, "Membre du groupe : équipement et formation"),
        lines=[_row(group, code, n, work.today.year) for n in range(ROWS)],
    )
    service.record_people(work, project_of(stage, work, code), form)


def _counts(stage: Stage, code: str, work: Work) -> None:
    group = all_groups()[all_projects()[code].group]
    scale = 40 if group.board_only else 3
    women, men = group.women * scale, (group.men or group.members // 3) * scale
    rows = []
    for sex, people in (("F", women), ("M", men)):
        for n, band in enumerate(BANDS):
            part = people * (2, 3, 2)[n] // 7
            if part:
                rows.append(make(CountRow, sex=sex, band=band, displacement="host", people=part))
    project = project_of(stage, work, code)
    method = "Feuilles de présence et registre du groupe"
    service.record_counts(work, project, CountsForm(kind="counted", on=work.today, method=method, lines=rows))
    estimate = make(CountRow, people=(women + men) * 6)
    method = "Six personnes par ménage, d'après le recensement"
    service.record_counts(
        work, project, CountsForm(kind="indirect", on=work.today, method=method, lines=[estimate])
    )


def _done(stage: Stage, code: str, count: int, work: Work) -> None:
    project = project_of(stage, work, code)
    left = select(Activity).where(Activity.project_id == project.id, Activity.done_on.is_(None))
    for activity in work.db.scalars(left.order_by(Activity.position).limit(count)).all():
        projects.finish_activity(work, project, activity.id)


def _complete(stage: Stage, code: str, work: Work) -> None:
    _done(stage, code, 99, work)
    projects.complete(work, project_of(stage, work, code))


def _start_closing(stage: Stage, code: str, work: Work) -> None:
    agreements.start_closing(work, agreement_of(stage, work, code))


def _prepare(stage: Stage, code: str, work: Work) -> None:
    closed = grants()[code].closed_j or 0
    form = ClosureForm(
        keep_until=stage.day(closed + 3653),
        follow_up_on=stage.day(closed + 180),
        note="Registre et caisse tenus ; visite de suivi à six mois.",
    )
    stage.keep(f"closure:{code}", closures.prepare(work, agreement_of(stage, work, code), form))


def _clear_account(stage: Stage, code: str, work: Work) -> None:
    closures.clear_account(work, stage.get(work, Closure, f"closure:{code}"))


def _attest(stage: Stage, code: str, work: Work) -> None:
    closures.attest(work, stage.get(work, Closure, f"closure:{code}"))
