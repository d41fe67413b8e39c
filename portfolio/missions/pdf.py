"""Rapport d'audit, provisoire puis définitif, and the relevé de suivi des recommandations: one frame, from its facts. French papers."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.words import amount_in_words, date_long

Facts = dict[str, Any]
TITLES = {
    "provisional": "Rapport d'audit provisoire",
    "final": "Rapport d'audit définitif",
    "follow_up": "Relevé de suivi des recommandations d'audit",
}
PARTS = (
    ("Accepté sur complément de preuve", "accepted_minor"),
    ("Reversé", "refunded_minor"),
    ("Abandonné par un acte", "impaired_minor"),
    ("En attente", "pending_minor"),
)


def _day(text: str | None) -> str:
    return date_long(date.fromisoformat(text)) if text else ""


def _plain(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _head(facts: Facts) -> Paper:
    reference: str = facts.get("reference") or facts["mission"]
    on, head, mark = date.fromisoformat(facts["on"]), facts["letterhead"], facts.get("fingerprint")
    total = facts["figures"]["questioned_minor"]
    return Paper(
        TITLES[facts["stage"]],
        reference,
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        reference_lines=[("Mission", facts["mission"]), ("Objet", facts["scope"])],
        on=on,
        landscape=True,
        draft=facts["draft"],
        fingerprint=mark,
        qr=qr_text(reference, on, fingerprint=mark, amount_minor=total) if mark else None,
    )


def report_pdf(facts: Facts) -> bytes:
    """The paper of a mission at one of its stages."""
    paper, follows = _head(facts), facts["stage"] == "follow_up"
    paper.facts(
        [
            ("Intitulé", facts["title"]),
            ("Nature", facts["kind"]),
            ("Période auditée", f"du {_day(facts['from_on'])} au {_day(facts['to_on'])}"),
            ("Auditeurs", ", ".join([*facts["auditors"], *([facts["firm"]] if facts["firm"] else [])])),
        ],
        columns=2,
    )
    if facts["stage"] == "provisional":
        paper.boxed(
            f"Procédure contradictoire : les audités ont jusqu'au {_day(facts['answers_due_on'])} pour répondre à chaque constat. "
            "Le rapport définitif imprime leurs réponses."
        )
    elif facts["lapsed"]:
        paper.boxed(
            f"Le délai de réponse a expiré le {_day(facts['answers_due_on'])} ; un constat sans réponse est imprimé comme tel."
        )
    _amounts(paper, facts)
    if not follows:
        _findings(paper, facts)
    _actions(paper, facts, follows)
    figures, currency = facts["figures"], facts["currency"]
    paper.arrete(
        f"Arrêté le présent {'relevé' if follows else 'rapport'} à {counted(figures['count'], 'constat', 'constats')} et à la somme "
        f"en cause de : {amount_in_words(figures['questioned_minor'], currency)} ({amount(figures['questioned_minor'], currency)})."
    )
    signer = facts["signer"]
    people = [
        Signatory(
            signer["function"] or "L'auditeur",
            signer["name"],
            act=signer["act"],
            on=date.fromisoformat(facts["on"]),
            label="Pour l'équipe d'audit" if not follows else "Édité par",
        )
    ]
    if facts["stage"] != "provisional":
        people.append(Signatory("Pour les audités", "", label="Reçu le ………………………… par"))
    paper.signatures(people)
    return paper.render()


def _amounts(paper: Paper, facts: Facts) -> None:
    paper.heading("Montants en cause et leur règlement")
    rows = [
        (
            f["number"],
            f"{f['title']}\n{f['category']}",
            f["severity"],
            f["about"] or f["agreement"] or "—",
            f["status"],
            f["questioned_minor"],
            *(f[key] for _label, key in PARTS),
        )
        for f in facts["findings"]
    ]
    paper.table(
        [
            Column("N°", 10, kind="number"),
            Column("Constat", weight=2.4),
            Column("Gravité", 18),
            Column("Pièce visée", 36, kind="code"),
            Column("État", 20),
            Column("En cause", 25, kind="amount"),
            Column("Accepté", 23, kind="amount"),
            Column("Reversé", 23, kind="amount"),
            Column("Abandonné", 23, kind="amount"),
            Column("En attente", 23, kind="amount"),
        ],
        rows,
        total="Total, constats levés non compris" if facts["lifted"] else "Total",
        unit="francs CFA",
        numbered=False,
    )
    if facts["lifted"]:
        paper.para(
            f"Constats levés, pour mémoire : {', '.join(f['reference'] + ' (' + f['title'] + ')' for f in facts['lifted'])}.",
            small=True,
            align="left",
        )


def _findings(paper: Paper, facts: Facts) -> None:
    for f in facts["findings"]:
        paper.heading(f"Constat {f['number']} — {f['title']} (gravité {f['severity'].lower()})")
        paper.para(f["account"], align="left")
        paper.facts(
            [
                ("Catégorie", f"{f['category']} ({f['source']})"),
                (
                    "Réponse de l'audité",
                    f["answer"]
                    or ("" if facts["stage"] == "provisional" else "Aucune réponse dans le délai"),
                ),
                *(
                    [("Reversement accepté", amount(f["agreed_minor"], facts["currency"]))]
                    if f["agreed_minor"]
                    else []
                ),
                *([("Position des auditeurs", f["position"])] if facts["stage"] != "provisional" else []),
            ]
        )


def _actions(paper: Paper, facts: Facts, follows: bool) -> None:
    paper.heading("Recommandations et suivi")
    told = [
        Column("État", 26),
        Column("Fait le", 20, kind="date"),
        Column("Preuve et suite", weight=1.6),
        Column("Vérifié par", 34),
    ]
    paper.table(
        [
            Column("N°", 12, kind="code"),
            Column("Recommandation", weight=2.2),
            Column("Gravité", 18),
            Column("Responsable", 38),
            Column("Échéance", 22, kind="date"),
            *(told if follows else [Column("Suite donnée par l'audité", weight=1, kind="blank")]),
        ],
        [
            (
                a["number"],
                a["action"],
                a["severity"],
                a["responsible"],
                _plain(a["due_on"]),
                *((a["status"], _plain(a["done_on"]), a["evidence"], a["verified"]) if follows else (None,)),
            )
            for a in facts["actions"]
        ],
        numbered=False,
    )
    if follows:
        late = [a["number"] for a in facts["actions"] if a["late"]]
        paper.para(
            f"Recommandations en retard à la date du présent relevé : {', '.join(late) if late else 'néant'}.",
            bold=bool(late),
            align="left",
        )
