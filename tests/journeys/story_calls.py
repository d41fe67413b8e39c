"""The journey, first part: the strategy is read, a call is written by an officer, published by another person, and questions are answered."""

from __future__ import annotations

import re

from tests.journeys.stage import Story

CODE, TITLE = "AAP-2026-07", "Filières des groupements de femmes et de jeunes de Gao"
ENVELOPE, FLOOR, CEILING = 6_000_000, 500_000, 3_000_000
LEVELS = ("absent", "très faible", "faible", "moyen", "bon", "très bon")
CRITERIA = (("pertinence", "Pertinence", 40), ("faisabilite", "Faisabilité", 35), ("inclusion", "Inclusion", 25))
PIECES = (
    ("signed_request", "Demande signée"),
    ("legal_paper", "Récépissé ou agrément"),
    ("member_list", "Liste des membres, signée"),
)


def strategy_is_read(s: Story) -> None:
    """The officer looks at the frameworks that the call will serve."""
    officer = s.at(0, 8, 30).by("aissata.maiga")
    officer.go("/").follow("Stratégie").follow(re.compile("ALG"))
    officer.sees("A1.1", "Objectifs")


def call_is_written(s: Story) -> None:
    """Section by section, each saved before the next; nothing can be sent before all hold."""
    officer = s.at(0, 9).by("aissata.maiga")
    officer.go("/calls").follow("Rédiger un appel")
    officer.write({
        "code": CODE, "title": TITLE, "exercice": "2026", "envelope": str(ENVELOPE), "floor": "500 000",
        "ceiling": "3 000 000", "opens_at": f"{s.day(4)} 08:00", "closes_at": f"{s.day(30)} 16:00",
    }).press("Ouvrir le brouillon").sees("Brouillon ouvert.")
    s.memo["call"] = re.search(r"/calls/(\d+)/", officer.path).group(1)  # type: ignore[union-attr]
    further = "Enregistrer et continuer"
    officer.write({
        "summary": "Donner un revenu durable aux groupements de femmes et de jeunes de la région de Gao.",
        "contact": "Bureau des subventions, Gao", "complaints_contact": "Service des plaintes",
        "corruption_contact": "Audit interne",
    }).press(further)
    officer.write({
        "lines-0-budget_line_id": "F1-AAP25", "lines-0-amount": "6 000 000", "own_contribution_percent": "10",
        "shares-0-category": "women", "shares-0-percent": "30", "refused_expenses": "Salaires de fonctionnaires.\nAchat d'armes.",
    }).press(further)
    officer.write({
        "questions_until": s.day(10), "answers_on": s.day(12), "answers_where": "Page publique de l'appel",
        "pieces_by": s.day(40), "scoring_from": s.day(42), "scoring_until": s.day(50), "session_on": s.day(58),
        "decision_on": s.day(65), "notification_on": s.day(68), "appeal_days": "15", "appeal_to": "L'Ordonnateur",
    }).press(further)
    for category in ("women", "youth"):
        officer.write({"categories": category})
    officer.tick("Toute la région : Gao")
    officer.write({
        "min_members": "10", "min_age_months": "12", "min_youth_percent": "0", "max_months": "12", "max_files": "1",
        "excluded": "Un groupement qui a une avance non justifiée depuis plus de 180 jours.",
        "filing_place": "Gao, bureau de l'Autorité, ou en ligne", "filing_hours": "De 8 h 00 à 16 h 00", "copies": "2",
    }).press(further)
    for n, (code, label) in enumerate(PIECES):
        officer.write({f"pieces-{n}-label": label, f"pieces-{n}-code": code})
    officer.press(further)
    # Two blank criteria are offered at a time: the first two are saved, then there is room for the third.
    for n, (code, label, weight) in enumerate(CRITERIA):
        if n == 2:
            officer.press("Enregistrer et rester ici")
        officer.write({f"criteria-{n}-label": label, f"criteria-{n}-code": code, f"criteria-{n}-weight": str(weight)})
        officer.write({f"criteria-{n}-level_{mark}": f"{label} : {words}" for mark, words in enumerate(LEVELS)})
    officer.write({"score_floor": "60", "assessors_needed": "2", "spread_limit": "25"}).press(further)
    # In force on Mali that day: the authority's strategy, the PBF areas and the SDGs (R8). What is refused keeps its rows.
    for n, (code, part) in enumerate((("A1.1", "60"), ("A3.2", "40"), ("PBF-MS", "100"), ("ODD-1", "50"), ("ODD-5", "50"))):
        if n == 2:
            officer.press("Enregistrer et rester ici").sees("les poids font 0 %, ils doivent faire 100 %")
        officer.write({f"objectives-{n}-objective_id": f"{code} ", f"objectives-{n}-weight": part})
    officer.press(further).sees("Relecture", CODE, "6 000 000 F CFA", "100 %")


def call_is_published(s: Story) -> None:
    """The one who wrote it may not publish it; another person does, and the form freezes."""
    call = f"/calls/{s.memo['call']}"
    officer = s.at(2, 9).by("aissata.maiga")
    officer.go(f"{call}/review").press("Transmettre pour publication")
    officer.go(call).sees("Qui peut agir").is_not_offered("Publier l'appel")
    head = s.at(3, 10).by("mariam.guindo")
    head.go("/calls").follow(CODE).follow("Publier l'appel")
    head.press("Publier l'appel").sees("Appel publié sous le numéro AAP-2026-")
    s.memo["call_reference"] = re.search(r"AAP-2026-\d{5}-\w", head.page.locator("main").inner_text()).group(0)  # type: ignore[union-attr]
    head.go(call).does_not_see("Rédiger les rubriques")


def question_is_answered(s: Story) -> None:
    """Anybody asks on the public page; the officer answers for all to read."""
    public = f"/public/calls/{s.memo['call']}"
    visitor = s.at(5, 11).walk.visitor()
    visitor.go("/public/calls").follow(TITLE).sees("Enveloppe", "6 000 000 F CFA")
    visitor.write({"text": "Une coopérative de femmes peut-elle déposer un dossier ?"}, form="/questions").send("/questions")
    officer = s.at(11, 9).by("aissata.maiga")
    officer.go(f"/calls/{s.memo['call']}").follow("Répondre")
    officer.write({"answer": "Oui, si elle est immatriculée et si les femmes la dirigent."}).press("Publier la réponse")
    visitor.go(public).sees("Oui, si elle est immatriculée")
    visitor.context.close()
