"""The administrative units and region outlines shipped with the product, as typed facts; no database.

Mali and Niger follow the common operational datasets (OCHA COD-AB); Burkina Faso follows the reform of July
2025. Rule R21: Mali prints « découpage 2021 », and an officer may add a unit with its act.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from portfolio.kit import tables

PACKAGE = "portfolio.places"
VIEW_BOX = "0 0 1000 580"
"""The coordinate frame of `RegionOutline.path` (Mercator, the three countries together)."""

# OCHA asks for this sentence under every map made with its outlines; shown as it stands.
DISCLAIMER = {
    "fr": (
        "Les limites et les noms figurant sur cette carte n’impliquent ni reconnaissance ni acceptation "
        "officielles de la part de l’Organisation des Nations Unies. Source : OCHA COD-AB, CC BY-IGO 3.0."
    ),
    "en": (
        "The boundaries and names shown on this map do not imply official endorsement or acceptance by the "
        "United Nations. Source: OCHA COD-AB, CC BY-IGO 3.0."
    ),
}

MALI_DIVISION = "découpage 2021"
MALI_NOTE = {
    "fr": (
        "Mali : découpage 2021 (10 régions dont le district de Bamako, 53 cercles). Les 19 régions et 159 "
        "cercles en vigueur depuis 2024 s’ajoutent un à un, avec l’acte qui les crée."
    ),
    "en": (
        "Mali: 2021 division (10 regions, Bamako district included, 53 cercles). The 19 regions and 159 "
        "cercles in force since 2024 are added one by one, with the act that creates them."
    ),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit.

    `code` is the P-code of OCHA where one is published, else a code of our own (`BF-…`, `ML-R17`), or for a
    unit whose P-code was given to its successor, that code with `-2020`. `valid_from` is the date of the act
    that created the unit, None when it is not known; `valid_to` is its last day, None while it stands.
    """

    code: str
    parent: str
    level: int
    country: str
    kind: str
    name: str
    valid_from: date | None
    valid_to: date | None
    source: str

    def stands_on(self, day: date) -> bool:
        """Whether the unit existed on `day`; an unknown start counts as long ago."""
        if self.valid_to is not None and day > self.valid_to:
            return False
        return self.valid_from is None or day >= self.valid_from

    @property
    def is_confirmed(self) -> bool:
        """False while a fact about the unit (P-code, parent, act) still waits for an official text."""
        return "à confirmer" not in self.source


@dataclass(frozen=True, slots=True)
class RegionOutline:
    """The simplified outline of one region: SVG path data in `VIEW_BOX`, and where its label goes."""

    code: str
    country: str
    name: str
    path: str
    label_x: int
    label_y: int


@cache
def units() -> tuple[Unit, ...]:
    """All units, parents before children, countries in the order Mali, Burkina Faso, Niger."""
    return tuple(
        Unit(
            code=row["code"],
            parent=row["parent"],
            level=int(row["level"]),
            country=row["country"],
            kind=row["kind"],
            name=row["name"],
            valid_from=tables.optional_date(row["valid_from"]),
            valid_to=tables.optional_date(row["valid_to"]),
            source=row["source"],
        )
        for row in tables.rows(PACKAGE, "units.csv")
    )


@cache
def by_code() -> dict[str, Unit]:
    """The same units, by code."""
    return {unit.code: unit for unit in units()}


def ancestry(code: str) -> tuple[Unit, ...]:
    """The unit and those above it, smallest first, country last. `KeyError` on an unknown code."""
    found = [by_code()[code]]
    while found[-1].parent:
        found.append(by_code()[found[-1].parent])
    return tuple(found)


@cache
def regions_map() -> tuple[RegionOutline, ...]:
    """The outlines of the 35 regions drawn on the map (Mali 10, Burkina Faso 17, Niger 8)."""
    return tuple(
        RegionOutline(
            row["code"], row["country"], row["name"], row["path"], int(row["label_x"]), int(row["label_y"])
        )
        for row in tables.rows(PACKAGE, "regions_map.svgpaths.csv")
    )
