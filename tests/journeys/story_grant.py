"""The journey, fourth part: from the committee's proposal to the signed agreement, and from the tranche to the money on the group's account."""

from __future__ import annotations

import re

from tests.journeys.stage import Story
from tests.journeys.story_committee import SECRETARY
from tests.journeys.story_files import GROUP
from tests.journeys.walker import Person

HEAD, OFFICER, ORDONNATEUR = "mariam.guindo", "aissata.maiga", "seydou.barro"
CONTROLLER, ACCOUNTANT = "abdoul.karim.soumana", "mahamadou.sidibe"
ADVANCE, DIRECT = "1 000 000", "1 000 000"
REFERENCE = "VIR-2026-0417"


def number_in(person: Person, pattern: str) -> str:
    """What stands in the address at the place of the group of `pattern`."""
    found = re.search(pattern, person.path)
    assert found, person.path
    return found.group(1)


def credits_are_committed(s: Story) -> None:
    """Reserved and prepared by the head of programme, visa of the controller (R1, R3); the fund's page moves."""
    head = s.at(60, 9).by(HEAD)
    s.memo["fund_before"] = fund_line(s)
    head.go(f"/calls/{s.memo['call']}").follow("Crédits, décision, notifications")
    board = head.path
    head.send("/reserve")
    head.go(board).send("/commit")
    controller = s.by(CONTROLLER)
    for amount in ("2 000 000", "1 200 000"):
        controller.go("/awards/commitments").open_row(amount).sees(amount).press("Viser").sees("Visé")
    assert money_of(fund_line(s), "engagé") == money_of(s.memo["fund_before"], "engagé") + 3_200_000
    head.go(board).write({"preamble": ""}, form="/decide").send("/decide")
    s.memo["decision"] = number_in(head, r"/awards/(\d+)")
    head.sees("3 200 000 F CFA", "2 000 000", "1 200 000")


COLUMNS = ("voté", "réservé", "engagé", "liquidé", "ordonnancé", "payé", "justifié", "reversé", "disponible")


def fund_line(s: Story) -> str:
    """The line of the call on the fund's page, as the auditor sees it: figures in the order of COLUMNS."""
    auditor = s.by("nafissatou.balima")
    auditor.go("/funds").open_row("Cohésion et relèvement")
    row = auditor.page.locator("#credits tbody tr", has_text="F1-AAP25").first
    return "|".join(re.sub(r"\D", "", cell) or "0" for cell in row.locator("td.num").all_inner_texts()[1:])


def money_of(line: str, column: str) -> int:
    """One figure of that line, in francs."""
    return int(line.split("|")[COLUMNS.index(column)])


def decision_is_signed(s: Story) -> None:
    """The ordonnateur decides by a separate act (R2); letters are prepared, checked by another person, sent and received."""
    ordonnateur = s.at(65, 10).by(ORDONNATEUR)
    ordonnateur.go("/awards").follow(re.compile("DEC-2026-")).sees("3 200 000 F CFA")
    ordonnateur.press("Signer la décision").sees("La décision est signée")
    board = f"/awards/calls/{s.memo['call']}"
    secretary = s.by(SECRETARY)
    secretary.go(board).write({"reply_by": s.day(100)}, form="/notices").send("/notices")
    head, officer = s.by(HEAD), s.by(OFFICER)
    for file in ("own", "young"):
        head.go("/awards/notices").open_row(s.memo[f"{file}_reference"])
        notice = head.path
        head.press("Vérifier la lettre").sees("vérifiée")
        officer.go(notice).press("Marquer comme envoyée")
        officer.write({"received_on": s.day(65), "received_person": "La présidence du groupe", "received_channel": "hand"}, form="/receive")
        officer.send("/receive").sees("Recours possible")


