"""Document 8: the letters of notification, each on one page with its slip of receipt; and the list of dispatch of a batch (F14, F16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portfolio.awards.pdf.acts import day, new_paper, signer
from portfolio.kit.grammar import at
from portfolio.kit.pdf import Column, Paper, Signatory, amount, bind
from portfolio.kit.words import amount_in_words, date_long

Facts = dict[str, Any]
KINDS = {
    "awarded": "Attribution d'une subvention",
    "waitlisted": "Inscription sur la liste d'attente",
    "adjourned": "Ajournement de votre dossier",
    "not_selected": "Votre dossier n'est pas retenu",
    "ineligible": "Votre dossier est inéligible",
    "inadmissible": "Votre dossier est irrecevable",
}
STAGES = {
    "not_selected": "non retenu, après évaluation et avis du comité",
    "ineligible": "inéligible, après le contrôle d'éligibilité",
    "inadmissible": "irrecevable, après le contrôle de recevabilité",
}
PAPERS = (
    "les pièces d'identité de la présidente ou du président et de la trésorière ou du trésorier",
    "l'attestation du compte ouvert au nom du groupement",
    "le procès-verbal de l'assemblée générale qui désigne les deux signataires",
)
COUNTRIES = {"ML": "Mali", "BF": "Burkina Faso", "NE": "Niger"}


def notice_pdf(facts: Facts) -> bytes:
    """One letter."""
    return letter(facts).render()


def batch_pdf(letters: Sequence[Facts], dispatch: Facts) -> bytes:
    """Every letter of a batch in the order of the dispatch, then the list of dispatch, in one file to print at once."""
    return bind([*(letter(facts) for facts in letters), dispatch_list(dispatch)])


def dispatch_pdf(facts: Facts) -> bytes:
    """The list of dispatch alone."""
    return dispatch_list(facts).render()


def letter(facts: Facts) -> Paper:
    """The letter laid out: addressed to the group alone, nobody else's name in it."""
    made = new_paper(
        facts,
        "",
        one_page=True,
        subject=KINDS[facts["kind"]],
        reference_lines=[
            ("Appel", facts["call"]),
            ("Dossier", facts["file"]),
            ("Décision", facts["decision"]),
        ],
    )
    to = ["Mesdames et Messieurs les membres du bureau", facts["applicant"]]
    if facts["president"]:
        to.insert(0, f"{facts['president']}, pour le bureau")
        to.pop(1)
    where = ", ".join(
        x
        for x in (facts["village"], f"commune de {facts['commune']}", COUNTRIES.get(facts["country"], ""))
        if x
    )
    made.letter_to(
        [*to, where],
        about=f"{KINDS[facts['kind']]} — dossier {facts['file']}",
        salutation="Madame, Monsieur,",
    )
    {
        "awarded": _awarded,
        "waitlisted": _waitlisted,
        "adjourned": _adjourned,
    }.get(facts["kind"], _refused)(made, facts)
    function, name, act = signer(
        {**facts, "signed_by": facts.get("signed_by") or {"name": "", "function": "", "capacity": ""}}
    )
    made.signatures([Signatory(function, name, act)], done=False)
    made.tear_off_acknowledgement(facts["applicant"])
    return made


def _decision(facts: Facts) -> str:
    on = day(facts["decision_on"])
    return f"la décision n° {facts['decision']}{' du ' + date_long(on) if on else ''}"


def _about(facts: Facts) -> str:
    return f"votre micro-projet « {facts['title']} »" if facts["title"] else "votre micro-projet"


def _awarded(made: Paper, facts: Facts) -> None:
    total = facts["amount_minor"]
    made.para(
        f"J'ai le plaisir de vous informer que, par {_decision(facts)}, une subvention vous est attribuée pour {_about(facts)}."
    )
    made.arrete(
        f"Montant attribué : {amount_in_words(total, facts['currency'])} ({amount(total, facts['currency'])})."
    )
    if facts["revised"]:
        made.para(
            f"Le montant demandé était de {amount(facts['requested_minor'], facts['currency'])}. Motif de la révision : {facts['reason']}"
        )
    until = day(facts["reply_by"])
    by = f" avant le {date_long(until)}" if until else ""
    if facts["conditions"]:
        made.para(
            f"Conditions à remplir avant la signature de la convention,{by or ' sans délai'} :",
            bold=True,
            align="left",
        )
        made.bullets(facts["conditions"])
    else:
        made.para(f"Vous êtes invité(e)s à vous présenter pour la signature de la convention{by}.")
    made.para("Pièces à apporter :", bold=True, align="left")
    made.bullets(PAPERS)
    made.para("La présente ne vaut pas autorisation de dépense.", bold=True, align="left")
    made.boxed(
        "ACCEPTATION — Nous acceptons la subvention et ses conditions.  "
        + "Nom et qualité : "
        + "." * 30
        + "  Date : "
        + "." * 18
        + "  Signature :"
    )


