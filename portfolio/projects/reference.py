"""The do-no-harm checklist: what is asked of a micro-project before its next tranche (principle of the strategy; documents.md, fiche de visite)."""

from __future__ import annotations

from portfolio.kit.i18n import N_

QUESTIONS: dict[str, str] = {
    "choice": N_("Did the choice of the place or of the people reached make some feel left out?"),
    "resource": N_("Does the micro-project use land, water or passage that others also use?"),
    "dominance": N_("Does one family, office holder or armed group draw a particular profit from it?"),
    "exposure": N_(
        "Does it expose its members to violence, tax or theft because they are seen with goods or money?"
    ),
    "women": N_("Does it add to women's burden, or give rise to quarrels in households?"),
    "displaced": N_("Are displaced and host families both served, and seen to be?"),
    "market": N_("Does it take customers from existing traders or raise local prices?"),
    "environment": N_("Does it harm soil, water or trees that others live from?"),
}
"""Code → question."""

HARMLESS: dict[str, str] = {"displaced": "yes"}
"""The answer that shows no risk; « no » for the others."""

ANSWERS: dict[str, str] = {"yes": N_("Yes"), "no": N_("No"), "not_applicable": N_("Not applicable")}


def is_risk(code: str, answer: str) -> bool:
    """Whether an answer shows a risk that needs a measure."""
    return answer != "not_applicable" and answer != HARMLESS.get(code, "no")