def agreement_is_signed(s: Story) -> None:
    """Prepared by the officer, checked by the head, signed by the group and by the authority: four people."""
    officer = s.at(70, 9).by(OFFICER)
    officer.go("/agreements/new").page.locator("tr", has_text=GROUP).get_by_role("link", name="Préparer").click()
    officer._arrived()
    officer.write({
        "starts_on": s.day(75), "ends_on": s.day(375), "account_id": "Banque du Sahel",
        "tranches-0-amount": ADVANCE, "tranches-0-modality": "advance", "tranches-0-planned_on": s.day(80),
        "tranches-1-amount": DIRECT, "tranches-1-modality": "direct", "tranches-1-planned_on": s.day(120),
        "tranches-2-amount": "", "tranches-2-modality": "",
    })
    for n in range(8):
        if officer.page.locator(f'[name="conditions-{n}-tranche"]').count():
            officer.write({f"conditions-{n}-tranche": "", f"conditions-{n}-kind": "", f"conditions-{n}-threshold": ""})
    for n, (tranche, kind) in enumerate((("1", "agreement_signed"), ("1", "own_contribution"), ("2", "goods_received"))):
        officer.write({f"conditions-{n}-tranche": tranche, f"conditions-{n}-kind": kind})
    officer.press("Enregistrer").sees("CONV-2026-", "2 000 000 F CFA", "bloquée")
    s.memo["agreement"] = number_in(officer, r"/agreements/(\d+)")
    s.memo["agreement_reference"] = re.search(r"CONV-2026-\d{5}-\w", officer.page.locator("main").inner_text()).group(0)  # type: ignore[union-attr]
    page = f"/agreements/{s.memo['agreement']}"
    s.by(HEAD).go(page).press("Certifier les vérifications avant signature")
    officer.go(page).press("Envoyer à la signature")
    officer.go(page).follow("Enregistrer la signature du bénéficiaire")
    officer.write({"signed_on": s.day(70), "signatory_name": "Mariam Coulibaly", "signatory_function": "Présidente",
                   "scan": str(s.paper("convention-signee"))}).press("Enregistrer la signature")
    officer.go(page).is_not_offered("Signer la convention")
    s.by(ORDONNATEUR).go(page).press("Signer la convention").sees("En exécution")


def tranche_is_requested(s: Story) -> None:
    """Blocked until the own contribution is recorded, and the screen says so; then requested."""
    officer = s.at(76, 9).by(OFFICER)
    page = f"/agreements/{s.memo['agreement']}"
    officer.go(page).sees("Ce qui la bloque", "Apport")
    officer.follow("Enregistrer un versement").write({
        "dated_on": s.day(75), "number": "12", "issuer": "Banque du Sahel", "amount": "120 000", "scan": str(s.paper("versement")),
    }).press("Enregistrer")
    officer.go(page).follow("Demander cette tranche")
    officer.write({"papers": "Convention signée\nReçu de versement n° 12"}).press("Demander le paiement")
    s.memo["payment"] = number_in(officer, r"/disbursements/(\d+)")
    officer.is_not_offered("Je confirme : bon à payer", "Constater le paiement")


def tranche_is_paid(s: Story) -> None:
    """Liquidation, visa, order and payment by four people (R7); the fund's page moves by what was paid, to the franc."""
    before = fund_line(s)
    pay_the_chain(s, s.memo["payment"], REFERENCE, "2 500")
    after = fund_line(s)
    assert money_of(after, "payé") == money_of(before, "payé") + 1_000_000
    assert money_of(after, "engagé") == money_of(before, "engagé")


def pay_the_chain(s: Story, payment: str, reference: str, fee: str) -> None:
    """Liquidated, visaed, ordered and paid, each by somebody else."""
    page = f"/disbursements/{payment}"
    s.by(HEAD).go(page).press("Liquider")
    s.by(CONTROLLER).go(page).send("/visa")
    s.by(ORDONNATEUR).go(page).press("Je confirme : bon à payer").sees("Ordre de paiement signé.")
    accountant = s.by(ACCOUNTANT)
    accountant.go(page).write({"payment_reference": reference, "fee": fee}, form="/pay").send("/pay").sees("Paiement enregistré.", reference)
