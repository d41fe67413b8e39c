"""Échantillon d'audit: how it was drawn, so that anybody draws it again; the rows, with columns for the auditor's pencil (domain M6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.desk.pdf.statements import edited, editor, paper
from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Column, Signatory, amount, percent
from portfolio.kit.words import amount_in_words, date_long

Facts = dict[str, Any]
POPULATIONS = {
    "payments": "Paiements passés au grand livre (débit du compte 907), moins les paiements contre-passés",
    "deliveries": (
        "Biens et travaux payés directement ou en nature, passés au grand livre (débit du compte 907), moins les paiements contre-passés : "
        "à vérifier sur place"
    ),
    "vouchers": "Pièces justificatives acceptées et apurées au grand livre (débit du compte 657), moins les apurements contre-passés",
}
METHODS = {
    "random": (
        "Tirage aléatoire simple, sans remise",
        "Le ticket de chaque ligne est l'empreinte SHA-256 de la graine, d'un saut de ligne et de la référence, lue comme un nombre ; les lignes "
        "dont le ticket est le plus petit sont tirées.",
    ),
    "monetary": (
        "Sondage par unités monétaires : probabilité proportionnelle au montant",
        "Les francs de la population sont mis bout à bout dans l'ordre du livre. Le départ est l'empreinte SHA-256 de la graine, d'un saut de ligne "
        "et du mot « start », modulo le total ; un franc est tiré à chaque intervalle, et la ligne qui le contient avec lui. Une ligne dont le "
        "montant atteint l'intervalle est tirée à coup sûr ; une ligne touchée plusieurs fois compte pour une seule.",
    ),
    "systematic": (
        "Tirage systématique à départ aléatoire",
        "Le départ est l'empreinte SHA-256 de la graine, d'un saut de ligne et du mot « start », modulo le nombre de lignes ; une ligne est tirée "
        "à chaque intervalle, dans l'ordre du livre.",
    ),
}


def _period(facts: Facts) -> str:
    first, last = (
        date_long(date.fromisoformat(facts[name])) if facts[name] else "" for name in ("from_on", "to_on")
    )
    if first and last:
        return f"du {first} au {last}"
    if first:
        return f"depuis le {first}"
    return f"jusqu'au {last}" if last else "toutes les écritures"


def _interval(facts: Facts) -> list[tuple[str, str]]:
    if facts["method"] == "random":
        return []
    if facts["method"] == "monetary":
        shown = amount(facts["population_minor"] // facts["size"], facts["currency"])
        return [("Intervalle", f"{shown}, arrondi au franc inférieur")]
    whole, rest = divmod(facts["population_count"] * 10 // facts["size"], 10)
    return [("Intervalle", f"une ligne sur {whole},{rest}" if rest else f"une ligne sur {whole}")]


def sample_pdf(facts: Facts) -> bytes:
    """The paper of a sample."""
    name, how = METHODS[facts["method"]]
    total, currency, several = facts["drawn_minor"], facts["currency"], facts["method"] == "monetary"
    made = paper(
        facts,
        "Échantillon d'audit",
        total=total,
        landscape=True,
        reference_lines=[("Fonds", facts["fund"] or "tous"), ("Période", _period(facts))],
    )
    edited(made, facts)
    made.facts(
        [
            ("Population", POPULATIONS[facts["population"]]),
            (
                "Étendue",
                f"{counted(facts['population_count'], 'ligne', 'lignes')}, {amount(facts['population_minor'], currency)}, "
                f"bornées à l'écriture n° {facts['head']['seq']}",
            ),
            ("Méthode", name),
            ("Empreinte de la population", facts["population_hash"]),
        ]
    )
    made.facts(
        [
            ("Graine", facts["seed"]),
            ("Taille demandée", str(facts["size"])),
            *_interval(facts),
            (
                "Couverture",
                f"{counted(facts['drawn_count'], 'ligne', 'lignes')}, {percent(facts['coverage'], 1000)} des francs",
            ),
        ],
        columns=2,
    )
    made.para(
        f"{how} La même population, la même graine et la même méthode donnent les mêmes lignes.", small=True
    )
    times = [Column("Fois", 11, kind="number")] if several else []
    made.table(
        [
            Column("Référence", 33, kind="code"),
            Column("Jour", 20, kind="date"),
            Column("Convention", 34, kind="code"),
            Column("Payé à", weight=2),
            Column("Montant", 26, kind="amount"),
            *times,
            Column("Vu", 12, kind="blank"),
            Column("Pièce n°", 21, kind="blank"),
            Column("Observation", weight=1.7, kind="blank"),
        ],
        [
            (
                reference,
                date.fromisoformat(day),
                agreement,
                about,
                minor,
                *([count] if several else []),
                None,
                None,
                None,
            )
            for reference, day, agreement, about, minor, count in facts["rows"]
        ],
        total="Total",
        carry=4,
        unit="francs CFA",
        row_mm=8,
    )
    made.arrete(
        f"Arrêté le présent échantillon à {counted(facts['drawn_count'], 'ligne', 'lignes')} et à la somme de : "
        f"{amount_in_words(total, currency)} ({amount(total, currency)})."
    )
    made.signatures(
        [editor(facts, "Tiré par"), Signatory("L'auditeur", "", label="Examen achevé le ………………………… par")]
    )
    return made.render()
