"""Invented suppliers, with the tax and trade numbers of their country; telephones are never to be dialled."""

from portfolio.kit import tables
from portfolio.seed.data.model import Supplier

SUPPLIERS: dict[str, Supplier] = {
    row["code"]: Supplier(**row) for row in tables.rows("portfolio.seed", "suppliers.csv")
}
"""By code; sellers of a market have neither tax number nor trade register."""

USUAL: dict[str, str] = {
    "MP01": "wafa",
    "MP02": "dori-elevage",
    "MP03": "delta",
    "MP04": "moulin-1",
    "MP05": "djibo-vivres",
    "MP06": "say-maraichage",
    "MP07": "garage-gao",
    "MP10": "forage-1",
    "MP11": "sebba-batiment",
    "MP12": "ambulance-gao",
    "MP14": "torodi-bornes",
}
"""Whom the grants of each kind usually buy from, for the vouchers that the demo does not spell out."""
