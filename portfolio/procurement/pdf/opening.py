"""Document 12: the minutes of the opening of bids. Landscape, because each bid is a row that says everything about it."""

from __future__ import annotations

from typing import Any

from portfolio.kit.grammar import at as at_
from portfolio.kit.grammar import feminine, of, the
from portfolio.kit.pdf import Column, Signatory
from portfolio.kit.words import hour_short
from portfolio.procurement.pdf.words import (
    BUYER,
    CHANNEL,
    METHOD,
    PAPERS,
    deadline,
    moment,
    paper,
    short_day,
    short_moment,
    solemn,
)


def opening_pdf(facts: dict[str, Any]) -> bytes:
    """Hours, hands, prices read aloud, late bids returned unopened, and the two people who opened."""
    made = paper(facts, "PROCÈS-VERBAL D'OUVERTURE DES PLIS", landscape=True)
    about, bids = facts["procedure"], facts["bids"]
    opened = moment(facts["opened_at"])
    made.opening(
        f"{solemn(facts['opened_at'])}, il a été procédé, {at_(facts['place'])}, en séance publique, {_commission(facts)}à l'ouverture des plis "
        f"reçus pour : {about['object']}. Acheteur : {BUYER[about['buyer']]}, pour la convention "
        f"{facts['agreement']['reference']} ({facts['group']['name']})."
    )
    made.facts(
        [
            ("Procédure", f"{METHOD.get(about['method'], about['method'])} — {about['source']}"),
            ("Demandée le", short_moment(about["asked_at"])),
            (
                "Dépôt jusqu'au",
                f"{deadline(about['due_at'], facts['group']['country'])}, {about['bids_place']}",
            ),
            ("Ouverture", short_moment(facts["opened_at"]) + " TU"),
            ("Candidats sollicités", f"{len(bids)} (minimum demandé : {about['min_invited']})"),
            ("Plis reçus à temps", str(sum(1 for b in bids if b["received_at"] and not b["late"]))),
        ],
        columns=2,
        label_mm=38,
    )
    made.heading("Candidats sollicités")
    made.para(
        " ; ".join(f"{b['name']} ({CHANNEL[b['invited_by']]}, le {short_day(b['invited_at'])})" for b in bids)
        + ".",
        align="left",
    )
    made.heading("Plis reçus, dans l'ordre d'arrivée")
    made.table(
        [
            Column("N°", 9, kind="number"),
            Column("Soumissionnaire", weight=1.7),
            Column("NIF / IFU", 27),
            Column("Reçu le", 31),
            Column("Des mains de", weight=1.1),
            Column("Scellé", 13, align="center"),
            Column("Pièces trouvées", weight=1.5),
            Column("Garantie, rabais", weight=1.0),
            Column("Prix lu", 25, kind="amount"),
            Column("HT / TTC", 14, align="center"),
        ],
        [_row(b) for b in bids if b["received_at"]],
        unit="F CFA",
        numbered=False,
    )
    late = [b for b in bids if b["late"]]
    for bid in late:
        at = moment(bid["received_at"])
        made.para(
            f"Le pli {of(bid['name'])}, arrivé le {short_moment(bid['received_at'])} TU, après l'heure limite, a été rendu sans "
            f"être ouvert à son porteur ({bid['bearer']})."
            if at
            else ""
        )
    silent = [b["name"] for b in bids if not b["received_at"]]
    if silent:
        made.para(f"N'ont pas déposé d'offre : {', '.join(silent)}.")
    made.heading("Observations des soumissionnaires")
    made.para(facts["remarks"] or "Néant.")
    made.para("Aucune offre n'a été écartée en séance.", bold=True)
    closed = moment(facts["closed_at"])
    made.para(
        f"Plus personne ne demandant la parole, la séance{f', ouverte à {hour_short(opened)},' if opened else ''} a été levée"
        f"{f' à {hour_short(closed)}' if closed else ''}. En foi de quoi le présent procès-verbal a été dressé pour servir "
        "et valoir ce que de droit."
    )
    made.heading("Présents à l'ouverture")
    made.roll_call([(p["name"], p["function"]) for p in facts["people"]], row_mm=11)
    made.signatures(
        [
            Signatory(p["function"] or "membre", p["name"], label=said)
            for p, said in zip(facts["openers"], ("Plis présentés par", "Plis ouverts par"), strict=False)
        ]
    )
    return made.render()


def _commission(facts: dict[str, Any]) -> str:
    """« par la commission des marchés, créée par la décision n° …, » where there is one."""
    name, act = facts["commission"]["name"], facts["commission"]["act"]
    if not name:
        return ""
    made = f", {'créée' if feminine(name) else 'créé'} par {the(act)}" if act else ""
    return f"par {the(name)}{made}, "


def _row(bid: dict[str, Any]) -> list[Any]:
    if bid["late"]:
        found, price, tax, offered = "non ouvert", None, "", "—"
    else:
        found = ", ".join(PAPERS[p] for p in bid["papers"]) or "aucune"
        price, tax = bid["read_minor"], "TTC" if bid["tax_included"] else "HT"
        offered = " ; ".join(filter(None, (bid["guarantee"], bid["discount"]))) or "néant"
    return [
        bid["number"],
        bid["name"],
        bid["tax_number"] or "—",
        short_moment(bid["received_at"]),
        bid["bearer"],
        "oui" if bid["sealed"] else "non",
        found,
        offered,
        price,
        tax,
    ]
