"""Words of complaints, and the delay of an answer: data."""

from __future__ import annotations

from portfolio.kit.i18n import N_

CATEGORY_WORDS = {
    "choice": N_("Choice of people or groups"),
    "quality": N_("Quality of what was received"),
    "delay": N_("Delay"),
    "sharing": N_("Sharing inside the group"),
    "fraud": N_("Fraud or corruption"),
    "abuse": N_("Sexual exploitation, abuse or harassment"),
    "conflict": N_("Conflict between communities"),
    "other": N_("Other"),
}
ALWAYS_SENSITIVE = frozenset({"fraud", "abuse"})
"""Categories that are seen by named people only, whatever is ticked (row 45)."""
CHANNEL_WORDS = {
    "phone": N_("Telephone"),
    "paper": N_("Paper"),
    "box": N_("Complaints box"),
    "visit": N_("Visit"),
    "counter": N_("At the counter"),
}
NOTE_WORDS = {
    "step": N_("Step"),
    "answer": N_("Answer proposed"),
    "reopening": N_("Taken up again"),
    "closing": N_("Closing"),
}
DELAY_DAYS = 30
"""Days to answer a complaint from its receipt. A setting of the institution."""
