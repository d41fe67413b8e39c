"""The journey, second part: two groups apply, one by itself and one on paper; the files are screened and shared out."""

from __future__ import annotations

import re

from tests.journeys.stage import Story
from tests.journeys.story_calls import PIECES
from tests.journeys.walker import Person

OWN = "mariam.coulibaly@example.org"
GROUP, TITLE = "Groupement Sigida Nyèta de Gao", "Séchage et vente de légumes"
YOUNG, YOUNG_TITLE = "Association des jeunes Toumo de Gao", "Atelier de réparation de motos"
BUDGET = (
    ("Séchoirs solaires", "unité", "4", "250 000", "S"),
    ("Emballages", "lot", "1", "600 000", "S"),
    ("Formation", "jour", "4", "100 000", "S"),
    ("Cotisations", "forfait", "1", "120 000", "N"),
    ("Hangar", "forfait", "1", "180 000", "V"),
)
"""2 000 000 asked, 300 000 of own contribution."""
YOUNG_BUDGET = (
    ("Outillage", "lot", "1", "1 200 000", "S"),
    ("Formation", "jour", "3", "100 000", "S"),
    ("Local", "mois", "6", "40 000", "V"),
)
"""1 500 000 asked, 240 000 of own contribution."""


def group_applies_by_itself(s: Story) -> None:
    """On the public side: an account, the group, the seven pages, check your answers, file, receipt."""
    woman = s.at(14, 19).walk.visitor()
    woman.go("/public/calls").follow("Enregistrer votre groupe")
    woman.write({
        "full_name": "Mariam Coulibaly", "account_email": OWN, "password": "un baobab dans la cour", "name": GROUP,
        "category": "women", "legal_form": "Groupement de femmes", "registration_kind": "Récépissé",
        "registration": "RC-2019-114", "founded_on": "12/05/2019", "place": "Gao", "phone": "+223 70 11 22 33",
        "women": "28", "men": "0", "youth": "12", "displaced": "4", "president": "Mariam Coulibaly",
        "president_sex": "F", "president_phone": "+223 70 11 22 33", "treasurer": "Awa Traoré", "treasurer_sex": "F",
        "consent": True,
    }).send("/public/register")
    if woman.path.startswith("/public/register"):  # namesakes of the commune are proposed
        woman.page.locator('[name="place_id"]').first.check()
        woman.write({"password": "un baobab dans la cour"}).send("/public/register")
    woman.sees("Votre groupe est enregistré")
    s.acted.add(OWN)
    woman.send("/applications/start")
    s.memo["own"] = re.search(r"/applications/(\d+)", woman.path).group(1)  # type: ignore[union-attr]
    fill_pages(s, woman, s.memo["own"], TITLE, BUDGET, people=("180", "60"))
    s.memo["own_reference"] = reference(woman)
    woman.go(f"/applications/{s.memo['own']}/edit").follow("Vérifier et déposer").sees("2 000 000", "2 300 000")
    woman.write({"certified": True}, form="/submit").send("/submit").sees("Récépissé de dépôt", "2 000 000 F CFA")


def reference(person: Person) -> str:
    """The number of the file that is on the screen."""
    found = re.search(r"DOS-2026-\d{5}-\w", person.page.locator("main").inner_text())
    assert found, person.page.url
    return found.group(0)


def fill_pages(s: Story, person: Person, number: str, title: str, budget: tuple[tuple[str, ...], ...], people: tuple[str, str]) -> None:
    """The seven pages of the form, each saved before the next."""
    base, further = f"/applications/{number}/edit", "Enregistrer et continuer"
    person.go(f"{base}/group").write({
        "contact_name": "Mariam Coulibaly", "contact_capacity": "Présidente", "contact_phone": "+223 70 11 22 33",
        "general_assembly_on": s.day(-20), "previous_grants": "Aucune.", "exact": True,
    }).press(further)
    person.write({
        "title": title, "summary": f"{title} : un revenu toute l'année pour les membres.",
        "need": "Les revenus tombent en saison sèche.", "change": "Les membres vivent de cette activité.",
    }).press(further)
    person.write({
        "women": people[0], "men": people[1], "youth": "90", "displaced": "20", "disabled": "5", "indirect": "900",
        "chosen": "En assemblée générale publique, la liste est affichée.", "tensions": "Hôtes et déplacés sont servis ensemble.",
    }).press(further)
    for n, label in enumerate(("Achats", "Mise en route")):
        person.write({f"rows-{n}-label": label, f"rows-{n}-first": str(n + 1), f"rows-{n}-last": str(n + 3), f"rows-{n}-who": "Bureau"})
    person.write({"results": "Les recettes couvrent les charges au sixième mois."}).press(further)
    for n, line in enumerate(budget):
        if person.page.locator(f'[name="lines-{n}-label"]').count() == 0:
            person.press("Enregistrer et rester ici")
        for part, value in zip(("label", "unit", "quantity", "price", "source"), line, strict=True):
            person.write({f"lines-{n}-{part}": value})
    person.press(further)
    person.write({
        "months": "10", "start_on": s.day(80), "cash_from": "Cotisations", "kind_how": "Au prix de la journée",
        "after": "Une caisse tenue par la trésorière.",
    }).press(further)
    for code, _label in PIECES:
        person.write({"file": str(s.paper(f"{code}-{number}"))}, form=f"/pieces/{code}").send(f"/pieces/{code}").sees("Pièce jointe")
    person.press("Enregistrer")


