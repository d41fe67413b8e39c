"""The journey, fifth part: the advance is justified, the Authority buys for the group, people are reached, and the auditor prints the ledger."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader

from portfolio.kit.money import figures
from tests.journeys.stage import Story
from tests.journeys.story_grant import HEAD, OFFICER, ORDONNATEUR, REFERENCE, number_in
from tests.journeys.story_settlement import AUDITOR, account_is_verified, register
from tests.journeys.walker import Person, plain

BUYER, CHAIR = "assitan.doumbia", "adamou.soumana"
COMMISSION = (CHAIR, "safiatou.sana", "boubacar.cisse", "aichatou.garba")
LINKED = "aichatou.garba"
RECEPTION = "hamadoun.tamboura"
SUPPLIERS = (("Solaire du Fleuve", "940 000"), ("Ets Énergie Gao", "985 000"), ("Comptoir du Sahel", "1 010 000"))
EXPENSES = (("Emballages", "600 000", "F-118"), ("Formation", "400 000", "F-119"))
"""The whole advance of 1 000 000, of which 980 000 is accepted."""


def advance_is_justified(s: Story) -> None:
    """The group's vouchers are entered with their photographs, examined by one person and validated by another; the advance is cleared."""
    officer = s.at(130, 9).by(OFFICER)
    officer.go(f"/agreements/{s.memo['agreement']}").follow("Ouvrir un rapport")
    officer.write({"to_on": s.day(129), "bank_balance": "0", "own_cash": "120 000"}).press("Ouvrir le rapport")
    s.memo["report"] = number_in(officer, r"/justifications/(\d+)")
    report = f"/justifications/{s.memo['report']}"
    officer.go(report).follow("Saisir les pièces")
    for n, (line, amount, voucher) in enumerate(EXPENSES):
        officer.write({
            f"lines-{n}-number": str(n + 1), f"lines-{n}-spent_on": s.day(90 + n), f"lines-{n}-kind": "invoice",
            f"lines-{n}-supplier": "Ets Wafa, Gao", f"lines-{n}-tax_number": "NIF 0812", f"lines-{n}-voucher_number": voucher,
            f"lines-{n}-description": line, f"lines-{n}-line_id": line, f"lines-{n}-method": "cash", f"lines-{n}-amount": amount,
        })
    officer.press("Enregistrer la grille").go(report).sees("1 000 000", "600 000", "400 000")
    for _line, _amount, voucher in EXPENSES:
        officer.go(report).open_row(voucher).write({"file": str(s.paper(f"facture-{voucher}"))}, form="/file").send("/file")
    officer.go(report).press("Déposer la justification")
    officer.go(report).follow("Examiner les pièces").write({
        "lines-0-verdict": "accept", "lines-1-verdict": "accept", "lines-1-accepted": "380 000",
        "lines-1-reason": "Jour de formation sans feuille de présence",
    })
    officer.press("Enregistrer les avis").sees("98,0 %")
    officer.go(report).press("Clore l'examen")
    head = s.by(HEAD)
    head.go(report).press("Valider l'examen").sees("980 000 F CFA", "20 000 F CFA")


