"""Budgets of the files that the demo only names: a described budget fitted to the sum requested."""

from portfolio.seed.data.model import Line

ROUND = 5_000


def fitted(template: tuple[Line, ...], requested: int, extra: tuple[Line, ...] = ()) -> tuple[Line, ...]:
    """Lines whose subvention part sums to `requested`, with a contribution of more than 10 % of the cost.

    `extra` lines come first and keep their figures; the template's quantities follow, scaled; what is left
    below one unit becomes one line of small equipment.
    """
    grant_lines = [line for line in template if line.financing == "S"]
    base = sum(line.amount for line in grant_lines)
    left = requested - sum(line.amount for line in extra)
    target = left
    rows: list[tuple[str, str, int, int, str]] = [
        (line.label, line.unit, line.quantity, line.unit_price, line.financing) for line in extra
    ]
    for line in grant_lines:
        quantity = min(max(1, line.quantity * target // base), left // line.unit_price)
        if quantity:
            rows.append((line.label, line.unit, quantity, line.unit_price, "S"))
            left -= quantity * line.unit_price
    if left:
        rows.append(("Petit matériel", "forfait", 1, left, "S"))
    contribution = -(-requested * 125 // (1_000 * ROUND)) * ROUND
    cash = contribution * 6 // 10 // ROUND * ROUND
    rows.append(("Cotisations des membres", "forfait", 1, cash, "N"))
    rows.append(("Main-d'œuvre et matériaux locaux", "forfait", 1, contribution - cash, "V"))
    return tuple(Line(number, *row) for number, row in enumerate(rows, 1))
