"""The journey, sixth part: the group buys by its own committee, what is refused comes back, and the Authority's supplier is paid."""

from __future__ import annotations

import re

from portfolio.kit.money import figures
from tests.journeys.stage import Story
from tests.journeys.story_grant import (
    ACCOUNTANT,
    OFFICER,
    ORDONNATEUR,
    fund_line,
    money_of,
    number_in,
    pay_the_chain,
)
from tests.journeys.walker import Person

AUDITOR = "nafissatou.balima"
SHOPS = (("Ets Wafa", "600 000"), ("Ets Énergie Gao", "640 000"), ("Comptoir du Sahel", "655 000"))
"""Three pro formas for the packaging, the cheapest first; two of the shops bid to the Authority later."""
COMMITTEE = (("Mariam Coulibaly", "présidente"), ("Awa Traoré", "trésorière"), ("Fanta Diarra", "membre"))
SUPPLIER_PAID, SUPPLIER_REFERENCE = "940 000", "VIR-2026-0655"
SUPPLIER_ACCOUNT = "ML099 03003 000000000940 11"
REFUSED = 20_000
"""Of the 400 000 of the training: a day that the timesheets do not show."""


def register(person: Person, name: str, number: str) -> None:
    """A supplier enters the register."""
    person.go("/procurement/suppliers/new")
    person.write({"name": name, "country": "ML", "address": "Gao", "tax_number": f"NIF {number} 77"})
    person.press("Enregistrer").sees(name, "Gao")


def account_is_verified(buyer: Person, head: Person, name: str) -> None:
    """Where a supplier is paid: the buyer proposes, another person types the number again; the first payment waits a day (M12)."""
    buyer.go("/procurement/suppliers").open_row(name).follow("Proposer un compte")
    buyer.write({"kind": "bank", "provider": "Banque du Sahel, agence de Gao", "number": SUPPLIER_ACCOUNT}).press("Enregistrer le compte")
    buyer.sees("À vérifier")
    head.go("/procurement/suppliers").open_row(name).follow("Vérifier ou retirer")
    head.write({"number": SUPPLIER_ACCOUNT}).press("Confirmer le compte").sees("Vérifié")


def group_buys(s: Story) -> None:
    """Inside the grant, by the group itself: three pro formas, its comité d'achat, its own order and reception (R6)."""
    officer = s.at(84, 9).by(OFFICER)
    for name, price in SHOPS:
        register(officer, name, price[:3])
    officer.go(f"/agreements/{s.memo['agreement']}").follow("Ouvrir un dossier d'achat")
    officer.write({
        "buyer": "group", "object": "Emballages pour légumes séchés", "need": "Conditionner la récolte avant le marché de juin.",
        "lines-0-label": "Sachets imprimés", "lines-0-unit": "unité", "lines-0-quantity": "2 000", "lines-0-unit_minor": "320",
    }).press("Ouvrir le dossier").sees("Trois factures pro forma")
    page = "/procurement/" + number_in(officer, r"/procurement/(\d+)")
    for name, _price in SHOPS:
        officer.write({"supplier_id": name, "channel": "hand"}, form="/invite").send("/invite")
    officer.press("Demander des factures pro forma")
    for name, price in SHOPS:
        officer.page.locator("#bids tr", has_text=name).get_by_role("link", name=name).click()
        officer._arrived()
        officer.write({"amount_minor": price, "delivery_days": "5"}, form="/pro-forma").send("/pro-forma")
    officer.tick(re.compile("Ets Wafa"))
    for n, (name, function) in enumerate(COMMITTEE):
        officer.write({f"buyers-{n}-name": name, f"buyers-{n}-function": function})
    officer.press("Enregistrer le choix").sees("Ets Wafa", "600 000 F CFA")
    officer.follow("Consigner la commande")
    officer.write({"delivery_place": "Gao, magasin du groupement", "delivery_on": s.day(90), "tax": "none", "lines-0-unit_minor": "300"})
    officer.press("Enregistrer la commande").sees("BC-2026-", "600 000")
    officer = s.at(89, 9).by(OFFICER)
    officer.go(page).follow("Constater la réception")
    officer.write({"received_on": s.day(89), "place": "Gao, magasin du groupement", "lines-0-accepted": "2 000"})
    for n, (name, _function) in enumerate(COMMITTEE[:2]):
        officer.write({f"recipients-{n}-name": name})
    officer.press("Constater la réception").sees("Réceptionné", figures(600_000))
    officer.go(f"/agreements/{s.memo['agreement']}").sees("Emballages pour légumes séchés", "bloquée")


