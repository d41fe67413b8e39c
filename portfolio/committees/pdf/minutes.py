"""Document 7: the minutes, text upright and annexes landscape; and the minutes of lack of quorum. They propose, they do not award (R2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from portfolio.committees.pdf.annexes import annexes
from portfolio.committees.pdf.frame import (
    CATEGORIES,
    FUNCTIONS,
    PROPOSALS,
    about,
    body,
    hour,
    moment,
    ordinal,
    paper,
    percent,
    tenths,
    venue,
    when,
)
from portfolio.kit.grammar import of
from portfolio.kit.pdf import Column, Paper, Signatory, amount
from portfolio.kit.words import amount_in_words, date_in_words, hour_in_words

Facts = dict[str, Any]


def minutes_pdf(facts: Facts) -> bytes:
    """The PV of a session; `draft` in the facts prints « PROJET » across it."""
    selection = facts["committee"]["kind"] == "selection"
    made = paper(
        facts,
        "Procès-verbal de sélection" if selection else "Procès-verbal de séance",
        paraphe=True,
        on=day_of(facts),
    )
    n = count(1)
    made.opening(_opening(facts))
    _acts_and_presence(made, n, facts)
    _reminder(made, n, facts)
    _interests(made, n, facts)
    if selection:
        _method(made, n, facts)
    _proposals(made, n, facts)
    _waivers(made, n, facts)
    if facts["remarks"]:
        made.heading("Observations")
        made.para(facts["remarks"])
    closed = moment(facts["closed_at"])
    made.para(
        "L'ordre du jour étant épuisé et plus personne ne demandant la parole, la séance a été levée à "
        f"{hour_in_words(closed) if closed else '…'}. En foi de quoi le présent procès-verbal a été dressé pour servir et valoir ce que de droit."
    )
    _signatures(made, facts)
    annexes(made, facts)
    return made.render()


def numbered(made: Paper, numbers: Iterator[int], title: str) -> None:
    """A heading with the next number: sections that have nothing to say are left out."""
    made.heading(f"{next(numbers)}. {title}")


def day_of(facts: Facts) -> Any:
    """The day the minutes bear: that of the closing."""
    at = moment(facts.get("closed_at")) or moment(facts["scheduled_at"])
    return at.date() if at else None


def _opening(facts: Facts, purpose: str = "") -> str:
    at = moment(facts["opened_at"]) or moment(facts["scheduled_at"]) or datetime(2000, 1, 1, tzinfo=UTC)
    chair = facts.get("chair")
    under = (
        f", sous la présidence {of(chair['name'])}, {FUNCTIONS.get(chair['function'], '')}" if chair else ""
    )
    purpose = (
        purpose
        or f"à l'effet d'examiner les dossiers et de faire des propositions au sujet de {about(facts)}"
    )
    return f"{date_in_words(at)}, s'est tenue {venue(facts)}, la {ordinal(facts['session_number'])} séance {of(body(facts))}{under}, {purpose}."


def _acts_and_presence(made: Paper, n: Iterator[int], facts: Facts) -> None:
    numbered(made, n, "Convocation, présences et quorum")
    convening = "première" if facts["convening"] == 1 else "seconde"
    first = facts.get("first")
    after = (
        f", faisant suite à la séance sans quorum du {when(first['scheduled_at'])}, PV de carence n° {first['reference']}"
        if first
        else ""
    )
    made.para(
        f"Les membres ont été convoqués pour le {when(facts['scheduled_at'])}, en {convening} convocation{after}."
    )
    people = facts["people"]
    present = [p for p in people if p["arrived_at"]]
    made.bullets(
        [f"Présents : {_names(present)}"]
        + [
            f"Absents excusés : {_names(g)}"
            for g in [[p for p in people if not p["arrived_at"] and p["excused"]]]
            if g
        ]
        + [
            f"Absents : {_names(g)}"
            for g in [[p for p in people if not p["arrived_at"] and not p["excused"]]]
            if g
        ]
    )
    made.para(f"{quorum_line(facts)} Feuille de présence en annexe 1.")
    if facts["agenda"]:
        numbered(made, n, "Ordre du jour")
        made.bullets([line for line in facts["agenda"].split("\n") if line.strip()], numbered=True)


def _names(people: list[Facts]) -> str:
    shown = []
    for p in people:
        words = p["name"]
        if p["function"] in ("president", "vice_president", "secretary"):
            words += f" ({FUNCTIONS[p['function']]})"
        elif p["replaces"]:
            words += f" (en remplacement de {p['replaces']})"
        elif p["capacity"] == "observer":
            words += " (observateur)"
        shown.append(words)
    return ", ".join(shown) or "néant"


def quorum_line(facts: Facts) -> str:
    """« Membres en exercice … · présents … · quorum requis … · atteint : oui / non »."""
    return (
        f"Membres en exercice : {facts['members']} · présents à voix délibérative à l'ouverture : {facts['voices']} · "
        f"quorum requis : {facts['quorum']} · atteint : {'oui' if facts['reached'] else 'non'}."
    )


def _reminder(made: Paper, n: Iterator[int], facts: Facts) -> None:
    numbered(made, n, "Rappel")
    lines = []
    if facts["envelope_minor"]:
        lines.append(("Enveloppe", amount(facts["envelope_minor"], facts["currency"])))
    for share in facts["shares"]:
        lines.append(
            (
                "Part réservée",
                f"au moins {share['percent']} % — {CATEGORIES.get(share['category'], share['category'])}",
            )
        )
    funnel = facts["funnel"]
    if funnel:
        lines.append(
            (
                "Dossiers",
                " → ".join(
                    f"{funnel[code]} {words}"
                    for code, words in (
                        ("filed", "déposés"),
                        ("admissible", "recevables"),
                        ("eligible", "éligibles"),
                        ("assessed", "évalués"),
                    )
                    if code in funnel
                ),
            )
        )
    lines.append(
        (
            "Dossiers inscrits",
            f"{len(facts['items'])} ; évalués mais non classés, en sus : {len(facts['unranked'])} (annexe 3)",
        )
    )
    made.facts(lines)


def _interests(made: Paper, n: Iterator[int], facts: Facts) -> None:
    numbered(made, n, "Intérêts déclarés et déports")
    if not facts["declarations"]:
        made.para("Aucun membre n'a déclaré de lien avec un dossier inscrit.")
        return
    made.table(
        [
            Column("Dossier", 30, kind="code"),
            Column("Membre", weight=1.1),
            Column("Lien déclaré", weight=1.4),
            Column("Sortie", 15),
            Column("Retour", 15),
            Column("Quorum du dossier", 24),
        ],
        [
            (
                d["reference"],
                d["name"],
                d["nature"],
                hour(d["out_at"]) or "absent(e)",
                hour(d["in_at"]),
                f"{d['voices']} sur {facts['members']}" if d["voices"] else "",
            )
            for d in facts["declarations"]
        ],
        numbered=False,
    )


def _method(made: Paper, n: Iterator[int], facts: Facts) -> None:
    numbered(made, n, "Méthode")
    floors = [c for c in facts["criteria"] if c.get("floor")]
    made.para(
        "Chaque dossier a été noté par les évaluateurs désignés, chacun sur sa fiche, sans connaître les autres notes avant le verrouillage "
        "de toutes les fiches du dossier. La note est la moyenne pondérée des fiches, sur 100, au dixième. "
        + (f"Note plancher : {facts['score_floor']} sur 100. " if facts["score_floor"] else "")
        + (
            "Seuils par critère : "
            + " ; ".join(f"{c['label']} {c['floor']} sur {c['weight']}" for c in floors)
            + ". "
            if floors
            else ""
        )
        + (
            f"Un écart de plus de {facts['spread_limit']} points appelle un évaluateur de plus. "
            if facts["spread_limit"]
            else ""
        )
        + "À égalité, le meilleur sur les critères de départage passe devant, puis l'ordre de dépôt."
    )
    settled = [i for i in facts["items"] if i["settled_tenths"] is not None]
    if settled:
        made.para("Notes arrêtées par le comité :", bold=True, align="left")
        made.bullets(
            [
                f"{i['reference']} : {tenths(i['settled_tenths'])} (moyenne {tenths(i['mean_tenths'])}) — {i['settled_reason']}"
                for i in settled
            ]
        )


def _proposals(made: Paper, n: Iterator[int], facts: Facts) -> None:
    numbered(made, n, "Propositions")
    groups = []
    for code, words in PROPOSALS.items():
        found = [i for i in facts["items"] if i["proposal"] == code]
        if found:
            total = sum(i["proposed_minor"] or 0 for i in found)
            groups.append((words, len(found), total or None))
    left = [i for i in facts["items"] if i["proposal"] is None]
    if left:
        groups.append(("non examiné (quorum perdu en séance)", len(left), None))
    made.table(
        [
            Column("Avis", weight=2),
            Column("Dossiers", 22, kind="number"),
            Column("Montant proposé ou mis de côté", 44, kind="amount"),
        ],
        groups,
        unit="F CFA",
        numbered=False,
    )
    if facts["given"]:
        made.arrete(
            f"Le comité propose de retenir {facts['given']} dossier{'s' if facts['given'] > 1 else ''} pour la somme de : "
            f"{amount_in_words(facts['given_minor'], facts['currency'])} ({amount(facts['given_minor'], facts['currency'])})."
        )
    if facts["envelope_minor"]:
        used = facts["given_minor"] + facts["aside_minor"]
        aside = (
            f" ; mis de côté pour les dossiers ajournés : {amount(facts['aside_minor'], facts['currency'])}"
            if facts["aside_minor"]
            else ""
        )
        made.para(
            f"Limite de l'enveloppe : {amount(facts['envelope_minor'], facts['currency'])}{aside} ; cumul : {amount(used, facts['currency'])} ; "
            f"reste : {amount(facts['envelope_minor'] - used, facts['currency'])}."
        )
    if facts["shares"]:
        made.para("Parts réservées :", bold=True, align="left")
        made.bullets([_share(s, facts["currency"]) for s in facts["shares"]])
    made.para(
        "Le détail, dossier par dossier, figure en annexe 2. Le comité propose ; l'attribution relève de la décision de l'ordonnateur.",
        align="left",
    )


def _share(share: Facts, currency: str) -> str:
    name = CATEGORIES.get(share["category"], share["category"])
    words = f"{name} : {amount(share['given_minor'], currency)}, soit {percent(share['given_tenths'])} de l'enveloppe"
    if share["aside_minor"]:
        words += f" ; avec la somme mise de côté, {percent(share['with_aside_tenths'])}"
    return f"{words} — {'atteinte' if share['reached'] else 'non atteinte'} (minimum {share['percent']} %)"


def _waivers(made: Paper, n: Iterator[int], facts: Facts) -> None:
    waivers = [i for i in facts["items"] if i["rank_waiver"]]
    if waivers:
        numbered(made, n, "Dérogations au classement")
        made.bullets(
            [f"{i['reference']} (rang {i['rank'] or 'non classé'}) : {i['rank_waiver']}" for i in waivers]
        )
    dissents = [i for i in facts["items"] if i["dissent"]]
    if dissents:
        numbered(made, n, "Opinions divergentes consignées")
        made.bullets([f"{i['reference']} : {i['dissent']}" for i in dissents])


def _signatures(made: Paper, facts: Facts) -> None:
    rows = []
    for p in facts["people"]:
        if not p["arrived_at"]:
            continue
        at = moment(p["signed_at"])
        said = (
            f"signé le {at:%d/%m/%Y} à {hour(p['signed_at'])}"
            if at
            else f"empêché(e) : {p['prevented']}"
            if p["prevented"]
            else ""
        )
        rows.append((p["name"], FUNCTIONS.get(p["function"], ""), said, None))
    made.heading("Signatures des membres présents")
    made.table(
        [
            Column("Nom et prénom", weight=1.6),
            Column("Qualité", weight=1),
            Column("Acte de signature", weight=1.4),
            Column("Signature", 44, kind="blank"),
        ],
        rows,
        row_mm=11,
        whole=True,
    )
    chair = facts.get("chair")
    signed = {p["name"]: moment(p["signed_at"]) for p in facts["people"]}
    acts = {p["name"]: p["act"] for p in facts["people"] if p["act"]}

    def line(function: str, name: str) -> Signatory:
        at = signed.get(name)
        act = f"agissant en vertu {of(acts[name])}" if name in acts else ""
        return Signatory(function, name, act=act, on=at.date() if at else None)

    made.signatures(
        [
            line("Le secrétaire de séance", facts["secretary"]),
            line("Le président de séance", chair["name"] if chair else ""),
        ]
    )
