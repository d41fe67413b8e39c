"""Mise en demeure: what is due, since when, the article, the delay that runs from the receipt, what follows (documents.md 3.4, F14)."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import Facts, long_day, sheet
from portfolio.kit.grammar import of
from portfolio.kit.pdf import Paper, Signatory, amount
from portfolio.kit.words import amount_in_words

MEANS = {
    "hand": "remise en main propre contre signature",
    "post": "lettre recommandée",
    "bailiff": "exploit d'huissier",
    "authority": "par l'autorité du lieu",
}


def formal_notice_pdf(facts: dict[str, Any]) -> bytes:
    """One page with its slip of receipt."""
    unjustified = facts["ground"] == "unjustified"
    paper = sheet(
        "",
        facts,
        [("Appel", facts["call"]), ("Convention", facts["agreement"]), ("Envoi", MEANS[facts["means"]])],
        facts["left_minor"] or None,
        one_page=True,
        subject="Mise en demeure",
    )
    paper.letter_to(
        [
            facts["group"],
            f"À l'attention {of(facts['president'])}" if facts["president"] else "",
            facts["place"],
        ],
        "Mise en demeure de justifier une avance"
        if unjustified
        else "Mise en demeure d'exécuter la convention",
        "Madame, Monsieur,",
    )
    (_unjustified if unjustified else _breach)(paper, facts)
    paper.para(
        f"Le délai de {facts['delay_days']} jours court du jour où la présente vous est remise, ou de celui où vous la refusez ou ne la "
        f"retirez pas. Remise ce jour, elle expire le {long_day(facts['until'])}."
    )
    contact = f" Toute réclamation peut être portée à : {facts['complaints']}." if facts["complaints"] else ""
    paper.para(f"Si vous avez déjà fait ce qui vous est demandé, faites-le savoir dès réception.{contact}")
    who = Signatory(facts["head"] or "L'ordonnateur", facts["signer"], act=facts.get("signer_act", ""))
    paper.signatures([who], done=False)
    paper.tear_off_acknowledgement(facts["group"])
    return paper.render()


def _signed(facts: Facts) -> str:
    return f" du {long_day(facts['agreement_on'])}" if facts["agreement_on"] else ""


def _unjustified(paper: Paper, facts: Facts) -> None:
    paid = f", versée le {long_day(facts['paid_on'])}" if facts["paid_on"] else ""
    left = f"{amount_in_words(facts['left_minor'], facts['currency'])} ({amount(facts['left_minor'], facts['currency'])})"
    paper.para(
        f"La tranche {facts['tranche']} de la convention n° {facts['agreement']}{_signed(facts)}, pour votre micro-projet « {facts['title']} », "
        f"soit {amount(facts['paid_minor'], facts['currency'])}{paid}, est une avance à justifier."
    )
    paper.arrete(
        f"Au {long_day(facts['on'])}, soit {facts['days']} jours après le versement, reste à justifier : {left}."
    )
    paper.para(
        f"En application de l'article 12 de la convention, vous êtes mis en demeure de remettre le rapport financier et les pièces qui "
        f"justifient cette somme, ou de la reverser, dans les {facts['delay_days']} jours qui suivent la réception de la présente."
    )
    if facts["demand"]:
        paper.para(facts["demand"])
    paper.para(
        "Passé ce délai, la somme non justifiée fera l'objet d'un ordre de reversement, aucune autre tranche ne sera versée, et la "
        "convention pourra être résiliée en application de son article 19."
    )


def _breach(paper: Paper, facts: Facts) -> None:
    paper.para(
        f"La convention n° {facts['agreement']}{_signed(facts)}, pour votre micro-projet « {facts['title']} », vous oblige. "
        "Il est constaté ce qui suit :"
    )
    paper.arrete(facts["demand"])
    paper.para(
        f"Vous êtes mis en demeure d'y remédier dans les {facts['delay_days']} jours qui suivent la réception de la présente. Passé ce "
        "délai, la convention pourra être résiliée en application de son article 19, et ce qui n'est pas justifié devra être reversé."
    )