def refused_is_asked_back(s: Story) -> None:
    """What the examination refused becomes an ordre de reversement, prepared by the officer, signed by the ordonnateur."""
    officer = s.at(130, 9).by(OFFICER)
    officer.go(f"/agreements/{s.memo['agreement']}").follow("Envoyer une mise en demeure")
    officer.write({"tranche_id": "Tranche 1", "delay_days": "3"}, form="/notices").send("/notices").sees("Le délai ne court pas encore")
    officer.write({"received_on": s.day(130), "received_by": "Mariam Coulibaly"}, form="/serve").send("/serve").sees("Le délai court jusqu'au")
    officer = s.at(134, 11).by(OFFICER)
    officer.go(f"/justifications/{s.memo['report']}").follow("Préparer un ordre de reversement")
    officer.sees("Jour de formation sans feuille de présence", "20 000 F CFA")
    officer.write({"reason": "Dépense refusée à l'examen du rapport.", "due_on": s.day(155)}).press("Préparer l'ordre").sees("20 000 F CFA")
    s.memo["recovery"] = number_in(officer, r"/justifications/recoveries/(\d+)")
    page = f"/justifications/recoveries/{s.memo['recovery']}"
    officer.is_not_offered("Signer l'ordre de reversement")
    s.by(ORDONNATEUR).go(page).press("Signer l'ordre de reversement").sees("L'ordre de reversement est signé", "20 000 F CFA")
    s.by(AUDITOR).go(page).follow("Écritures au grand livre").sees("463", "409", figures(REFUSED))


def refused_is_repaid(s: Story) -> None:
    """The group brings the money back, the accountant gives a quittance, and the order is settled."""
    page = f"/justifications/recoveries/{s.memo['recovery']}"
    accountant = s.at(152, 9).by(ACCOUNTANT)
    before = fund_line(s)
    accountant.go(page).write({"treasury_account_id": "Banque", "payer": "Mariam Coulibaly", "bank_reference": "REM-118"}, form="/collect")
    accountant.send("/collect").sees("Mariam Coulibaly", "Soldé")
    after = fund_line(s)
    assert money_of(after, "reversé") == money_of(before, "reversé") + REFUSED
    s.by(AUDITOR).go(page).follow("Écritures au grand livre").sees(figures(REFUSED), "463", "521")


def supplier_is_paid(s: Story) -> None:
    """The goods are there: the direct tranche unlocks, and the supplier is paid what was accepted, by the same chain of people (R4, R7)."""
    page, before = f"/agreements/{s.memo['agreement']}", fund_line(s.at(171, 9))
    officer = s.by(OFFICER)
    officer.go(page).follow("Demander cette tranche").sees("Solaire du Fleuve", f"{SUPPLIER_PAID} F CFA")
    officer.write({"amount": "1 000 000", "papers": "Facture n° 55\nProcès-verbal de réception"}, form="/new").send("/new")
    officer.sees("60 000 F CFA").write({"amount": SUPPLIER_PAID}, form="/new").send("/new").sees("Solaire du Fleuve", "940 000 F CFA")
    payment = number_in(officer, r"/disbursements/(\d+)")
    pay_the_chain(s, payment, SUPPLIER_REFERENCE, "1 500")
    after = fund_line(s)
    for stage in ("liquidé", "ordonnancé", "payé", "justifié"):
        assert money_of(after, stage) == money_of(before, stage) + 940_000, stage
    assert money_of(after, "engagé") == money_of(before, "engagé")
    officer.go(page).sees("940 000", "1 940 000")
