"""The words of the codes of committees, as the screens say them."""

from __future__ import annotations

from typing import Any

from portfolio.kit.i18n import N_, locale

KINDS = {
    "selection": N_("Selection committee"),
    "procurement": N_("Procurement committee"),
    "reception": N_("Reception committee"),
}
FUNCTIONS = {
    "president": N_("President of the committee"),
    "vice_president": N_("Vice-president of the committee"),
    "secretary": N_("Secretary of the session"),
    "member": N_("Member of the committee"),
}
CAPACITIES = {"titular": N_("Titular"), "substitute": N_("Substitute"), "observer": N_("Observer")}
VOICES = {"deliberative": N_("Deliberative voice"), "consultative": N_("Consultative voice")}
PROPOSALS = {
    "favourable": N_("Favourable"),
    "revised": N_("Favourable at a revised amount"),
    "waiting_list": N_("On the waiting list"),
    "adjourned": N_("Adjourned by the committee"),
    "unfavourable": N_("Unfavourable"),
}
TONES = {
    "favourable": "good",
    "revised": "good",
    "waiting_list": "warn",
    "adjourned": "warn",
    "unfavourable": "bad",
}
SHARES = {
    "women": N_("Women's groups"),
    "youth": N_("Young people's organisations"),
    "woman_president": N_("Groups with a woman as president"),
}


def mark_text(tenths: int | None) -> str:
    """A mark in tenths as it is said: « 84,5 », « 84 »; a dash for none."""
    if tenths is None:
        return "–"
    whole, rest = divmod(tenths, 10)
    return f"{whole}{',' if locale() == 'fr' else '.'}{rest}" if rest else str(whole)


def spread_text(tenths: int | None, first: int | None) -> str:
    """A spread, and what it was before one more assessor was called: « 31 → 8 »."""
    if first is None or first == tenths or tenths is None:
        return mark_text(tenths)
    return f"{mark_text(first)} → {mark_text(tenths)}"


def committee_words() -> dict[str, Any]:
    """Every table of words, for templates."""
    return {
        "kind_words": KINDS,
        "function_words": FUNCTIONS,
        "capacity_words": CAPACITIES,
        "voice_words": VOICES,
        "proposal_words": PROPOSALS,
        "proposal_tones": TONES,
        "share_words": SHARES,
        "mark_text": mark_text,
        "spread_text": spread_text,
    }
