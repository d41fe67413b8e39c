"""The strategic frameworks shipped with the product, as typed facts; no database.

Official titles are quoted; an empty title means that the source announces an objective without naming it (the
six sub-objectives of axis 2). Rule R8: a framework has a territory and dates; an ended one is reached by the
cross-walk.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from portfolio.kit import tables

PACKAGE = "portfolio.strategy"
TABLES = ("frameworks.csv", "objectives.csv", "principles.csv", "expected_results.csv", "crosswalk.csv")


@dataclass(frozen=True, slots=True)
class FrameworkFact:
    """One framework. `territory` holds country codes; an unknown date is None, as in the source."""

    code: str
    title: str
    version: str
    territory: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    approved_on: date | None
    act: str
    source: str
    licence: str
    note: str

    def in_force(self, country: str, day: date) -> bool:
        """Whether the 100 % rule of R8 applies to `country` on `day`; an unknown date bounds nothing."""
        if country not in self.territory:
            return False
        started = self.starts_on is None or self.starts_on <= day
        return started and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class ObjectiveFact:
    """One node of a framework's tree; `colour` is the official one of the SDGs, empty elsewhere."""

    framework: str
    code: str
    parent: str
    level: str
    title: str
    short_title: str
    colour: str

    @property
    def is_known(self) -> bool:
        """False when the source counts this objective without giving its title."""
        return self.title != ""


@dataclass(frozen=True, slots=True)
class PrincipleFact:
    """A guiding principle of a framework."""

    framework: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ResultFact:
    """An expected result; `objective` is the axis it falls under, by our reading."""

    framework: str
    code: str
    objective: str
    title: str


@dataclass(frozen=True, slots=True)
class CrosswalkFact:
    """A proposed equivalence between objectives of two frameworks, to be validated by the Authority."""

    from_framework: str
    from_code: str
    to_framework: str
    to_code: str
    note: str


@cache
def frameworks() -> list[FrameworkFact]:
    """All frameworks: the Authority's, the PBF's, the SDGs, then those of the United Nations in Mali."""
    return [
        FrameworkFact(
            code=row["code"],
            title=row["title"],
            version=row["version"],
            territory=tuple(row["territory"].split()),
            starts_on=tables.optional_date(row["starts_on"]),
            ends_on=tables.optional_date(row["ends_on"]),
            approved_on=tables.optional_date(row["approved_on"]),
            act=row["act"],
            source=row["source"],
            licence=row["licence"],
            note=row["note"],
        )
        for row in tables.rows(PACKAGE, "frameworks.csv")
    ]


def framework(code: str) -> FrameworkFact:
    """One framework by its code. `KeyError` when unknown."""
    return {fact.code: fact for fact in frameworks()}[code]


@cache
def _all_objectives() -> tuple[ObjectiveFact, ...]:
    return tuple(ObjectiveFact(**row) for row in tables.rows(PACKAGE, "objectives.csv"))


def objectives(code: str) -> list[ObjectiveFact]:
    """The tree of one framework, parents before children, without the objectives that have no title."""
    return [fact for fact in _all_objectives() if fact.framework == code and fact.is_known]


def untitled_objectives(code: str) -> list[ObjectiveFact]:
    """The objectives that the source counts but does not name: shown as a gap, never invented."""
    return [fact for fact in _all_objectives() if fact.framework == code and not fact.is_known]


def principles(code: str) -> list[PrincipleFact]:
    """The guiding principles of one framework, in the order of its text."""
    return [
        fact
        for fact in (PrincipleFact(**row) for row in tables.rows(PACKAGE, "principles.csv"))
        if fact.framework == code
    ]


def expected_results(code: str) -> list[ResultFact]:
    """The expected results of one framework, in the order of its text."""
    return [
        fact
        for fact in (ResultFact(**row) for row in tables.rows(PACKAGE, "expected_results.csv"))
        if fact.framework == code
    ]


@cache
def crosswalk() -> list[CrosswalkFact]:
    """The proposed equivalences, by source framework."""
    return [CrosswalkFact(**row) for row in tables.rows(PACKAGE, "crosswalk.csv")]
