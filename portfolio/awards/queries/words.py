"""The words of the codes of awards, as the screens say them."""

from __future__ import annotations

from typing import Any

from portfolio.kit.i18n import N_

OUTCOMES = {
    "awarded": N_("Selected"),
    "waitlisted": N_("Waiting list"),
    "adjourned": N_("Adjourned"),
    "not_selected": N_("Not selected"),
    "ineligible": N_("Ineligible"),
    "inadmissible": N_("Inadmissible"),
}
TONES = {
    "awarded": "good",
    "waitlisted": "warn",
    "adjourned": "warn",
    "not_selected": "bad",
    "ineligible": "bad",
    "inadmissible": "bad",
}
KINDS = {
    "award": N_("Award of grants"),
    "promotion": N_("Promotion from the waiting list"),
    "rectification": N_("Rectification"),
}
CHANNELS = {
    "hand": N_("By hand"),
    "post": N_("By post"),
    "email": N_("By e-mail"),
    "whatsapp": N_("By telephone message"),
    "commune": N_("Through the commune"),
    "other": N_("Other channel"),
}


def award_words() -> dict[str, Any]:
    """Every table of words, for templates."""
    return {
        "outcome_words": OUTCOMES,
        "outcome_tones": TONES,
        "decision_words": KINDS,
        "channel_words": CHANNELS,
    }
