"""Words of payments, and which modality leaves something to justify."""

from __future__ import annotations

from portfolio.kit.i18n import N_

ACCOUNT_WORDS: dict[str, str] = {
    "bank": N_("Bank transfer"),
    "sfd": N_("Transfer to a microfinance account"),
    "mobile": N_("Mobile money"),
    "cash": N_("Cash"),
}

ADVANCES = ("advance",)
"""Modalities that leave something to justify; the others are final expenses at payment (R4)."""