def authority_buys(s: Story) -> None:
    """A need of a million: three sealed quotations, opened by two people, examined and compared (R6)."""
    buyer = s.at(131, 9).by(BUYER)
    register(buyer, SUPPLIERS[0][0], "940")
    account_is_verified(buyer, s.by(HEAD), SUPPLIERS[0][0])
    buyer = s.by(BUYER)
    buyer.go("/procurement").follow("Ouvrir un dossier d'achat").write({"agreement": s.memo["agreement_reference"]}).press("Continuer")
    buyer.write({
        "buyer": "authority", "object": "Quatre séchoirs solaires", "category": "goods", "tranche_id": "T2",
        "need": "Sécher la récolte des membres.", "lines-0-label": "Séchoir solaire", "lines-0-unit": "unité", "lines-0-quantity": "4",
        "lines-0-unit_minor": "250 000",
    }).press("Ouvrir le dossier")
    s.memo["purchase"] = number_in(buyer, r"/procurement/(\d+)")
    page = f"/procurement/{s.memo['purchase']}"
    for name, _price in SUPPLIERS:
        buyer.go(page).write({"supplier_id": name, "channel": "letter"}, form="/invite").send("/invite")
    buyer.go(page).write({"bids_due_at": f"{s.day(140)} 10:00", "bids_place": "Siège de l'Autorité"}, form="/ask").send("/ask")
    buyer = s.at(140, 9, 30).by(BUYER)
    for name, _price in SUPPLIERS:
        buyer.go(page).page.locator("#bids tr", has_text=name).get_by_role("link", name=name).click()
        buyer._arrived()
        buyer.write({"bearer": f"Coursier de {name}", "sealed": True}, form="/deposit").send("/deposit")
    buyer = s.at(140, 10, 5).by(BUYER)
    buyer.go(page).write({"place": "Siège, salle de réunion", "people-0-name": "Adamou Soumana", "people-0-function": "président"}, form="/propose-opening")
    buyer.send("/propose-opening")
    s.by(CHAIR).go("/procurement").follow(re.compile("PM-2026-")).write({"linked": "no"}, form="/declare").send("/declare")
    s.by(CHAIR).go(page).press("Ouvrir les offres, en seconde personne")
    for name, price in SUPPLIERS:
        bid(buyer, page, name).write({"read_minor": price}, form="/read").write({"papers": "letter_of_bid"}, form="/read").send("/read")
    buyer.go(page).send("/close-opening")
    for n, (name, _price) in enumerate(SUPPLIERS):
        bid(buyer, page, name).write({"conforming": "yes", "delivery_days": str(20 + n)}, form="/examine").send("/examine")
    buyer.go(page).press("Clore la comparaison").sees("940 000", "985 000", "1 010 000")


def bid(buyer: Person, page: str, name: str) -> Person:
    """The page of the bid of this supplier."""
    buyer.go(page).page.locator("#bids tr", has_text=name).get_by_role("link", name=name).click()
    return buyer._arrived()


def commission_decides(s: Story) -> None:
    """The same committee machinery: quorum, a recusal, votes, minutes signed; then the decision and its minutes."""
    page = f"/procurement/{s.memo['purchase']}"
    buyer = s.at(142, 9).by(BUYER)
    buyer.go(page).write({"committee_id": "Commission des marchés", "place": "Siège", "scheduled_at": f"{s.day(145)} 09:00"}, form="/session").send("/session")
    buyer.go(page).page.locator('#committee a[href*="/committees/sessions/"]').first.click()
    buyer._arrived()
    session = buyer.path.partition("#")[0]
    buyer.press("Envoyer la convocation")
    for login in COMMISSION[1:]:  # the president declared before he opened the bids
        member = s.by(login)
        member.go(session).follow("Déclarer")
        if login == LINKED:
            member.page.get_by_role("checkbox").first.check()
            member.write({"nature": "Mon cousin tient le magasin"})
        member.write({"sworn": True}).press("Enregistrer ma déclaration").sees("Votre déclaration est enregistrée")
    buyer = s.at(145, 9).by(BUYER)
    buyer.go(session)
    for name in ("Adamou Soumana", "Safiatou Sana", "Boubacar Cissé", "Aïchatou Garba"):
        buyer.press("Arrivée", within=buyer.page.locator("#attendance tr", has_text=name).first)
    s.by(CHAIR).go(session).press("Ouvrir la séance")
    buyer.go(session).follow("Délibérer")
    buyer.write({"person_id": "Aïchatou Garba", "reason": "Parent d'un soumissionnaire"}, form="/recuse").send("/recuse")
    buyer.sees("3 voix sur 3").write({"proposal": "favourable", "votes_for": "3", "reason": "Offre conforme la moins disante."}, form="/propose")
    buyer.send("/propose")
    buyer.go(session).follow(re.compile("PM-2026-")).press("Revient")
    s.by(CHAIR).go(session).press("Lever la séance")
    for login in COMMISSION:
        s.by(login).go(session).press("Je signe le procès-verbal")
    buyer.go(session).press("Rendre le procès-verbal définitif").sees("PV-2026-")
    buyer = s.at(150, 9).by(BUYER)
    buyer.go(page).write({"note": "Suivant l'avis de la commission."}, form="/decide").send("/decide").sees("940 000 F CFA", "Solaire du Fleuve")


