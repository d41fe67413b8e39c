"""The journey, third part: assessors score without seeing each other, and the committee sits, deliberates and signs its minutes."""

from __future__ import annotations

import re

from tests.journeys.stage import Story
from tests.journeys.story_calls import CRITERIA

ASSESSORS = ("oumar.guindo", "zeinabou.hassane")
MARKS = {"own": ("5", "4", "4"), "young": ("4", "3", "4")}
"""Of 5, for the three criteria of 40, 35 and 25: 88,0 and 73,0 of 100."""
PRESIDENT = "salimata.kassogue"
PRESENT = (PRESIDENT, "moussa.zabeirou", "rasmata.sawadogo", "alhousseini.ag.mohamed", "hadiza.seyni", "boureima.cisse")
LINKED = "rasmata.sawadogo"
SECRETARY = "issoufou.garba"


def files_are_shared_out(s: Story) -> None:
    """The secretary gives each file to two assessors."""
    secretary = s.at(42, 8).by(SECRETARY)
    secretary.go(f"/scoring/calls/{s.memo['call']}")
    for box in secretary.page.locator('[name="assessors"]').all():
        box.uncheck()
    secretary.tick("Oumar Guindo").tick("Zeinabou Hassane").press("Répartir").sees("0 / 2")


def assessors_score(s: Story) -> None:
    """Each declares having no link, scores every criterion with its justification, and locks; nothing shows before all is locked (R9)."""
    s.at(43, 9)
    ranking = f"/scoring/calls/{s.memo['call']}/ranking"
    for n, login in enumerate(ASSESSORS):
        assessor = s.by(login)
        for file in ("own", "young"):
            assessor.go("/scoring").open_row(s.memo[f"{file}_reference"])
            assessor.sees("Avant d'ouvrir le dossier").press("Je déclare n'avoir aucun lien")
            for k, (_code, label, _weight) in enumerate(CRITERIA):
                assessor.write({f"marks-{k}-value": MARKS[file][k], f"marks-{k}-justification": f"{label} : lu dans le dossier et vérifié."})
            assessor.write({"strengths": "Un besoin réel.", "weaknesses": "Un marché étroit."})
            assessor.press("Enregistrer et verrouiller").sees("verrouillée")
        if n == 0:
            s.by(SECRETARY).go(ranking).sees("Aucun dossier ne peut encore être classé")
    secretary = s.by(SECRETARY)
    secretary.go(f"/scoring/calls/{s.memo['call']}").send("/complete")
    secretary.go(ranking).sees("88", "73", "2 000 000", "3 500 000")


def session_is_convened(s: Story) -> None:
    """Planned, its agenda taken from the ranked list, everybody called; the members declare their interests."""
    secretary = s.at(45, 9).by(SECRETARY)
    secretary.go("/committees").follow("Comité de sélection des micro-projets")
    secretary.write({"call_id": "AAP-2026-07", "scheduled_at": f"{s.day(58)} 09:00", "place": "Gao, salle de conférences",
                     "agenda": "Examen des dossiers classés"}, form="/plan").send("/plan")
    s.memo["session"] = re.search(r"/sessions/(\d+)", secretary.path).group(1)  # type: ignore[union-attr]
    secretary.send("/agenda").sees(s.memo["own_reference"], s.memo["young_reference"])
    secretary.press("Envoyer la convocation").sees("convoqu")
    session = f"/committees/sessions/{s.memo['session']}"
    for login in PRESENT:
        member = s.by(login)
        member.go(session).follow("Déclarer")
        if login == LINKED:
            box = member.page.locator("tr", has_text=s.memo["young_reference"]).get_by_role("checkbox")
            box.check()
            member.write({"nature": "Mon frère est le secrétaire de l'association"})
        member.write({"sworn": True}).press("Enregistrer ma déclaration").sees("Votre déclaration est enregistrée")
        if login == LINKED:
            member.go(session).sees("vous est fermé")


def session_sits(s: Story) -> None:
    """Attendance by the hour, quorum, a recusal, a proposal on each file with its votes, closing."""
    session = f"/committees/sessions/{s.memo['session']}"
    secretary = s.at(58, 9).by(SECRETARY)
    secretary.go(session)
    for name in ("Salimata Kassogué", "Moussa Zabeirou", "Rasmata Sawadogo", "Alhousseini Ag Mohamed", "Hadiza Seyni", "Boureima Cissé",
                 "Issoufou Garba"):
        row = secretary.page.locator("#attendance tr", has_text=name).first
        secretary.press("Arrivée", within=row)
    secretary.sees("6 voix sur 5")
    s.by(PRESIDENT).go(session).press("Ouvrir la séance")
    secretary.go(session).follow(s.memo["own_reference"])
    secretary.write({"proposal": "favourable", "votes_for": "6"}, form="/propose").send("/propose")
    secretary.go(session).follow(s.memo["young_reference"])
    secretary.write({"person_id": "Rasmata Sawadogo", "reason": "Frère du secrétaire de l'association"}, form="/recuse").send("/recuse")
    secretary.sees("5 voix sur 5").write({
        "proposal": "revised", "proposed_minor": "1 200 000", "votes_for": "4", "votes_against": "1",
        "reason": "Les prix de l'outillage dépassent la mercuriale.",
    }, form="/propose").send("/propose")
    secretary.go(session).follow(s.memo["young_reference"]).press("Revient")
    s.by(PRESIDENT).go(session).sees("3 200 000 F CFA", "2 800 000 F CFA").press("Lever la séance")


def minutes_are_signed(s: Story) -> None:
    """By everybody who came; then they are final, numbered, with their fingerprint."""
    session = f"/committees/sessions/{s.memo['session']}"
    s.at(58, 15)
    for login in (*PRESENT, SECRETARY):
        s.by(login).go(session).press("Je signe le procès-verbal").sees("Vous avez signé")
    s.by(SECRETARY).go(session).press("Rendre le procès-verbal définitif").sees("PV-2026-", "Empreinte")