def paper_file_at_the_counter(s: Story) -> None:
    """Six fields and a receipt first, the full entry the day after (R15)."""
    agent = s.at(28, 10).by("fadimata.toure")
    agent.go("/applications").follow("Dépôt au guichet")
    agent.write({"q": "Tumo Gao"}, form="/applications/deposit")
    agent.press("Rechercher").sees("Aucun groupe ne répond")
    agent.write({
        "new_name": YOUNG, "new_category": "youth", "new_place_id": "Gao", "depositor": "Ibrahim Maïga",
        "depositor_capacity": "Secrétaire", "depositor_phone": "+223 76 00 00 11", "requested": "1 500 000", "envelopes": "1",
    })
    for code, _label in PIECES:
        agent.write({"pieces": code})
    agent.press("Enregistrer et imprimer").sees("Récépissé de dépôt", "1 500 000 F CFA")
    s.memo["young"] = re.search(r"/applications/(\d+)", agent.path).group(1)  # type: ignore[union-attr]
    agent.follow("Ouvrir le dossier").follow("Saisir le dossier papier")
    s.memo["young_reference"] = reference(agent)
    fill_pages(s, agent, s.memo["young"], YOUNG_TITLE, YOUNG_BUDGET, people=("20", "70"))
    agent.go(f"/applications/{s.memo['young']}/edit").follow("Vérifier et terminer la saisie")
    agent.send("/complete").sees("Saisie terminée")


def register_is_closed(s: Story) -> None:
    """At the hour, by two people."""
    agent = s.at(30, 16, 2).by("fadimata.toure")
    register = f"/applications/register/{s.memo['call']}"
    agent.go(register).sees("1 500 000", "2 000 000", "3 500 000")
    agent.press("Lire et arrêter le registre")
    s.by("aissata.maiga").go(register).press("Confirmer en seconde personne")


def groups_are_verified(s: Story) -> None:
    """What the counter did not write is completed by the officer; bureau, account and group are verified by another person."""
    officer = s.at(34, 9).by("aissata.maiga")
    officer.go("/groups").open_row(YOUNG).follow("Corriger")
    officer.write({"legal_form": "Association", "founded_on": "03/02/2020", "men": "22", "women": "8", "youth": "25"}).press("Enregistrer").sees("Demandeur corrigé.")
    officer.go("/groups").open_row(GROUP)
    s.memo["group"] = re.search(r"/groups/(\d+)", officer.path).group(1)  # type: ignore[union-attr]
    officer.follow("Proposer un compte").write({
        "kind": "bank", "provider": "Banque du Sahel, agence de Gao", "holder": GROUP, "number": "ML016 01201 026700100458 72",
    }).press("Enregistrer le compte").sees("Banque du Sahel")
    head = s.by("mariam.guindo")
    head.go(f"/groups/{s.memo['group']}").follow("Vérifier ou retirer")
    head.write({"number": "ML016 01201 026700100458 72"}).press("Confirmer le compte")
    head.go(f"/groups/{s.memo['group']}/verify")
    for code in ("registration", "members", "bureau", "existence"):
        head.write({"checked": code})
    head.send("/verify").sees("Vérifié")


def files_are_screened(s: Story) -> None:
    """Papers ticked, tests read, admissible then eligible; one paper is missing in the file on paper and asked for by letter."""
    officer = s.at(35, 9).by("aissata.maiga")
    young, own = s.memo["young"], s.memo["own"]
    officer.go(f"/screening/{young}")
    states = {f"pieces-{n}-state": "present" for n in range(len(PIECES))} | {"pieces-2-state": "illegible", "pieces-2-note": "Deux pages noires"}
    officer.write(states, form="/pieces").send("/pieces").sees("Illisible")
    officer.go(f"/screening/{young}/request").write({"items-0-expected": "Une copie lisible"}, form="/request_pieces").send("/request_pieces")
    officer.go(f"/applications/{own}").follow("Modifier les objectifs").sees("total")
    for code, weight in (("A1.1", "100"), ("PBF-MS", "100"), ("ODD-5", "100")):
        row = officer.page.locator("tr", has=officer.page.get_by_role("rowheader", name=code, exact=True))
        row.locator('input[inputmode="numeric"]').fill(weight)
    officer.press("Enregistrer les objectifs").sees("A1.1", "100 %")
    officer.go(f"/screening/{own}")
    officer.write({f"pieces-{n}-state": "present" for n in range(len(PIECES))}, form="/pieces").send("/pieces")
    officer.act("Déclarer recevable").sees("recevable")
    officer.act("Déclarer éligible").sees("éligible")
    officer = s.at(38, 9).by("aissata.maiga")
    officer.go(f"/screening/{young}").send("/receive_pieces")
    officer.write({"pieces-2-state": "present", "pieces-2-note": ""}, form="/pieces").send("/pieces")
    officer.act("Déclarer recevable")
    officer.act("Déclarer éligible")