def _waitlisted(made: Paper, facts: Facts) -> None:
    until = day(facts["reply_by"])
    made.para(
        f"Par {_decision(facts)}, votre dossier pour {_about(facts)} est inscrit sur la liste d'attente au rang {facts['waiting_rank']}. "
        "Il est classé, mais l'enveloppe de l'appel ne suffit pas à le financer aujourd'hui."
    )
    made.para(
        "Si des crédits se libèrent, les dossiers sont appelés dans l'ordre de la liste."
        + (f" La liste est valable jusqu'au {date_long(until)}." if until else "")
    )
    if facts["reason"]:
        made.para(f"Motif : {facts['reason']}")
    made.para("La présente ne vaut pas autorisation de dépense.", bold=True, align="left")
    _appeal(made, facts)


def _adjourned(made: Paper, facts: Facts) -> None:
    made.para(f"Par {_decision(facts)}, l'examen de votre dossier pour {_about(facts)} est ajourné.")
    if facts["reason"]:
        made.para(f"Motif : {facts['reason']}")
    made.para(
        "Vous serez informé(e)s de la suite. Aucune démarche n'est à faire de votre part, sauf demande écrite de nos services."
    )
    made.para("La présente ne vaut pas autorisation de dépense.", bold=True, align="left")
    _appeal(made, facts)


def _refused(made: Paper, facts: Facts) -> None:
    decided = f"Par {_decision(facts)}, votre" if facts["decision"] else "Votre"
    made.para(
        f"{decided} dossier pour {_about(facts)} n'a pas abouti. Stade atteint : {STAGES.get(facts['kind'], '')}."
    )
    if facts["reason"]:
        made.para(f"Motif : {facts['reason'].rstrip('. ')}.")
    if facts["score_tenths"] is not None:
        whole, rest = divmod(facts["score_tenths"], 10)
        made.para(f"Votre note : {whole},{rest} sur 100 ; plancher : {facts['score_floor']}.", align="left")
        made.table(
            [
                Column("Critère", weight=3),
                Column("Votre note", 24, align="right"),
                Column("Sur", 16, kind="number"),
                Column("Seuil", 20, align="right"),
            ],
            [
                (
                    c["label"],
                    "sans objet"
                    if c["points_tenths"] is None
                    else f"{c['points_tenths'] // 10},{c['points_tenths'] % 10}",
                    c["weight"],
                    f"{c['floor']}{' (non atteint)' if c['below'] else ''}" if c["floor"] else "—",
                )
                for c in facts["criteria"]
            ],
            numbered=False,
        )
    _appeal(made, facts)


def _appeal(made: Paper, facts: Facts) -> None:
    contact = f" ({facts['contact']})" if facts["contact"] else ""
    complaints = (
        f" Une plainte peut aussi être portée à : {facts['complaints']}." if facts["complaints"] else ""
    )
    head = facts["head"]
    to = at(head or "l'ordonnateur")
    made.para(
        f"Recours : par lettre motivée adressée {to}{contact}, déposée contre accusé de réception, "
        f"dans les {facts['appeal_days']} jours à compter de la réception de la présente.{complaints}"
    )


def dispatch_list(facts: Facts) -> Paper:
    """The list of dispatch: by country, commune, name."""
    made = new_paper(
        facts, "Liste d'envoi des notifications", number="", reference_lines=[("Appel", facts["call"])]
    )
    made.para(
        f"Appel à propositions {facts['call']}, « {facts['call_title']} ». {len(facts['rows'])} lettres.",
        align="left",
    )
    made.table(
        [
            Column("Pays", 22),
            Column("Commune", weight=1),
            Column("Destinataire", weight=1.6),
            Column("Lettre", 34, kind="code"),
            Column("Objet", weight=1.1),
            Column("Remise le", 24, kind="blank"),
        ],
        [
            (
                COUNTRIES.get(r["country"], r["country"]),
                r["commune"],
                r["applicant"],
                r["reference"],
                KINDS[r["kind"]],
                None,
            )
            for r in facts["rows"]
        ],
        row_mm=8,
    )
    return made