def goods_are_ordered_and_received(s: Story) -> None:
    """The ordonnateur signs the purchase order; a commission that did not choose receives and hands over; the tranche unlocks."""
    page = f"/procurement/{s.memo['purchase']}"
    ordonnateur = s.at(155, 9).by(ORDONNATEUR)
    ordonnateur.go(page).follow("Signer le bon de commande")
    ordonnateur.write({"delivery_place": "Gao, magasin du groupement", "delivery_on": s.day(175), "lines-0-unit_minor": "235 000"})
    ordonnateur.press("Signer le bon de commande").sees("BC-2026-", "940 000 F CFA")
    member = s.at(170, 9).by(RECEPTION)
    member.go("/procurement").follow(re.compile("PM-2026-")).write({"linked": "no"}, form="/declare").send("/declare")
    member.go(page).follow("Constater la réception")
    member.write({"kind": "final", "received_on": s.day(170), "place": "Gao", "act": "Décision n° 006/SE", "lines-0-accepted": "4", "lines-0-state": "neufs"})
    for name in ("Hamadoun Tamboura", "Mariama Diallo", "Salamatou Issoufou"):
        member.tick(name)
    member.press("Constater la réception").sees("Réception définitive")
    member.go(page).follow("Remettre au groupement")
    member.write({"goods-0-keeper": "Comité de gestion", "handed_on": s.day(170), "place": "Gao", "rules": "Le comité de gestion tient le registre d'usage et garde une part pour l'entretien.",
                  "recipients-0-name": "Mariam Coulibaly", "recipients-0-mark": "signature", "recipients-1-name": "Awa Traoré"}).press("Enregistrer la remise").sees("Remise au groupement")


def people_are_reached(s: Story) -> None:
    """The micro-project is opened; people by name and by count, never added together (R13)."""
    officer = s.at(172, 9).by(OFFICER)
    officer.go(f"/agreements/{s.memo['agreement']}").follow("Ouvrir le micro-projet")
    officer.write({"code": "MP-J1", "objectives": "Un revenu toute l'année.", "activities-0-label": "Mise en route", "activities-0-due_on": s.day(180)})
    officer.press("Enregistrer")
    s.memo["project"] = number_in(officer, r"/projects/(\d+)")
    reached = f"/beneficiaries/projects/{s.memo['project']}"
    officer.go(reached).follow("Saisir des personnes par leur nom")
    officer.write({"received_on": s.day(171), "assistance": "Formation au séchage"})
    for n, (name, sex, age) in enumerate((("Fadi Maïga", "F", "34"), ("Oumou Touré", "F", "22"), ("Alou Cissé", "M", "41"))):
        officer.write({f"lines-{n}-full_name": name, f"lines-{n}-sex": sex, f"lines-{n}-age": age, f"lines-{n}-village": "Gao"})
    officer.press("Enregistrer ces personnes")
    officer.go(reached).follow("Compter des personnes sans noms")
    officer.write({"kind": "counted", "on": s.day(171), "method": "Feuille de présence", "lines-0-sex": "F", "lines-0-people": "180"})
    officer.press("Enregistrer ces comptages").go(reached).sees("180").does_not_see("Fadi Maïga", "183")


def ledger_is_printed(s: Story) -> None:
    """The auditor reads the payment from the home page down to its paper, and prints: the text of the edition holds what the screens showed."""
    auditor = s.at(180, 9).by(AUDITOR)
    auditor.go("/").sees("1 940 000", "1 920 000", "20 000")
    auditor.follow("Grand livre").sees(figures(1_000_000), s.memo["agreement_reference"])
    auditor.page.locator("main table tbody th a").first.click()
    auditor._arrived()
    auditor.sees("1 000 000", "A1.1").follow("Ouvrir la fiche et ses pièces").sees("1 000 000 F CFA", REFERENCE)
    auditor.go("/ledger")
    shown = [int(digits) for digits in (re.sub(r"\D", "", t) for t in auditor.page.locator("main table .num, .kpi-value").all_inner_texts()) if digits]
    auditor.press("Imprimer une édition")
    auditor.go("/ledger/editions")
    text = paper_text(auditor, auditor.page.locator('main a[href^="/documents/papers/"]').first.get_attribute("href") or "")
    assert s.memo["agreement_reference"] in text and "un million" in text.lower()
    amounts = {amount for amount in shown if amount >= 1000}
    assert amounts >= {1_000_000, 940_000, 1_940_000}
    for amount in amounts:
        assert plain(figures(amount)) in text, amount
    auditor.go("/portfolio").sees("1 940 000", "1 920 000")


def paper_text(person: Person, address: str) -> str:
    """The words of a printed paper."""
    return plain(" ".join(page.extract_text() for page in PdfReader(BytesIO(person.download(address))).pages))
