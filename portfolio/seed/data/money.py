"""Funds, receipts, budget lines, the institution's own accounts. The donors are invented on purpose."""

from portfolio.seed.data.model import Account, BudgetLine, Fund, Receipt

FUNDS: dict[str, Fund] = {
    fund.code: fund
    for fund in (
        Fund(
            code="F1",
            title="Cohésion et relèvement",
            donor="Coopération de Norlande (fictive)",
            currency="EUR",
            foreign_minor=40_000_000,
            rate_e4=6_559_570,
            rate_source="parité fixe",
            amount=262_382_800,
            opened_j=-440,
        ),
        Fund(
            code="F2",
            title="Jeunesse et paix",
            donor="Fondation Alizé (fictive)",
            currency="USD",
            foreign_minor=12_000_000,
            rate_e4=5_984_000,
            rate_source="bordereau de banque du jour de la première réception",
            amount=71_808_000,
            opened_j=-95,
        ),
        Fund(
            code="F3",
            title="Budget propre",
            donor="",
            currency="XOF",
            foreign_minor=40_000_000,
            rate_e4=10_000,
            rate_source="",
            amount=40_000_000,
            opened_j=-440,
        ),
    )
}

RECEIPTS: tuple[Receipt, ...] = (
    Receipt("F1-R1", "F1", -430, 24_000_000, "EUR", 157_429_680, True, "avis de crédit n° 0231"),
    Receipt("F1-R2", "F1", -150, 16_000_000, "EUR", 104_953_120, True, "avis de crédit n° 0907"),
    Receipt("F2-R1", "F2", -90, 6_000_000, "USD", 35_904_000, True, "bordereau de banque n° 1184"),
    Receipt("F2-R2", "F2", 60, 6_000_000, "USD", 35_904_000, False, ""),
    Receipt("F3-R1", "F3", -430, 40_000_000, "XOF", 40_000_000, True, "dotation de l'exercice"),
)
"""`foreign_minor` is in cents for EUR and USD, in francs for XOF. F2-R2 is due, not received: credits are
open and the cash is not there."""

CALLED: dict[str, tuple[str, ...]] = {"F1": ("F1-R1", "F1-R2"), "F2": ("F2-R1",)}
"""The receipts that answer the call for the whole of each donor agreement: that of F1 is received, that of F2 in part."""

REFUND = (
    "F1",
    -8,
    2_500_000,
    "Crédits de suivi-évaluation que la revue du fonds n'emploiera pas, rendus au bailleur (accord, article 9).",
)
"""A refund to the donor proposed on that day, approved two days later, still to be paid: what was received stands."""

LINES: dict[str, BudgetLine] = {
    line.code: line
    for line in (
        BudgetLine("F1-AAP25", "F1", "Subventions de l'appel AAP-2025-01", 105_000_000, "AAP-2025-01"),
        BudgetLine("F1-AAP26", "F1", "Subventions de l'appel AAP-2026-01", 45_000_000, "AAP-2026-01"),
        BudgetLine("F1-SE", "F1", "Suivi-évaluation", 30_000_000),
        BudgetLine("F1-NA", "F1", "Non affecté", 82_382_800),
        BudgetLine("F2-AAP26", "F2", "Subventions de l'appel AAP-2026-02", 60_000_000, "AAP-2026-02"),
        BudgetLine("F2-SUIVI", "F2", "Suivi", 11_808_000),
        BudgetLine("F3-AAP25", "F3", "Subventions de l'appel AAP-2025-01", 20_000_000, "AAP-2025-01"),
        BudgetLine("F3-COM", "F3", "Fonctionnement du comité", 6_000_000),
        BudgetLine("F3-NA", "F3", "Non affecté", 14_000_000),
    )
}

ACCOUNTS: dict[str, Account] = {
    account.code: account
    for account in (
        Account("BQ-F1", "Banque, fonds Cohésion et relèvement", "bank", "F1"),
        Account("BQ-F2", "Banque, fonds Jeunesse et paix", "bank", "F2"),
        Account("BQ-F3", "Banque, budget propre", "bank", "F3"),
        Account("MM", "Monnaie électronique", "mobile_money", ""),
        Account("CAISSE", "Menue caisse", "cash", "", 300_000),
    )
}

FEES_NOTE = (
    "Les frais de banque et d'opérateur sont une dépense à part, jamais retenue sur la somme du groupe."
)

WALLET_CEILING = 2_000_000
"""The demo's ceiling of one mobile-money wallet, F CFA (a setting, to be confirmed with the operator)."""

CASH_LIMIT = 300_000
"""What petty cash may hold, F CFA."""

SMALL_PURCHASE_THRESHOLD = 500_000
"""The demo table's threshold under which a purchase needs no competition, F CFA (problem 14)."""
