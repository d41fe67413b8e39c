"""Results against the indicators of a micro-project: target, reached, gap, on the screen and in the rapport d'exécution (documents.md 3.4)."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from portfolio.kit.errors import Invalid
from portfolio.projects import queries, service
from portfolio.projects.forms import EditForm, IndicatorLine
from tests.agreements.test_pages import browsers, text_of
from tests.agreements.world import World
from tests.projects.test_projects import TODAY, opened
from tests.projects.test_projects import world as world

SOLD, MET = "Béliers vendus", "Réunions de gestion"
SET = [IndicatorLine(label=SOLD, unit="têtes", target=40), IndicatorLine(label=MET, target=12)]


@pytest.mark.both_engines
def test_what_is_reached_stands_beside_its_target(world: World) -> None:
    _agreement, number = opened(world, indicators=SET)
    officer, page = browsers(world)["grants_officer"], f"/projects/{number}"
    with world.work("grants_officer", readonly=True) as work:
        sold, _met = queries.indicators(work, queries.get(work, number))
    typed = {"measured_on": f"{TODAY:%d/%m/%Y}", "source": "Registre des ventes", "measures-0-id": str(sold.id), "measures-0-reached": "34",
             "measures-0-gap_note": "Six bêtes perdues en juin"}  # fmt: skip
    for wrong in ({"measured_on": "31/12/2030"}, {"measures-0-id": "999999"}, {"measures-0-reached": "-1"}, {"source": ""}):
        assert officer.submit(f"{page}/indicators", {**typed, **wrong}).status_code == 422, wrong
    assert officer.submit(f"{page}/indicators", typed).status_code == 303
    shown = text_of(officer.get(page).text).replace("\u2212", "-")
    assert "Six bêtes perdues en juin" in shown and "Registre des ventes" in shown and "-6" in shown
    assert "Résultats constatés au regard des indicateurs" in shown, "in the history"
    pdf = PdfReader(io.BytesIO(officer.get(f"{page}/report").content))
    words = " ".join("\n".join(p.extract_text() for p in pdf.pages).replace("\u2212", "-").split())
    for said in ("Cible", "Atteint", "Écart", SOLD, "40 34 -6", "Six bêtes perdues", MET, "non constaté"):
        assert said in words, (said, words)


def test_a_measured_indicator_keeps_its_words(world: World) -> None:
    _agreement, number = opened(world, indicators=SET)
    officer = browsers(world)["grants_officer"]
    with world.work("grants_officer", readonly=True) as work:
        sold, _met = queries.indicators(work, queries.get(work, number))
    typed = {"measured_on": f"{TODAY:%d/%m/%Y}", "source": "Registre", "measures-0-id": str(sold.id), "measures-0-reached": "34"}
    assert officer.submit(f"/projects/{number}/indicators", typed).status_code == 303
    for rows in ([SET[1]], [SET[0], SET[0]]):
        with world.work("grants_officer") as work, pytest.raises(Invalid) as bad:
            project = queries.get(work, number)
            service.edit(work, project, EditForm(version=project.version, indicators=rows))
        assert bad.value.errors[0].field.startswith("indicators-")
    with world.work("grants_officer") as work:
        project = queries.get(work, number)
        service.edit(work, project, EditForm(version=project.version, indicators=[SET[0]]))
        assert [(i.label, i.reached) for i in queries.indicators(work, project)] == [(SOLD, 34)]
