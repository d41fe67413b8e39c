"""« Demande de pièces complémentaires » (document 3): one row a paper, one deadline, a slip that brings back the date of receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portfolio.kit.grammar import hours
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, qr_text
from portfolio.kit.words import date_long

STATES = {
    "absent": "absente",
    "illegible": "illisible",
    "expired": "périmée",
    "nonconforming": "non conforme",
}


def request_letter_pdf(facts: Mapping[str, Any]) -> bytes:
    """The letter, on one page."""
    head = facts["letterhead"]
    sent, due = date.fromisoformat(facts["sent_on"]), date.fromisoformat(facts["due_on"])
    paper = Paper(
        "",
        facts["reference"],
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        reference_lines=[
            ("Appel", facts["call"]["code"]),
            ("Dossier", facts["application"]),
            ("Récépissé", facts["receipt"]),
        ],
        place=head["place"],
        on=sent,
        fingerprint=facts["fingerprint"],
        qr=qr_text(facts["reference"], sent, fingerprint=facts["fingerprint"]),
        one_page=True,
        subject="Demande de pièces complémentaires",
    )
    to = [f"À l'attention de {facts['president']}"] if facts["president"] else []
    paper.letter_to(
        [facts["group"], *to, facts["commune"]],
        "Demande de pièces complémentaires",
        "Madame, Monsieur,",
    )
    filed = f" déposé le {date_long(date.fromisoformat(facts['filed_on']))}" if facts["filed_on"] else ""
    subject = f" « {facts['title']} »" if facts["title"] else ""
    paper.para(
        f"Votre dossier{subject}{filed} en réponse à l'appel à propositions {facts['call']['code']} "
        f"({facts['call']['title']}) a été vérifié. Les pièces ci-dessous, demandées par l'avis, sont à compléter :"
    )
    paper.table(
        [
            Column("Pièce", weight=3),
            Column("État", 25),
            Column("Motif", weight=2),
            Column("Ce qui est attendu", weight=3),
        ],
        [(i["label"], STATES.get(i["state"], i["state"]), i["why"], i["expected"]) for i in facts["items"]],
    )
    where = facts["where"] or f"{head['service']}, {head['place']}"
    opening = hours(facts["hours"].rstrip(". "))
    closing = f" : {opening[:1].lower()}{opening[1:]}" if opening else ""
    paper.arrete(f"Date limite : {date_long(due)}, à l'heure de fermeture du guichet{closing}.")
    places = [line.strip().rstrip(" ;.") for line in where.split("\n") if line.strip()]
    paper.para("Lieu de remise :" if len(places) > 1 else f"Lieu de remise : {places[0]}.", align="left")
    if len(places) > 1:
        paper.bullets(places)
    paper.para("Passé ce délai, le dossier sera déclaré irrecevable.", bold=True, align="left")
    paper.para(
        "Ce délai est le même pour tous les demandeurs dans le même cas. Rien d'autre ne peut être modifié dans le dossier."
    )
    paper.signatures(
        [
            Signatory(
                facts["signer_function"] or "Le chef ou la cheffe de programme",
                facts["signer"],
                act=facts.get("signer_act", ""),
            )
        ],
        done=False,
    )
    paper.tear_off_acknowledgement(facts["group"])
    return paper.render()
