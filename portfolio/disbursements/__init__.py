"""A tranche's way: request, liquidation, visa, payment order, payment."""
